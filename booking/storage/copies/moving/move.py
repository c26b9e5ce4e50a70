"""Moving a clinic into another database, and its key store with it: all of it, or as if nothing had been.

The source's mark and the target's have the same id, so that a run that was killed goes on where it stopped.
At no moment may both be served: the source is closed before the target is opened.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from booking.storage.connection.integrity import find_damage
from booking.storage.copies.backup import Progress
from booking.storage.copies.moving.fence import close_fence, lift_fence, raise_fence
from booking.storage.copies.moving.key_store_copy import copy_key_store, prepare_target_keys
from booking.storage.copies.moving.lock import only_move
from booking.storage.copies.moving.places import Site, errors_at_target, on_both
from booking.storage.copies.moving.rows import Tables, compare_rows, copy_rows
from booking.storage.copies.moving.target import (
    CannotMove,
    open_to_servers,
    prepare_target,
    put_back,
    refuse_unless_free,
    refuse_unless_prepared,
)
from booking.storage.copies.restore import plan_tables
from booking.storage.copies.tables import (
    stored_revisions,
    stored_tables,
)
from booking.storage.migrations.history import CORE_HISTORY, MigrationHistory
from booking.storage.migrations.move_mark import (
    MoveMark,
    MoveState,
    move_mark,
    refuse_if_moved,
    remove_move_mark,
    set_move_mark,
    set_move_state,
)
from booking.storage.migrations.upgrade import has_todays_tables, on_database

WAITED_TOO_LONG = "55P03"
ATTEMPTS = 100
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Reports:
    """Told how the move goes: of each step that is done, and of how many rows are."""

    say: Callable[[str], None]
    progress: Progress


@dataclass(frozen=True)
class Move:
    """`record` writes into the audit trail of the source, `check_keys` compares the target with its keys."""

    source: Site
    target: Site
    features: Sequence[MigrationHistory]
    reports: Reports
    record: Callable[[], Awaitable[None]]
    check_keys: Callable[[], Awaitable[None]]

    async def run(self, *, now: datetime) -> None:
        """
        Raises:
            CannotMove: the source can't be moved, or not to this target.
            TargetUnusable: the target's disk is full, it can't be reached, or may not be written.
            MoveRuns: another process moves from or to one of them.
            NotEmpty: the target holds something.
            CannotCopy: a table can't be copied.
        """
        with errors_at_target(self.target.url):
            is_same = self.source.is_same(self.target)
        if is_same:
            raise CannotMove("the target is the database that the clinic is in: name another one")
        async with self._alone():
            mark = await self._begin(now)
            if mark.state is MoveState.MOVED:  # A run before was killed at its last step.
                await self._open_target(mark)
                return
            await self._fence()
            await self._copy()
            await self._finish_target()
            if self.target.keys_url and self.source.keys_url:
                keys = await copy_key_store(self.source.keys_url, self.target.keys_url)
                self.reports.say(f"The key store: {keys} data keys are copied and compared.")
            await self.check_keys()
            await self._close_source()
            await self._open_target(mark)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as locks:
            await locks.enter_async_context(only_move(self.source.url))
            with errors_at_target(self.target.url):
                await locks.enter_async_context(only_move(self.target.url))
            yield

    async def _begin(self, now: datetime) -> MoveMark:
        """The mark of this move in the source: of a run before, or a new one, whose target is prepared."""
        mark = await on_database(self.source.url, _check_source)
        if mark and mark.state is not MoveState.PREPARING and mark.other != self.target.words:
            refused = "was moved" if mark.state is MoveState.MOVED else "is being moved"
            raise CannotMove(f"the clinic {refused} to {mark.other}: name that one, or give that move up")
        revisions = await on_database(self.source.url, stored_revisions)
        plan = plan_tables(revisions, self.features, of="the database")
        if mark is None or mark.state is MoveState.PREPARING:
            if damage := await on_database(self.source.url, find_damage):
                raise CannotMove(
                    f"the database is damaged ({damage[0]}): `book-online database check` says more (nothing "
                    "was changed)"
                )
            known = mark.move if mark and mark.other == self.target.words else uuid.uuid4()
            mark = MoveMark(known, MoveState.PREPARING, self.target.words, now, [])
            with errors_at_target(self.target.url):
                await on_database(self.target.url, partial(refuse_unless_free, mark=mark), creates=True)
            if self.target.keys_url:
                with errors_at_target(self.target.keys_url):
                    await prepare_target_keys(self.target.url, self.target.keys_url)
            await on_database(self.source.url, partial(set_move_mark, mark=mark), writes=True)
            arriving = replace(mark, state=MoveState.ARRIVING, other=self.source.words)
            prepare = partial(prepare_target, plan=plan, mark=arriving)
            with errors_at_target(self.target.url):
                await on_database(self.target.url, prepare, writes=True)
            await self.record()
        elif mark.state is MoveState.LEAVING:
            with errors_at_target(self.target.url):
                await on_database(self.target.url, partial(refuse_unless_free, mark=mark), creates=True)
                await on_database(self.target.url, partial(refuse_unless_prepared, mark=mark))
            self.reports.say("Going on with the move that was stopped.")
        return mark

    async def _fence(self) -> None:
        if self.source.keys_url:
            await _between_changes(self.source.keys_url, raise_fence)
        await _between_changes(self.source.url, _leave)
        self.reports.say("From now on the clinic takes no change; what is open can be read as before.")

    async def _copy(self) -> None:
        def copy(source: Connection, target: Connection) -> int:
            return copy_rows(
                source, target, self._tables(source, target), self._at_target, self.reports.progress
            )

        copied = await on_both(self.source.url, self.target.url, copy)
        self.reports.say(f"Copied {copied} rows.")

    async def _finish_target(self) -> None:
        with self._at_target():
            await on_database(self.target.url, put_back, writes=True)

        def compare(source: Connection, target: Connection) -> int:
            return compare_rows(
                source, target, self._tables(source, target), self._at_target, self.reports.progress
            )

        rows = await on_both(self.source.url, self.target.url, compare)
        self.reports.say(f"Compared {rows} rows: each table is the same in both databases.")

    async def _close_source(self) -> None:
        if self.target.keys_url and self.source.keys_url:
            await _between_changes(self.source.keys_url, close_fence)
        elif self.source.keys_url:
            await on_database(self.source.keys_url, lift_fence, writes=True)

        def close(connection: Connection) -> None:
            close_fence(connection)
            set_move_state(connection, MoveState.MOVED)

        await _between_changes(self.source.url, close)

    async def _open_target(self, mark: MoveMark) -> None:
        with self._at_target():
            await on_database(self.target.url, partial(open_to_servers, mark=mark), writes=True)

    def _tables(self, source: Connection, target: Connection) -> tuple[Tables, Tables]:
        with self._at_target():
            theirs = {table.name: table for table in stored_tables(target)}
            target.rollback()
        return {table.name: table for table in stored_tables(source)}, theirs

    def _at_target(self) -> AbstractContextManager[None]:
        return errors_at_target(self.target.url)


async def give_up(source: Site) -> None:
    """Let the clinic go on where it is.

    Raises:
        CannotMove: no move is under way, or it is done.
        MoveRuns: it is still running.
    """
    async with only_move(source.url):
        mark = await on_database(source.url, move_mark)
        if mark is None:
            raise CannotMove("no move of this database is under way")
        if mark.state is MoveState.MOVED:
            await on_database(source.url, refuse_if_moved)
        if mark.state is MoveState.ARRIVING:
            raise CannotMove(
                "the clinic arrives in this database: give the move up where it comes from, and delete this "
                "database"
            )
        if source.keys_url:
            await on_database(source.keys_url, lift_fence, writes=True)

        def lift(connection: Connection) -> None:
            lift_fence(connection)
            remove_move_mark(connection)

        await on_database(source.url, lift, writes=True)


def _check_source(connection: Connection) -> MoveMark | None:
    """
    Raises:
        NewerDatabase: a later version has migrated it.
        CannotMove: it has no tables, or not those of this version.
        DatabaseMoves: it is the target of another move.
    """
    if not inspect(connection).get_table_names():
        raise CannotMove("DATABASE_URL names an empty database: name the one that the clinic is in")
    if not has_todays_tables(connection, [CORE_HISTORY]):
        raise CannotMove(
            "the database is of an earlier version: start this version's server once, which updates it, or "
            "`book-online load`; then move"
        )
    mark = move_mark(connection)
    if mark and mark.state is MoveState.ARRIVING:
        refuse_if_moved(connection)
    return mark


async def _between_changes(url: str, work: Callable[[Connection], None]) -> None:
    """A change that is under way may hold one table and want the next, so it is the fence that steps back."""
    for attempt in range(ATTEMPTS):
        try:
            await on_database(url, work, writes=True)
        except DBAPIError as error:
            is_busy = getattr(error.orig, "sqlstate", "") == WAITED_TOO_LONG
            if not is_busy or attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def _leave(connection: Connection) -> None:
    raise_fence(connection)
    set_move_state(connection, MoveState.LEAVING)
