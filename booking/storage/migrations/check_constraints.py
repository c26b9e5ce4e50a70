"""The values that a column may hold, changed in a table whose rows stay where they are."""

import re
from collections.abc import Sequence

from alembic import op
from sqlalchemy import text


def allow_values(table: str, column: str, values: Sequence[str]) -> None:
    """Replace the check `ck_{table}_{column}`. No row may hold another value.

    Alembic makes a table of SQLite anew, and dropping the former one would delete the rows of other tables
    that refer to it. So its definition is rewritten in place, as SQLite's manual describes for constraints:
    https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
    """
    name, is_known = f"ck_{table}_{column}", f"{column} IN ({', '.join(map(repr, values))})"
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, is_known)
        return
    found = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    definition, count = re.subn(
        rf"CONSTRAINT {name} CHECK \({column} IN \([^()]*\)\)",
        f"CONSTRAINT {name} CHECK ({is_known})",
        connection.execute(found, {"table": table}).scalar_one(),
    )
    if count != 1:
        raise LookupError(f"{table} has no check {name} of the values of {column}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    rewrite = text("UPDATE sqlite_master SET sql = :definition WHERE type = 'table' AND name = :table")
    connection.execute(rewrite, {"definition": definition, "table": table})
    # Every connection, this one too, reads the definition again.
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
