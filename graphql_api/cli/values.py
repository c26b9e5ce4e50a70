"""Instants on the command line: how they are read, and how they are shown."""

from datetime import datetime

SECOND = "%Y-%m-%d %H:%M:%S"
"""An instant in a table; its zone is written after it."""


def instant(text: str) -> datetime:
    """An argument with date, time and offset.

    Raises:
        ValueError: it has another form, or no offset.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value
