"""Reads a file that the clinic's file names: it is in the same folder, or deeper."""

from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from booking.i18n.sentences import InvalidValue, quoted

FOLDER = "folder"
"""The key of the folder in the context of pydantic's validation."""
FILES = "files"
"""The key of files that were read before, by their names; they need no folder."""


def named_file(value: Any, info: ValidationInfo, *, at_most: int, otherwise: str, elsewhere: str) -> bytes:
    """The content of the file that a value names, or its beginning: one byte more than `at_most`.

    Keys of sentences: `otherwise` about a value that is no name, `elsewhere` about another folder.

    Raises:
        InvalidValue: there is no such file there, or it can't be read.
    """
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise InvalidValue(otherwise)
    if "://" in value or value.startswith(("//", "data:", "cid:")):
        raise InvalidValue(elsewhere)
    context = info.context or {}
    if value in context.get(FILES, {}):
        known: bytes = context[FILES][value]
        return known[: at_most + 1]
    folder: Path | None = context.get(FOLDER)
    if folder is None:
        raise InvalidValue("check.file.noFolder")
    try:
        file = (folder / value).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise InvalidValue(elsewhere)
        if not file.is_file():
            raise InvalidValue("check.file.missing", name=quoted(value))
        with file.open("rb") as opened:
            return opened.read(at_most + 1)
    except OSError as reason:
        raise InvalidValue(
            "check.file.unreadable", name=quoted(value), reason=reason.strerror or str(reason)
        ) from None
