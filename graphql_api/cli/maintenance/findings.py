"""Findings of `book-online doctor`."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`note` is worth knowing, and no problem by itself."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was found; a problem's sentence says what to do."""

    level: Level
    subject: str
    sentence: str


Said = Iterator[tuple[Level, str]]
"""What a check says of its subject, one after the other."""
