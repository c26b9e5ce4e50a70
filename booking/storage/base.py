"""The base of all tables: column types, names of constraints, and rows inserted in bulk."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from booking.domain.translations import Faq, Translations
from booking.encryption.cipher import Ciphertext


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. SQLite drops the zone, so it is put back here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: an instant needs an offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DurationInMinutes(TypeDecorator[timedelta]):
    """A duration, stored as whole minutes."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value / timedelta(minutes=1))

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(minutes=value)


class EncryptedColumn(TypeDecorator[Ciphertext]):
    """A value that is encrypted before it comes here: a plain one can't be stored by mistake."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Ciphertext | None, dialect: Dialect) -> bytes | None:
        if value is not None and not isinstance(value, Ciphertext):
            raise TypeError("a plain value for an encrypted column: encrypt it with the patient's data key")
        return value

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)


class Table(DeclarativeBase):
    """The base class of all tables (SQLAlchemy), with column types that mean the same on both databases.

    A `datetime` is stored in UTC, a `timedelta` in whole minutes; a `Ciphertext` column takes nothing else.
    """

    metadata = sa.MetaData(
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
        timedelta: DurationInMinutes,
        Translations: sa.JSON,
        Faq: sa.JSON,
        dict[str, Translations]: sa.JSON,
        list[str]: sa.JSON,
        list[int]: sa.JSON,
        bytes: sa.LargeBinary,
        Ciphertext: EncryptedColumn,
        uuid.UUID: sa.Uuid,
    }


def core_table(kind: type[Table]) -> sa.Table:
    """For statements that need no objects: rows of SQLAlchemy Core take half the time of the ORM's."""
    return cast("sa.Table", kind.__table__)


@cache
def insert_into(kind: type[Table]) -> sa.Insert:
    return sa.insert(core_table(kind))


async def insert_rows(session: AsyncSession, rows: Sequence[Table]) -> None:
    """Insert new rows of one kind: one statement for all that set the same columns.

    A column that is not set gets its default. The session does not hold the rows, and they do not learn
    the defaults: change or return what was read afterwards.
    """
    table = core_table(type(rows[0]))
    values = [{name: value for name, value in vars(row).items() if name in table.c} for row in rows]
    for _, alike in groupby(values, key=dict.keys):
        await session.execute(insert_into(type(rows[0])), list(alike))


def slug_column() -> Any:
    return mapped_column(sa.String(64), primary_key=True)


def partial_index(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the few rows that matter in a table that grows for ever."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def enum_column(kind: type[StrEnum], name: str, *, length: int = 16, default: StrEnum | None = None) -> Any:
    """One of the enum's values, stored as text, checked by the database, which also knows the `default`."""
    return mapped_column(
        sa.Enum(
            kind,
            name=name,
            native_enum=False,
            create_constraint=True,
            length=length,
            values_callable=lambda members: [member.value for member in members],
        ),
        server_default=default and default.value,
    )
