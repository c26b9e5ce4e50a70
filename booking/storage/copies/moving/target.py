"""The target of a move: free, prepared, finished, and at last open to servers."""

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, inspect

from booking.storage.copies.restore import NotEmpty
from booking.storage.copies.set_aside import put_checks_back, set_checks_aside
from booking.storage.copies.tables import continue_sequences, empty_tables, stored_tables
from booking.storage.migrations.history import MigrationHistory
from booking.storage.migrations.move_mark import (
    MoveMark,
    MoveState,
    move_mark,
    remove_move_mark,
    set_move_mark,
)
from booking.storage.migrations.upgrade import upgrade_to


class CannotMove(Exception):
    """The clinic can't be moved; the message says why, and what to do."""


def refuse_unless_free(connection: Connection, mark: MoveMark) -> None:
    """
    Raises:
        NotEmpty: the target holds something that this move has not brought.
    """
    names = inspect(connection).get_table_names()
    found = move_mark(connection)
    if found and found.state is MoveState.ARRIVING and found.move == mark.move:
        return
    if found and found.state is MoveState.ARRIVING:
        raise NotEmpty(
            "the target holds a part of another move, which was given up: delete that database, or name "
            "another one (nothing was changed)"
        )
    if names:
        raise NotEmpty(
            f"the target is not empty (it has {len(names)} tables), and a move replaces nothing: name an "
            "empty database (nothing was changed)"
        )


def refuse_unless_prepared(connection: Connection, mark: MoveMark) -> None:
    """
    Raises:
        CannotMove: the target of the move is gone.
    """
    found = move_mark(connection)
    if found is None or found.move != mark.move:
        raise CannotMove(
            f"{mark.other} has nothing of this move any more: `book-online move --give-up`, and begin again"
        )


def prepare_target(connection: Connection, plan: dict[MigrationHistory, str], mark: MoveMark) -> None:
    """Make the tables, without the rows that migrations write, and without what would check single rows."""
    found = move_mark(connection)
    if found and found.move == mark.move:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    upgrade_to(connection, plan, partial(refuse_unless_free, mark=mark))
    empty_tables(connection, stored_tables(connection))
    set_move_mark(connection, replace(mark, set_aside=set_checks_aside(connection)))


def put_back(connection: Connection) -> None:
    """In one step with the mark: a run that is killed does it once."""
    mark = move_mark(connection)
    assert mark is not None
    put_checks_back(connection, mark.set_aside)
    set_move_mark(connection, replace(mark, set_aside=[]))
    continue_sequences(connection, stored_tables(connection))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")


def open_to_servers(connection: Connection, mark: MoveMark) -> None:
    """
    Raises:
        CannotMove: it was opened before.
    """
    found = move_mark(connection)
    if found is None or found.move != mark.move:
        raise CannotMove(f"the clinic was moved to {mark.other} before: there is nothing left to do")
    remove_move_mark(connection)
