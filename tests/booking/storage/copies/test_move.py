"""A move between the databases: what servers may do meanwhile, what a stopped one leaves, what is refused."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, func, select, text

from booking.domain.errors import ClinicMoved, ClinicMoving, NotOpen, OutOfOrder, TryAgain
from booking.storage.base import insert_rows
from booking.storage.copies.moving.lock import MoveRuns, only_move
from booking.storage.copies.moving.move import Move, Reports, give_up
from booking.storage.copies.moving.places import Site, TargetUnusable
from booking.storage.copies.moving.target import CannotMove
from booking.storage.copies.restore import NotEmpty
from booking.storage.copies.tables import digest_of, stored_tables
from booking.storage.database import Database
from booking.storage.key_store.location import key_store_url
from booking.storage.migrations.move_mark import DatabaseMoves, refuse_if_moved
from booking.storage.migrations.upgrade import on_database
from booking.storage.models.appointments import Appointment
from booking.storage.models.outbox import OutboxListener
from booking.storage.queries.catalogue import get_clinic
from graphql_api.settings import Settings
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import Postgres, open_database

TARGET = "moved_clinic"
THURSDAY = datetime(2022, 1, 6, 10, tzinfo=ZoneInfo("America/Toronto"))


class Stopped(Exception):
    """Stands for whatever ends a move in the middle."""


@dataclass
class Mover:
    """Moves between these two, and stops when a table is reached, if one is named."""

    source: Site
    target: Site
    key_file: Path
    said: list[str] = field(default_factory=list)

    def move(self, *, stops: bool = False, target: Site | None = None) -> Move:
        def progress(done: int, total: int) -> None:
            if stops and done > total // 2:
                raise Stopped

        async def nothing() -> None:
            pass

        reports = Reports(self.said.append, progress)
        return Move(self.source, target or self.target, [], reports, nothing, nothing)

    async def run(self, *, stops: bool = False, target: Site | None = None) -> None:
        await self.move(stops=stops, target=target).run(now=NOW)

    def open_target(self) -> Database:
        return Database(self.target.url, Settings(self.target.url, key_file=self.key_file).data_keys())


@pytest.fixture
def empty_postgresql(postgres: Postgres) -> Iterator[str]:
    postgres.run(f"CREATE DATABASE {TARGET}")
    yield postgres.url(TARGET)
    for name in (TARGET, f"{TARGET}_keys"):
        postgres.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def site(url: str) -> Site:
    return Site(url, key_store_url(url))


@pytest.fixture(params=["to PostgreSQL", "to SQLite"])
def mover(request: pytest.FixtureRequest, tmp_path: Path) -> Mover:
    if request.param == "to PostgreSQL":
        source, target = map(request.getfixturevalue, ("sqlite_url", "empty_postgresql"))
    else:
        source, target = request.getfixturevalue("postgresql_url"), f"sqlite:///{tmp_path / 'moved.sqlite3'}"
    return Mover(site(source), site(target), Settings(source).key_encryption_file.path)


@pytest.fixture
async def source(mover: Mover) -> AsyncIterator[Database]:
    database = open_database(mover.source.url)
    await open_clinic(database)
    yield database
    await database.close()


async def digests(url: str) -> dict[str, tuple[int, str]]:
    def read(connection: Connection) -> dict[str, tuple[int, str]]:
        found = {table.name: digest_of(connection, table) for table in stored_tables(connection)}
        return {name: (digest.rows, digest.hexdigest()) for name, digest in found.items()}

    return await on_database(url, read)


async def book_week(database: Database, number: int) -> None:
    at = THURSDAY + timedelta(weeks=number)
    await make_booking(database, at, email=f"zebra{number}@example.com", now=at - timedelta(days=1))


async def count_visits(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Appointment)) or 0


async def test_what_servers_book_at_the_start_arrives_or_is_refused(mover: Mover, source: Database) -> None:
    booked, some_are_booked = 0, asyncio.Event()

    async def book_on() -> None:
        nonlocal booked
        for week in count():
            with suppress(NotOpen):  # a holiday
                await book_week(source, week)
                booked += 1
            some_are_booked.set()

    booking = asyncio.create_task(book_on())
    await asyncio.wait_for(some_are_booked.wait(), 30)
    await mover.run()

    with pytest.raises(TryAgain) as refused:  # Also where the key store, whose fence comes first, refuses.
        await booking
    assert type(refused.value) in (ClinicMoving, ClinicMoved, OutOfOrder)
    async with source.read() as session:
        assert (await get_clinic(session)).name
    target = mover.open_target()
    assert await count_visits(source) == await count_visits(target) == booked
    # Foreign keys, triggers and the next keys are as in any other database.
    await make_booking(target, THURSDAY - timedelta(weeks=1), now=THURSDAY - timedelta(weeks=2))
    assert await count_visits(target) == booked + 1
    await target.close()


async def test_a_stopped_move_goes_on_and_nothing_is_served_from_two_places(
    mover: Mover, source: Database
) -> None:
    await book_week(source, 0)
    async with source.write() as session:  # Several batches.
        await insert_rows(session, [OutboxListener(name=f"{number:04}") for number in range(1200)])
    before = await digests(mover.source.url)

    with pytest.raises(Stopped):
        await mover.run(stops=True)

    for url, sentence in (
        (mover.source.url, "the clinic is being moved to "),
        (mover.target.url, "the clinic is being moved here from "),
    ):
        with pytest.raises(DatabaseMoves, match=sentence):
            await on_database(url, refuse_if_moved)
    with pytest.raises(ClinicMoving):
        async with source.write() as session:
            await session.execute(text("DELETE FROM outbox_listeners"))
    assert not source.cannot_write  # A proxy leaves it the visitors, who can read.
    assert await count_visits(source) == 1

    await mover.run()

    assert "Going on with the move that was stopped." in mover.said
    assert await digests(mover.target.url) == before
    await on_database(mover.target.url, refuse_if_moved)
    with pytest.raises(DatabaseMoves, match="the clinic was moved to "):
        await on_database(mover.source.url, refuse_if_moved)
    with pytest.raises(ClinicMoved):
        async with source.write() as session:
            await session.execute(text("DELETE FROM outbox_listeners"))
    assert source.cannot_write
    with pytest.raises(CannotMove, match="there is nothing left to do"):
        await mover.run()
    with pytest.raises(DatabaseMoves, match="the clinic was moved to "):
        await give_up(mover.source)


async def test_a_move_that_is_given_up_leaves_the_clinic_as_it_was(mover: Mover, source: Database) -> None:
    with pytest.raises(Stopped):
        await mover.run(stops=True)

    await give_up(mover.source)

    await book_week(source, 0)
    with pytest.raises(CannotMove, match="no move of this database is under way"):
        await give_up(mover.source)
    with pytest.raises(NotEmpty, match="a part of another move, which was given up"):
        await mover.run()
    with pytest.raises(DatabaseMoves, match="the clinic is being moved here from "):
        await on_database(mover.target.url, refuse_if_moved)


async def test_targets_that_cannot_be_used_are_refused_and_the_clinic_takes_changes(
    mover: Mover, source: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    full = request.getfixturevalue("sqlite_url")
    for target, error, sentence in (
        (mover.source, CannotMove, "the target is the database that the clinic is in"),
        (site(full.replace("/clinic.", "/./clinic.")), (CannotMove, NotEmpty), "the target is"),
        (
            site(f"sqlite:///{tmp_path}/none/a.sqlite3"),
            TargetUnusable,
            "the move: there is no folder",
        ),
        (site("postgresql://u@127.0.0.1:1/none"), TargetUnusable, "nothing listens at .* or correct TARGET"),
        (site("mysql://u@127.0.0.1/none"), TargetUnusable, "TARGET starts with 'mysql'"),
    ):
        with pytest.raises(error, match=sentence):
            await mover.run(target=target)
    for url in (mover.source.url, mover.target.url):
        async with only_move(url):
            with pytest.raises(MoveRuns):
                await mover.run()

    await book_week(source, 0)
