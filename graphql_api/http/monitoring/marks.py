"""Marks: what is known of a request once it is answered, in its ASGI scope, for whoever counts."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

MARKS = "book_online.marks"
INVALID = "invalid"
"""The operation of a request that has none which could be read."""
UNNAMED = "unnamed"
OTHER = "other"
"""What stands for all names that are not known beforehand."""


@dataclass(slots=True)
class Marks:
    """`operation` is the API's; None for any other request. `codes` say why it was refused, or failed."""

    operation: str | None = None
    codes: set[str] = field(default_factory=set)
    is_cached: bool = False


def marks_of(scope: MutableMapping[str, Any]) -> Marks:
    marks: Marks | None = scope.get(MARKS)
    if marks is None:
        marks = scope[MARKS] = Marks()
    return marks
