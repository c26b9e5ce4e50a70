"""What in the tables after a migration would break the version before, which works on beside the new one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, inspect


@dataclass(frozen=True)
class Column:
    type: str
    is_needed: bool
    """An INSERT that doesn't name it fails."""
    is_nullable: bool


@dataclass(frozen=True)
class TableShape:
    columns: Mapping[str, Column]
    constraints: frozenset[str]


Shapes = Mapping[str, TableShape]


def table_shapes(connection: Connection, only: str | None = None) -> Shapes:
    """Of all tables, or of one."""
    inspector = inspect(connection)
    names = [name for name in inspector.get_table_names() if only in (None, name)]
    return {name: TableShape(*_shape(inspector, name)) for name in names}


def breaking_changes(before: Shapes, after: Shapes) -> Iterator[str]:
    """A line for each: what is new and has no default, what is gone, and what is stricter."""
    for name, former in before.items():
        if name not in after:
            yield f"table {name} is gone"
            continue
        now = after[name]
        for column in former.columns.keys() - now.columns.keys():
            yield f"column {name}.{column} is gone"
        for column, shape in now.columns.items():
            if column not in former.columns:
                if shape.is_needed:
                    yield f"column {name}.{column} must be given"
                continue
            then = former.columns[column]
            if then.type != shape.type:
                yield f"column {name}.{column} was {then.type} and is {shape.type}"
            if then.is_nullable and not shape.is_nullable:
                yield f"column {name}.{column} must not be null"
            elif shape.is_needed and not then.is_needed:
                yield f"column {name}.{column} has no default any more"
        new_columns = now.columns.keys() - former.columns.keys()
        for constraint in sorted(now.constraints - former.constraints):
            # A check of a new column alone says nothing about a row that leaves it out.
            if not any(column in constraint for column in new_columns):
                yield f"{name} is stricter: {constraint}"


def _shape(inspector, name: str) -> tuple[dict[str, Column], frozenset[str]]:  # type: ignore[no-untyped-def]
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    columns = {
        column["name"]: Column(
            str(column["type"]),
            is_needed=not column["nullable"] and column["default"] is None and not _counts(column, key),
            is_nullable=column["nullable"],
        )
        for column in inspector.get_columns(name)
    }
    constraints = [f"check {check['sqltext']}" for check in inspector.get_check_constraints(name)]
    constraints += [f"unique {unique['column_names']}" for unique in inspector.get_unique_constraints(name)]
    constraints += [
        f"unique {index['column_names']}" for index in inspector.get_indexes(name) if index["unique"]
    ]
    constraints += [
        f"reference {reference['constrained_columns']} {reference['referred_table']}"
        for reference in inspector.get_foreign_keys(name)
    ]
    return columns, frozenset(constraints)


def _counts(column: Mapping[str, object], key: list[str]) -> bool:
    """Whether the database numbers its rows."""
    return key == [column["name"]] and (bool(column.get("autoincrement")) or "INTEGER" in str(column["type"]))
