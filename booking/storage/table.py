"""What all tables share: how Python types become columns, and how keys are named."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, cast

import sqlalchemy
from sqlalchemy import JSON, Enum, Index, Insert, LargeBinary, MetaData, String, Uuid, insert, text
from sqlalchemy.orm import DeclarativeBase, mapped_column

from booking.storage.columns import Asked, Minutes, UtcDateTime, Words

ROWS_ALONE: dict[str, Any] = {"synchronize_session": False}
"""For changes to rows that no session has as objects."""


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        timedelta: Minutes,
        Words: JSON,
        Asked: JSON,
        list[str]: JSON,
        bytes: LargeBinary,
        uuid.UUID: Uuid,
    }


def insert_into(kind: type[Table]) -> Insert:
    """Rows as they are: where nobody needs them as objects, that is a third of the work."""
    return insert(cast("sqlalchemy.Table", kind.__table__))


def slug() -> Any:
    return mapped_column(String(64), primary_key=True)


def only_some(name: str, *columns: str, where: str) -> Index:
    """An index of few rows of a table that grows for ever."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def choice(kind: type[StrEnum], name: str, *, length: int = 16) -> Any:
    """One of the enum's values, kept as text, checked by the database."""
    return mapped_column(
        Enum(
            kind,
            name=name,
            native_enum=False,
            create_constraint=True,
            length=length,
            values_callable=lambda members: [member.value for member in members],
        )
    )
