"""The mark of a move: one row in the database that a clinic leaves, and one where it arrives.

No server starts on a database with such a row, so that a clinic is never served from two.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Connection, String, delete, insert, inspect, select, update
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, core_table, enum_column
from booking.storage.session import BookingSession


class MoveState(StrEnum):
    PREPARING = "preparing"
    """In the source: the target gets its tables, and all is served as before."""
    LEAVING = "leaving"
    """In the source: its rows are copied, and no change is taken."""
    MOVED = "moved"
    """In the source, for good."""
    ARRIVING = "arriving"
    """In the target, until all rows are there."""


class DatabaseMove(Table):
    """A move that is not over, or that ended elsewhere."""

    __tablename__ = "database_move"
    __table_args__ = (CheckConstraint("id = 1", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    move: Mapped[uuid.UUID]  # the same in both databases
    state: Mapped[MoveState] = enum_column(MoveState, "state")
    other: Mapped[str] = mapped_column(String(255))  # the other database, without a password
    since: Mapped[datetime]
    set_aside: Mapped[list[str]]  # in the target: statements that make its triggers and foreign keys again


DATABASE_MOVE = core_table(DatabaseMove)


@dataclass(frozen=True)
class MoveMark:
    move: uuid.UUID
    state: MoveState
    other: str
    since: datetime
    set_aside: list[str]


class DatabaseMoves(Exception):
    """The database is being moved, or was: nothing may be served from it."""


def move_mark(connection: Connection) -> MoveMark | None:
    """None where nothing is moved, also where the tables are older than moves."""
    if not inspect(connection).has_table(DATABASE_MOVE.name):
        return None
    row = connection.execute(select(DATABASE_MOVE)).one_or_none()
    return MoveMark(row.move, row.state, row.other, row.since, row.set_aside) if row else None


def set_move_mark(connection: Connection, mark: MoveMark) -> None:
    remove_move_mark(connection)
    connection.execute(insert(DATABASE_MOVE).values(id=1, **vars(mark)))


def set_move_state(connection: Connection, state: MoveState) -> None:
    connection.execute(update(DATABASE_MOVE).values(state=state))


def remove_move_mark(connection: Connection) -> None:
    connection.execute(delete(DATABASE_MOVE))


async def is_moved_away(session: BookingSession) -> bool:
    """Asked by a server that runs: its database was there when it started."""
    return await session.scalar(select(DATABASE_MOVE.c.state)) is MoveState.MOVED


def refuse_if_moved(connection: Connection) -> None:
    """
    Raises:
        DatabaseMoves: the clinic leaves this database, has left it, or has not arrived in it.
    """
    mark = move_mark(connection)
    if mark is None or mark.state is MoveState.PREPARING:
        return
    since = f"{mark.since:%Y-%m-%d %H:%M} UTC"
    match mark.state:
        case MoveState.MOVED:
            sentence = (
                f"the clinic was moved to {mark.other} at {since}, and takes its bookings there: name that "
                "database in DATABASE_URL"
            )
        case MoveState.LEAVING:
            sentence = (
                f"the clinic is being moved to {mark.other} since {since}, and takes no change meanwhile: "
                "wait, run `book-online move` again if it was stopped, or `book-online move --give-up`"
            )
        case _:
            sentence = (
                f"the clinic is being moved here from {mark.other} since {since}, and not all of it has "
                "arrived: run `book-online move` there again, or use another database"
            )
    raise DatabaseMoves(sentence)
