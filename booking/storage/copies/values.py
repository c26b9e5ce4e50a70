"""Portable values: what SQLite stores, for both databases. Each value is None, a number, a text or bytes."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

PortableValue: TypeAlias = "int | float | str | bytes | None"


class UnportableValue(Exception):
    """A value of a kind that a copy can't carry; only a feature's own column can hold one."""


def portable(value: Any) -> PortableValue:
    """The value as SQLAlchemy stores it in SQLite; one from SQLite stays as it is.

    Raises:
        UnportableValue: there is no such form.
    """
    match value:
        case bool():
            return int(value)
        case None | int() | float() | str() | bytes():
            return value
        case datetime():
            instant = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return instant.isoformat(" ", "microseconds")
        case date():
            return value.isoformat()
        case time() if value.tzinfo is None:
            return value.isoformat("microseconds")
        case uuid.UUID():
            return value.hex
        case Decimal() if Decimal(repr(float(value))) == value:
            return float(value)
    raise UnportableValue(type(value).__name__)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def from_portable(column_type: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes PostgreSQL's value of a portable one for such a column; None if they are the same."""
    match column_type:
        case sa.Boolean():
            return bool
        case sa.DateTime():
            return _utc if column_type.timezone else datetime.fromisoformat
        case sa.Date():
            return date.fromisoformat
        case sa.Time():
            return time.fromisoformat
        case sa.Uuid():
            return uuid.UUID
        case sa.Float():
            return float
        case sa.Numeric():
            return _decimal
    return None
