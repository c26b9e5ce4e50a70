"""A clinic's file that says what the database says, with the comments and the order of an earlier one."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from booking.catalogue.clinic_file.export.content import Content, FileContent, file_content
from booking.catalogue.clinic_file.export.document import parse_document
from booking.catalogue.clinic_file.export.images import write_images
from booking.catalogue.clinic_file.export.merge import merge
from booking.catalogue.clinic_file.mapping import ClinicRows, rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import (
    ClinicFileError,
    Mistake,
    enabled_features,
    parse_with_features,
)

HEADING = """\
# The clinic, as the database had it. `book-online check` explains every mistake in an edited file,
# `book-online load --dry-run` says what an edit would change, and `book-online load` changes it.
"""
REVISION_COMMENT = "of the database that this was written from; `load` compares it"


class InexpressibleCatalogue(Exception):
    """The database has what no clinic's file can say."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        reasons = "; ".join(map(str, mistakes)) or "please report it"
        super().__init__(f"nothing was written: the database has what no clinic's file can say: {reasons}")


def exported_text(rows: ClinicRows, like: str = "", *, folder: Path | None = None) -> str:
    """The rows as a file; `like` is a file without mistakes, whose text stays where it says the same.

    It names its images in the `folder`; one that is not there yet gets a name by its content.

    Features and their settings are not in the database: they are those of `like`.

    Raises:
        InexpressibleCatalogue: no file would be loaded as these rows.
    """
    text = edited_text(rows, like, folder=folder)
    return text if text == like and not _revision(like) else with_revision(text, file_content(rows).revision)


def edited_text(rows: ClinicRows, like: str, *, folder: Path | None = None) -> str:
    """The same without a revision of its own: the rows are no database's.

    Raises:
        InexpressibleCatalogue: no file would be loaded as these rows.
    """
    wanted = file_content(rows)
    mistakes: list[Mistake] = []
    for text in _drafts(wanted, like, folder):
        try:
            if _written_content(text, rows).shortest == wanted.shortest:
                return text
        except ClinicFileError as refused:
            mistakes = refused.mistakes
    raise InexpressibleCatalogue(mistakes)


def unloaded_edits(text: str, rows: ClinicRows, *, folder: Path | None = None) -> bool:
    """Whether a file without mistakes says neither what these rows say nor what it was written from."""
    revision = _content(text, folder).revision
    return _revision(text) not in (None, revision) and revision != file_content(rows).revision


def loaded_revision(file: ClinicFile) -> str:
    """The revision of a catalogue that this file was loaded into."""
    return file_content(rows_of_clinic_file(file)).revision


def with_revision(text: str, revision: str) -> str:
    """The text of a clinic's file with this revision."""
    if _revision(text) == revision:
        return text
    document = parse_document(text)
    document.blocks[0].put("revision", revision, ["revision"], comment=REVISION_COMMENT)
    for following in document.blocks[1:2]:
        following.lead = following.lead if following.lead.startswith("\n") else f"\n{following.lead}"
    return document.text


def _drafts(wanted: FileContent, like: str, folder: Path | None) -> Iterator[str]:
    """Texts that most likely say what is wanted, from the one with the fewest changes."""
    if not like:
        yield merge(HEADING, {}, wanted)
        return
    said = _content(like, folder)
    if said.shortest == wanted.shortest:
        yield like
    yield merge(like, said.explicit, wanted)
    # Where a key's meaning depends on others that changed, each is written as we would.
    yield merge(like, _toml(like), wanted)


def _written_content(text: str, rows: ClinicRows) -> FileContent:
    """What the text says once its images are where it says."""
    with TemporaryDirectory() as folder:
        write_images(text, rows, Path(folder))
        return _content(text, Path(folder))


def _content(text: str, folder: Path | None) -> FileContent:
    """What the text says of the catalogue; features are left out.

    Raises:
        ClinicFileError: the text has mistakes.
    """
    others = _toml(text).keys() - {field.alias or name for name, field in ClinicFile.model_fields.items()}
    absent = {*others, *enabled_features(text)}
    return file_content(rows_of_clinic_file(parse_with_features(text, absent=absent, folder=folder).clinic))


def _revision(text: str) -> Any:
    return _toml(text).get("revision")


def _toml(text: str) -> Content:
    return tomllib.loads(text.removeprefix("\ufeff"))
