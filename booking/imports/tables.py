"""Rows of another system's tables, as texts, and what their cells mean."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from booking.imports.errors import UnreadableImport

Row = Mapping[str, str | None]
"""Cells by the name of their column, as the dump spells them; None for NULL."""
Tables = Mapping[str, Sequence[Row]]
"""Rows by the name of their table, in the dump's order."""

TRUE = {"1", "t", "true"}


def text_of(row: Row, column: str) -> str:
    """The text without white space around it; empty where there is none."""
    return (row.get(column) or "").strip()


def int_of(row: Row, column: str) -> int | None:
    """The whole number; None where there is none.

    Raises:
        UnreadableImport: the cell has something else.
    """
    text = text_of(row, column)
    try:
        return int(text) if text else None
    except ValueError as reason:
        raise _unreadable(column, text, "whole number") from reason


def is_true(row: Row, column: str) -> bool:
    return text_of(row, column).lower() in TRUE


def moment_of(row: Row, column: str) -> datetime | None:
    """A date with a time, without a zone unless the cell has one; None where there is none.

    Raises:
        UnreadableImport: the cell has something else.
    """
    text = text_of(row, column)
    if not text or text.startswith("0000-00-00"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as reason:
        raise _unreadable(column, text, "date with a time") from reason


def date_of(row: Row, column: str) -> date | None:
    """The same for a date, whatever time stands behind it."""
    moment = moment_of(row, column)
    return moment and moment.date()


def json_of(row: Row, column: str) -> Any:
    """What the JSON in the cell says; None where there is none.

    Raises:
        UnreadableImport: it is no JSON.
    """
    text = text_of(row, column)
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as reason:
        raise _unreadable(column, text, "JSON") from reason


def _unreadable(column: str, text: str, kind: str) -> UnreadableImport:
    shown = text if len(text) <= 40 else f"{text[:40]}..."
    return UnreadableImport(f"the column {column!r} should have a {kind}, but one row says {shown!r}")
