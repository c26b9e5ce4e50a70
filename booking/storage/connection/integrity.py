"""Integrity: whether the whole database can be read, and each reference leads to a row."""

from contextlib import nullcontext

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from booking.domain.error_text import one_line
from booking.storage.transient_errors import is_damage

MAX_FINDINGS = 20


def find_damage(connection: Connection) -> list[str]:
    """A line for each damaged part, MAX_FINDINGS at most. The whole database is read, which takes a while."""
    if connection.dialect.name == "postgresql":
        return _unreadable_tables(connection, "SELECT count(t::text) FROM {} AS t")[:MAX_FINDINGS]
    try:
        return (_damaged_pages(connection) or _broken_references(connection))[:MAX_FINDINGS]
    except DBAPIError as error:
        if not is_damage(error):
            raise
        # The check itself gives up at a page that is no page at all.
        found = _unreadable_tables(connection, "SELECT count(*) FROM {} NOT INDEXED")
        return found[:MAX_FINDINGS] or [one_line(error.orig)]


def _damaged_pages(connection: Connection) -> list[str]:
    """https://www.sqlite.org/pragma.html#pragma_quick_check"""
    answers = connection.exec_driver_sql(f"PRAGMA quick_check({MAX_FINDINGS})").scalars()
    lines = [line for answer in answers for line in str(answer).splitlines()]
    return [line for line in lines if line != "ok" and not line.startswith("***")]


def _broken_references(connection: Connection) -> list[str]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    return [
        f"{table}: row {row} refers to a row of {parent} that is missing" for table, row, parent, _ in rows
    ]


def _unreadable_tables(connection: Connection, statement: str) -> list[str]:
    """The statement reads all of a table: each page is checked when it is read."""
    found = []
    is_postgresql = connection.dialect.name == "postgresql"
    for name in inspect(connection).get_table_names():
        table = connection.dialect.identifier_preparer.quote(name)
        try:
            # After an error PostgreSQL does nothing more in a transaction without savepoint.
            with connection.begin_nested() if is_postgresql else nullcontext():
                connection.execute(text(statement.format(table)))
        except DBAPIError as error:
            if not is_damage(error):
                raise
            found.append(f"{name}: {one_line(error.orig)}")
    return found
