"""Bookings, a hold and what becomes of it, beside the same rows without anything of ours."""

import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from booking.appointments.book import BookingRequest, book
from booking.appointments.hold import Holder, HoldRequest, hold_slot
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.sync import sync_clinic_file
from booking.storage.database import Database
from tests.bench.clinic import clinic_file, person
from tests.bench.measure import Figure, Row, at_least, medians
from tests.bench.record import Sent, pgbench_script, recorded
from tests.support.databases import Postgres

A_ROUND = 20
"""Bookings of one measurement."""
PRACTITIONERS = 10


class Desk:
    """Books one time after another."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._times = _times()

    async def book(self) -> None:
        who, at = next(self._times)
        now = datetime.now(UTC)
        request = HoldRequest("visit", at, who)
        async with self.database.write() as session:
            _, token = await hold_slot(session, request, now=now, by=Holder(b"bench", 1_000_000))
        details = ("Sample Patient", "patient@example.com", "416 555 0123")
        async with self.database.write() as session:
            await book(session, BookingRequest([token], False, *details, {}, "en"), now=now)

    async def rate(self) -> float:
        """Bookings a second."""
        begun = time.perf_counter()
        for _ in range(A_ROUND):
            await self.book()
        return A_ROUND / (time.perf_counter() - begun)

    async def record(self) -> list[list[Sent]]:
        """What one booking sends, a list for each of its transactions."""
        with recorded(self.database.engine) as sent:
            await self.book()
        second = next(place for place, one in enumerate(sent) if one.statement.startswith("SELECT holds.id"))
        return [sent[:second], sent[second:]]


@asynccontextmanager
async def open_desk(url: str, *, practitioners: int = PRACTITIONERS) -> AsyncIterator[Desk]:
    """In a migrated database; it is warm."""
    database = Database(url)
    try:
        async with database.write() as session:
            clinic = parse_clinic_file(clinic_file(practitioners))
            await sync_clinic_file(session, clinic, now=datetime.now(UTC))
        desk = Desk(database)
        for _ in range(5):
            await desk.book()
        yield desk
    finally:
        await database.close()


async def on_sqlite(url: str) -> list[Row]:
    async with open_desk(url) as desk:
        rows = await desk.record()
        bare = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=15)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            bare.execute(f"PRAGMA {pragma}")
        numbers = count(1)

        async def bare_rate() -> float:
            ready = [
                [[(one.statement, one.again(number)) for one in part if one.is_write] for part in rows]
                for number in islice(numbers, A_ROUND)
            ]
            begun = time.perf_counter()
            for parts in ready:
                for part in parts:
                    bare.execute("BEGIN IMMEDIATE")
                    for statement, given in part:
                        bare.executemany(statement, given)
                    bare.execute("COMMIT")
            return A_ROUND / (time.perf_counter() - begun)

        beside_the_bare = await medians(desk.rate, bare_rate, rounds=7)
        beside_the_stack = await medians(desk.rate, _stack(desk, rows, numbers), rounds=7)
        bare.close()
    return _rows("booking, SQLite, durable", beside_the_bare, "sqlite3, the same rows", beside_the_stack)


async def on_postgresql(postgres: Postgres, url: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "booking.sql"
        async with open_desk(url) as desk:
            rows = await desk.record()
            script.write_text(pgbench_script(rows))

            async def bare_rate() -> float:
                return postgres.pgbench(url, script, transactions=A_ROUND)

            beside_the_bare = await medians(desk.rate, bare_rate, rounds=7)
            beside_the_stack = await medians(desk.rate, _stack(desk, rows, count(1)), rounds=7)
    work = "booking, PostgreSQL, durable"
    return _rows(work, beside_the_bare, "pgbench, the same statements", beside_the_stack)


def _stack(desk: Desk, rows: list[list[Sent]], numbers: Iterator[int]) -> Figure:
    """What SQLAlchemy's connection alone does with the same statements: the floor of what is built on it."""
    writing = desk.database.engine.execution_options(writes=True)

    async def rate() -> float:
        ready = [
            [[(one, one.again(number)) for one in part] for part in rows]
            for number in islice(numbers, A_ROUND)
        ]
        begun = time.perf_counter()
        for parts in ready:
            for part in parts:
                async with writing.begin() as connection:
                    for one, given in part:
                        await connection.exec_driver_sql(one.statement, given if one.many else given[0])
        return A_ROUND / (time.perf_counter() - begun)

    return rate


def _rows(
    work: str, bare: tuple[float, float, float], other: str, stack: tuple[float, float, float]
) -> list[Row]:
    told = "SQLAlchemy's connection, the same statements"
    return [
        Row(work, *at_least(bare[2], 0.5), f"{bare[0]:.0f}/s", f"{bare[1]:.0f}/s", other),
        Row(work, "", f"{stack[2]:.2f} x", True, f"{stack[0]:.0f}/s", f"{stack[1]:.0f}/s", told),
    ]


def _times() -> Iterator[tuple[str, datetime]]:
    """Each to be had once: every hour from 9 to 15 o'clock of everybody's next months."""
    first = datetime.now(UTC).date() + timedelta(days=2)
    for day in range(300):
        for number in range(1, PRACTITIONERS + 1):
            for hour in range(15, 21):  # 9 or 10 o'clock to 15 or 16, in Toronto
                on = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
                yield person(number), on + timedelta(hours=hour)
