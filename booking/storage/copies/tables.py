"""The tables of a database as they are, whatever their version: read in batches, and written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, inspect
from sqlalchemy.types import NullType, TypeEngine

from booking.storage.copies.digest import TableDigest
from booking.storage.copies.values import PortableValue, UnportableValue, from_portable, portable
from booking.storage.migrations.history import VERSION_TABLE
from booking.storage.migrations.move_mark import DATABASE_MOVE

BATCH = 500

Row: TypeAlias = "Sequence[PortableValue]"


class CannotCopy(Exception):
    """A table can't be copied; the message says which, and why."""


@dataclass(frozen=True)
class StoredTable:
    """A table that is there. Its columns are in the order of their names, which is the same everywhere."""

    name: str
    types: Mapping[str, TypeEngine[Any]]
    key: Sequence[str]

    @property
    def columns(self) -> list[str]:
        return list(self.types)

    @property
    def json_columns(self) -> list[str]:
        return [name for name, kind in self.types.items() if isinstance(kind, sa.JSON)]

    @cached_property
    def statement_table(self) -> sa.TableClause:
        """For statements whose values are the driver's own: an encrypted one stays as it is."""
        return sa.table(self.name, *(sa.column(name) for name in self.types))

    @property
    def stored_values(self) -> list[sa.ColumnElement[Any]]:
        """What to select: JSON as its text."""
        column = self.statement_table.c
        json = self.json_columns
        return [
            sa.cast(column[name], sa.Text).label(name) if name in json else column[name]
            for name in self.types
        ]

    def new_digest(self) -> TableDigest:
        return TableDigest(self.columns, self.json_columns)


def stored_tables(connection: Connection) -> list[StoredTable]:
    """All tables but those of the migrations' versions and of moves, in the order of their names.

    Raises:
        CannotCopy: a table has no primary key.
    """
    inspector = inspect(connection)
    columns, keys = inspector.get_multi_columns(), inspector.get_multi_pk_constraint()
    tables = []
    for place, found in sorted(columns.items(), key=lambda item: item[0][1]):
        name = place[1]
        if name.endswith(VERSION_TABLE) or name == DATABASE_MOVE.name:
            continue
        types = {column["name"]: column["type"] for column in sorted(found, key=lambda each: each["name"])}
        key = keys[place]["constrained_columns"] if keys.get(place) else []
        if not key:
            raise CannotCopy(f"the table {name} has no primary key: a feature's migration has to give it one")
        tables.append(StoredTable(name, types, key))
    return tables


def stored_revisions(connection: Connection) -> dict[str, str]:
    """The revision in each version table: the core's, and one for each feature that has tables."""
    revisions = {}
    for name in inspect(connection).get_table_names():
        if name.endswith(VERSION_TABLE):
            versions = sa.table(name, sa.column("version_num", sa.String))
            revision = connection.scalar(sa.select(versions.c.version_num))
            if revision is not None:
                revisions[name] = revision
    return dict(sorted(revisions.items()))


def count_rows(connection: Connection, tables: Iterable[StoredTable]) -> int:
    return sum(
        connection.scalar(sa.select(sa.func.count()).select_from(table.statement_table)) or 0
        for table in tables
    )


def batches_of(connection: Connection, table: StoredTable) -> Iterator[list[Row]]:
    """All rows, in the order of the primary key, a batch at a time: a table may be larger than the memory.

    Raises:
        CannotCopy: a value has a type that only this database knows.
    """
    source = table.statement_table
    key = [source.c[name] for name in table.key]
    first = sa.select(*table.stored_values).order_by(*key).limit(BATCH)
    last: list[Any] | None = None
    while True:
        query = first if last is None else first.where(sa.tuple_(*key) > _tuple_of(last))
        found = connection.execute(query).all()
        if not found:
            return
        last = [getattr(found[-1], name) for name in table.key]
        yield [_portable_row(table, row) for row in found]
        if len(found) < BATCH:
            return


def _tuple_of(values: Sequence[Any]) -> sa.Tuple:
    """Without types, which the database takes from the columns that it compares them with."""
    return sa.tuple_(*(sa.bindparam(None, value, type_=NullType()) for value in values))


def _portable_row(table: StoredTable, row: sa.Row[Any]) -> Row:
    try:
        return [portable(value) for value in row]
    except UnportableValue as kind:
        raise CannotCopy(
            f"the table {table.name} holds a {kind}, which only its own database knows"
        ) from kind


def row_writer(connection: Connection, table: StoredTable) -> Callable[[Sequence[Row]], None]:
    """What inserts rows, whose values are in the order of the table's columns."""
    is_postgresql = connection.dialect.name == "postgresql"
    converters = [from_portable(kind) if is_postgresql else None for kind in table.types.values()]
    values = {name: sa.bindparam(name, type_=NullType()) for name in table.types}
    texts = {
        name: sa.cast(sa.bindparam(name, type_=sa.Text()), table.types[name]) for name in table.json_columns
    }
    statement = sa.insert(table.statement_table).values({**values, **(texts if is_postgresql else {})})

    def write(rows: Sequence[Row]) -> None:
        if rows:
            connection.execute(statement, [_values(row) for row in rows])

    def _values(row: Row) -> dict[str, Any]:
        return {
            name: convert(value) if convert and value is not None else value
            for name, convert, value in zip(table.types, converters, row, strict=True)
        }

    return write


def digest_of(connection: Connection, table: StoredTable) -> TableDigest:
    digest = table.new_digest()
    for batch in batches_of(connection, table):
        for row in batch:
            digest.add(row)
    return digest


def empty_tables(connection: Connection, tables: Iterable[StoredTable]) -> None:
    """Delete the rows that the migrations have written."""
    for table in tables:
        connection.execute(sa.delete(table.statement_table))


def continue_sequences(connection: Connection, tables: Iterable[StoredTable]) -> None:
    """On PostgreSQL a sequence gives the next key, and knows nothing of rows that brought their own."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for name, kind in table.types.items():
            if not isinstance(kind, sa.Integer):
                continue
            quoted = connection.dialect.identifier_preparer.quote(table.name)
            sequence = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": quoted, "column": name}
            )
            if sequence is not None:
                newest = connection.scalar(sa.select(sa.func.max(table.statement_table.c[name])))
                connection.execute(
                    sa.text("SELECT setval(CAST(:sequence AS regclass), :next, false)"),
                    {"sequence": sequence, "next": (newest or 0) + 1},
                )
