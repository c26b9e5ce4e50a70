"""The clinic's file that a command names, or else that of the settings: read, checked and written."""

import codecs
import shutil
from pathlib import Path

from booking.catalogue.clinic_file.export.clinic_text import loaded_revision, with_revision
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.storage.migrations.history import MigrationHistory
from graphql_api.extensions.discovery import LoadedClinicFile, load_clinic_file
from graphql_api.settings import InvalidSetting, Settings

BYTE_ORDER_MARK = "\ufeff"


def read_clinic_file(file: Path) -> str:
    """The text of the file, with line feeds alone.

    Raises:
        InvalidSetting: it is no UTF-8 text.
    """
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as reason:
        raise InvalidSetting(f"{file} is not UTF-8 text") from reason


def clinic_of(settings: Settings, file: Path | None = None) -> LoadedClinicFile:
    """The clinic and the features that the file enables: that of the settings unless another is given."""
    file = file or settings.clinic_file
    return clinic_in(read_clinic_file(file), settings, file.parent)


def enabled_histories(settings: Settings) -> list[MigrationHistory]:
    """Of the features with tables that the clinic's file enables."""
    return [history for owner in clinic_of(settings).enabled if (history := owner.history)]


def clinic_in(text: str, settings: Settings, folder: Path) -> LoadedClinicFile:
    """The same for the text of a file that stands in this folder."""
    return load_clinic_file(text, without=settings.without_features, folder=folder)


def renew_revision(file: Path, text: str, loaded: ClinicFile) -> str | None:
    """After a load: a file that has a revision gets the one that the database has now.

    Return a sentence if the file can't be written.
    """
    revision = loaded_revision(loaded)
    if loaded.revision in (None, revision) or read_clinic_file(file) != text:
        return None  # An edit that came meanwhile knows nothing of this load.
    try:
        write_clinic_file(file, with_revision(text.removeprefix(BYTE_ORDER_MARK), revision))
    except OSError as reason:
        return (
            f"{file} can't be written ({reason.strerror}), so that the next edit of it will be refused: "
            f'give it revision = "{revision}", or take the key out'
        )
    return None


def write_clinic_file(file: Path, text: str) -> None:
    """In one step: a reader finds the old text or the new. Line breaks stay as an editor made them."""
    file = file.resolve()
    before = file.read_bytes() if file.exists() else b""
    data = text.encode()
    if b"\r\n" in before:
        data = data.replace(b"\n", b"\r\n")
    new = file.with_name(f"{file.name}.new")
    new.write_bytes((codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"") + data)
    if before:
        shutil.copymode(file, new)
    new.replace(file)
