"""Bookings, a hold and what becomes of it, beside the same rows without anything of ours."""

import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from booking.book import BookingRequest, book
from booking.clinic_file.apply import apply_clinic_file
from booking.clinic_file.read import read_clinic_file
from booking.hold import Holder, HoldRequest, hold_slot
from booking.storage.database import Database
from tests.bench.clinic import clinic_file, person
from tests.bench.measure import Row, at_least, medians
from tests.bench.record import Sent, pgbench_script, recorded
from tests.databases import Postgres

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
            clinic = read_clinic_file(clinic_file(practitioners))
            await apply_clinic_file(session, clinic, now=datetime.now(UTC))
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
        numbers = iter(range(1, 1_000_000))

        async def bare_rate() -> float:
            ready = [
                [[(one.statement, one.again(number)) for one in part if one.is_write] for part in rows]
                for number in (next(numbers) for _ in range(A_ROUND))
            ]
            begun = time.perf_counter()
            for parts in ready:
                for part in parts:
                    bare.execute("BEGIN IMMEDIATE")
                    for statement, given in part:
                        bare.executemany(statement, given)
                    bare.execute("COMMIT")
            return A_ROUND / (time.perf_counter() - begun)

        async def stack_rate() -> float:
            ready = [
                [[(one, one.again(number)) for one in part] for part in rows]
                for number in (next(numbers) for _ in range(A_ROUND))
            ]
            begun = time.perf_counter()
            for parts in ready:
                for part in parts:
                    async with writing.begin() as connection:
                        for one, given in part:
                            await connection.exec_driver_sql(one.statement, given if one.many else given[0])
            return A_ROUND / (time.perf_counter() - begun)

        writing = desk.database.engine.execution_options(writes=True)
        mine, theirs, ratio = await medians(desk.rate, bare_rate, rounds=7)
        mine_again, stack, of_stack = await medians(desk.rate, stack_rate, rounds=7)
        bare.close()
    work = "booking, SQLite, durable"
    return [
        Row(work, *at_least(ratio, 0.5), f"{mine:.0f}/s", f"{theirs:.0f}/s", "sqlite3, the same rows"),
        Row(
            work,
            "",
            f"{of_stack:.2f} x",
            True,
            f"{mine_again:.0f}/s",
            f"{stack:.0f}/s",
            "SQLAlchemy's connection, the same statements",
        ),
    ]


async def on_postgresql(postgres: Postgres, url: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "booking.sql"
        async with open_desk(url) as desk:
            script.write_text(pgbench_script(await desk.record()))

            async def bare_rate() -> float:
                return postgres.pgbench(url, script, transactions=A_ROUND)

            mine, theirs, ratio = await medians(desk.rate, bare_rate, rounds=7)
    return Row(
        "booking, PostgreSQL, durable",
        *at_least(ratio, 0.5),
        f"{mine:.0f}/s",
        f"{theirs:.0f}/s",
        "pgbench, the same statements",
    )


def _times() -> Iterator[tuple[str, datetime]]:
    """Each to be had once: every hour from 9 to 15 o'clock of everybody's next months."""
    first = datetime.now(UTC).date() + timedelta(days=2)
    for day in range(300):
        for number in range(1, PRACTITIONERS + 1):
            for hour in range(15, 21):  # 9 or 10 o'clock to 15 or 16, in Toronto
                on = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
                yield person(number), on + timedelta(hours=hour)
