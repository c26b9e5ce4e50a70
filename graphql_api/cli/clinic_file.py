"""A clinic's file as text."""

from pathlib import Path

from graphql_api.settings import InvalidSetting


def clinic_text(file: Path) -> str:
    """Refuses with BadSetting for what is no text."""
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as reason:
        raise InvalidSetting(f"{file} is not UTF-8 text") from reason
