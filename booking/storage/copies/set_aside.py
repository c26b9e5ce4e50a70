"""Triggers and foreign keys, set aside while rows are loaded that satisfied them where they come from."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from booking.storage.copies.tables import CannotCopy

TRIGGERS_OF_SQLITE = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
TRIGGERS_OF_POSTGRESQL = text(
    "SELECT quote_ident(tgname) AS name, tgrelid::regclass::text AS owner, pg_get_triggerdef(t.oid) AS sql, "
    "CAST(tgenabled AS text) AS enabled FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = CAST(current_schema() AS regnamespace)"
)
FOREIGN_KEYS = text(
    "SELECT quote_ident(conname) AS name, conrelid::regclass::text AS owner, "
    "pg_get_constraintdef(oid) AS sql FROM pg_constraint WHERE contype = 'f' "
    "AND connamespace = CAST(current_schema() AS regnamespace)"
)
ENABLING = {"A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}


@contextmanager
def checks_set_aside(connection: Connection) -> Iterator[None]:
    """On leaving, triggers are as before, and each reference leads to a row.

    Raises:
        CannotCopy: one leads nowhere.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until the commit
    statements = set_checks_aside(connection)
    yield
    put_checks_back(connection, statements)


def set_checks_aside(connection: Connection) -> list[str]:
    """Return the statements that make again what was dropped. SQLite's foreign keys are the caller's."""
    if connection.dialect.name == "sqlite":
        return _set_aside_on_sqlite(connection)
    return _set_aside_on_postgresql(connection)


def put_checks_back(connection: Connection, statements: Sequence[str]) -> None:
    """
    Raises:
        CannotCopy: a reference leads nowhere.
    """
    for statement in statements:
        try:
            connection.exec_driver_sql(statement)
        except IntegrityError as error:
            raise CannotCopy(f"a row refers to another one that is missing ({statement})") from error
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise CannotCopy(f"a row of {broken[0]} refers to a row of {broken[2]} that is missing")


def _set_aside_on_sqlite(connection: Connection) -> list[str]:
    triggers = connection.execute(TRIGGERS_OF_SQLITE).all()
    for trigger in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger.name}"')
    return [trigger.sql for trigger in triggers]


def _set_aside_on_postgresql(connection: Connection) -> list[str]:
    triggers = connection.execute(TRIGGERS_OF_POSTGRESQL).all()
    foreign_keys = connection.execute(FOREIGN_KEYS).all()
    for trigger in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name} ON {trigger.owner}")
    for key in foreign_keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.owner} DROP CONSTRAINT {key.name}")
    statements = [f"ALTER TABLE {key.owner} ADD CONSTRAINT {key.name} {key.sql}" for key in foreign_keys]
    for trigger in triggers:
        statements.append(trigger.sql)
        if enabling := ENABLING.get(trigger.enabled):
            statements.append(f"ALTER TABLE {trigger.owner} {enabling} TRIGGER {trigger.name}")
    return statements
