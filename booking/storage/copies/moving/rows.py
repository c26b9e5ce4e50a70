"""The rows of a move: copied table by table, then compared, table by table, in both databases."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy import Connection

from booking.storage.copies.backup import Progress
from booking.storage.copies.tables import (
    CannotCopy,
    StoredTable,
    batches_of,
    count_rows,
    digest_of,
    row_writer,
)

TargetErrors = Callable[[], AbstractContextManager[None]]
"""Whose errors are told of the target; all others are the source's."""
Tables = Mapping[str, StoredTable]


def copy_rows(
    source: Connection,
    target: Connection,
    tables: tuple[Tables, Tables],
    at_target: TargetErrors,
    progress: Progress,
) -> int:
    """Copy the tables that are not there in full, each batch a transaction. Return how many rows were copied.

    Nothing is written to the source meanwhile, so a table with as many rows was copied by a run before.

    Raises:
        CannotCopy: the two databases don't have the same tables.
    """
    ours, theirs = tables
    _compare_definitions(ours, theirs)
    done, total, copied = 0, count_rows(source, ours.values()), 0
    for name, table in ours.items():
        rows = count_rows(source, [table])
        with at_target():
            there = count_rows(target, [theirs[name]])
            if there != rows:
                target.execute(sa.delete(theirs[name].statement_table))
            target.commit()
            write = row_writer(target, theirs[name])
        if there == rows:
            done += rows
            progress(done, total)
            continue
        for batch in batches_of(source, table):
            with at_target():
                write(batch)
                target.commit()
            done += len(batch)
            copied += len(batch)
            progress(done, total)
    return copied


def compare_rows(
    source: Connection,
    target: Connection,
    tables: tuple[Tables, Tables],
    at_target: TargetErrors,
    progress: Progress,
) -> int:
    """Read both databases again, and return how many rows they have, each the same in both.

    Raises:
        CannotCopy: a table differs.
    """
    ours, theirs = tables
    done, total = 0, count_rows(source, ours.values())
    for name, table in ours.items():
        expected = digest_of(source, table)
        with at_target():
            found = digest_of(target, theirs[name])
            target.rollback()
        if (found.rows, found.hexdigest()) != (expected.rows, expected.hexdigest()):
            raise CannotCopy(
                f"the table {name} did not come out as it was ({found.rows} rows of {expected.rows}): "
                "`book-online move --give-up` lets the clinic go on where it is; please report this"
            )
        done += expected.rows
        progress(done, total)
    return done


def _compare_definitions(ours: Tables, theirs: Tables) -> None:
    names = [
        name
        for name in sorted(ours.keys() | theirs.keys())
        if name not in ours or name not in theirs or ours[name].columns != theirs[name].columns
    ]
    if names:
        raise CannotCopy(
            f"the table {names[0]} is not as the migrations make it: was it made or altered by hand? Give "
            "the move up (`book-online move --give-up`), and remove it"
        )
