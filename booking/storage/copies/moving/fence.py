"""The write fence around a database that a clinic leaves: triggers on each table, from one commit to another.

Whoever writes at that moment finishes first; whoever comes later is refused, whichever program it is.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect

from booking.storage.connection.write_fence import MOVED, MOVING, Refusal
from booking.storage.migrations.move_mark import DATABASE_MOVE

PREFIX = "moving_"
FUNCTION = "book_online_refuse_change"
LOCK_MILLISECONDS = 400
VERBS = ("INSERT", "UPDATE", "DELETE")


def raise_fence(connection: Connection) -> None:
    """Refuse each change of any table but the mark of the move. A fence that is up stays."""
    _set_fence(connection, MOVING)


def close_fence(connection: Connection) -> None:
    """As `raise_fence`, and say that the clinic was moved."""
    _set_fence(connection, MOVED)


def lift_fence(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {FUNCTION}() CASCADE")  # with its triggers
        return
    for table in _tables(connection):
        _drop_on_sqlite(connection, table)


def _set_fence(connection: Connection, refusal: Refusal) -> None:
    tables = _tables(connection)
    if connection.dialect.name == "postgresql":
        _set_on_postgresql(connection, tables, refusal)
    else:
        _set_on_sqlite(connection, tables, refusal)


def _tables(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) - {DATABASE_MOVE.name})


def _set_on_postgresql(connection: Connection, tables: Iterable[str], refusal: Refusal) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal.text}' USING ERRCODE = '{refusal.sqlstate}'; END $$"
    )
    # Below PostgreSQL's deadlock_timeout: changes that are under way end well, and this is tried again.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
    for table in tables:
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER {PREFIX}refused BEFORE {' OR '.join(VERBS)} OR TRUNCATE "
            f"ON {quote(table)} FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        )


def _set_on_sqlite(connection: Connection, tables: Iterable[str], refusal: Refusal) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in tables:
        _drop_on_sqlite(connection, table)
        for verb in VERBS:
            connection.exec_driver_sql(
                f"CREATE TRIGGER {quote(_trigger(verb, table))} BEFORE {verb} ON {quote(table)} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal.text}'); END"
            )


def _drop_on_sqlite(connection: Connection, table: str) -> None:
    quote = connection.dialect.identifier_preparer.quote_identifier
    for verb in VERBS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {quote(_trigger(verb, table))}")


def _trigger(verb: str, table: str) -> str:
    return f"{PREFIX}{verb.lower()}_{table}"
