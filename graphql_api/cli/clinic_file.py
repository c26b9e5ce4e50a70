"""Reads the clinic file that a command names, or else that of the settings."""

from pathlib import Path

from graphql_api.extensions.discovery import LoadedClinicFile, load_clinic_file
from graphql_api.settings import InvalidSetting, Settings


def read_clinic_file(file: Path) -> str:
    """The text of the file.

    Raises:
        InvalidSetting: it is no UTF-8 text.
    """
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as reason:
        raise InvalidSetting(f"{file} is not UTF-8 text") from reason


def clinic_of(settings: Settings, file: Path | None = None) -> LoadedClinicFile:
    """The clinic and the features that the file enables: that of the settings unless another is given."""
    text = read_clinic_file(file or settings.clinic_file)
    return load_clinic_file(text, without=settings.without_features)
