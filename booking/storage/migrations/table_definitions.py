"""The definition of every table as the database tells it: a feature's revisions may change only its own."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.engine import Connection

SQLITE = "SELECT tbl_name, type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master"
POSTGRESQL = """
SELECT table_name, concat_ws(' ', column_name, data_type, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL
SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT relname, pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
"""

Definitions = Mapping[str, set[str]]


def table_definitions(connection: Connection) -> Definitions:
    """By table: its columns, indices, constraints and triggers, in the database's words."""
    query = SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
    definitions: dict[str, set[str]] = defaultdict(set)
    for table, definition in connection.execute(text(query)):
        definitions[table].add(definition)
    return definitions


def changed_tables(before: Definitions, after: Definitions) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name) != after.get(name) and not name.startswith("sqlite_")]
