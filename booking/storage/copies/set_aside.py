"""Triggers and foreign keys, set aside while rows are loaded that satisfied them where they come from."""

from collections.abc import Iterator
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
    around = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    with around(connection):
        yield


@contextmanager
def _on_sqlite(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # until the commit
    triggers = connection.execute(TRIGGERS_OF_SQLITE).all()
    for trigger in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger.name}"')
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise CannotCopy(f"a row of {broken[0]} refers to a row of {broken[2]} that is missing")


@contextmanager
def _on_postgresql(connection: Connection) -> Iterator[None]:
    triggers = connection.execute(TRIGGERS_OF_POSTGRESQL).all()
    foreign_keys = connection.execute(FOREIGN_KEYS).all()
    for trigger in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name} ON {trigger.owner}")
    for key in foreign_keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.owner} DROP CONSTRAINT {key.name}")
    yield
    for key in foreign_keys:
        try:
            connection.exec_driver_sql(f"ALTER TABLE {key.owner} ADD CONSTRAINT {key.name} {key.sql}")
        except IntegrityError as error:
            raise CannotCopy(f"a row of {key.owner} refers to a row that is missing ({key.sql})") from error
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
        if enabling := ENABLING.get(trigger.enabled):
            connection.exec_driver_sql(f"ALTER TABLE {trigger.owner} {enabling} TRIGGER {trigger.name}")
