"""Bookings, each a hold and its confirmation, beside the same statements without our code."""

import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from booking.appointments.book import BookingRequest, book
from booking.appointments.checks.holds import Holder
from booking.appointments.hold import HoldRequest, hold_slot
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.sync import sync_clinic_file
from booking.storage.database import Database
from tests.bench.support.clinic import clinic_file, person
from tests.bench.support.measure import Figure, Row, at_least, medians
from tests.bench.support.recorded_statements import RecordedStatement, pgbench_script, recorded
from tests.support.databases import Postgres, open_database

BOOKINGS_PER_ROUND = 20
PRACTITIONERS = 10


class BookingClient:
    """Books one slot after another."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._times = _times()

    async def book(self) -> None:
        practitioner, at = next(self._times)
        now = datetime.now(UTC)
        request = HoldRequest("visit", at, practitioner)
        holder = Holder(b"bench", [(b"bench", 1_000_000)])
        async with self.database.write() as session:
            _, token = await hold_slot(session, request, now=now, holder=holder)
        details = ("Sample Patient", "patient@example.com", "416 555 0123")
        async with self.database.write() as session:
            await book(session, BookingRequest([token], False, *details, {}, "en"), now=now)

    async def rate(self) -> float:
        """Bookings a second."""
        started_at = time.perf_counter()
        for _ in range(BOOKINGS_PER_ROUND):
            await self.book()
        return BOOKINGS_PER_ROUND / (time.perf_counter() - started_at)

    async def record(self) -> list[list[RecordedStatement]]:
        """The statements of one booking, a list for each of its transactions."""
        with recorded(self.database.engine) as sent:
            await self.book()
        second = next(
            index for index, statement in enumerate(sent) if statement.sql.startswith("SELECT holds.id")
        )
        return [sent[:second], sent[second:]]


@asynccontextmanager
async def booking_client(
    url: str, *, practitioners: int = PRACTITIONERS, database: Database | None = None
) -> AsyncIterator[BookingClient]:
    """A client with a warm connection to a migrated database, which is closed at the end."""
    database = database or open_database(url)
    try:
        async with database.write() as session:
            clinic = parse_clinic_file(clinic_file(practitioners))
            await sync_clinic_file(session, clinic)
        client = BookingClient(database)
        for _ in range(5):
            await client.book()
        yield client
    finally:
        await database.close()


async def on_sqlite(url: str) -> list[Row]:
    async with booking_client(url) as client:
        transactions = await client.record()
        bare = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=15)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            bare.execute(f"PRAGMA {pragma}")
        numbers = count(1)

        async def bare_rate() -> float:
            ready = [
                [
                    [
                        (statement.sql, statement.renewed_rows(number))
                        for statement in part
                        if statement.is_write
                    ]
                    for part in transactions
                ]
                for number in islice(numbers, BOOKINGS_PER_ROUND)
            ]
            started_at = time.perf_counter()
            for parts in ready:
                for part in parts:
                    bare.execute("BEGIN IMMEDIATE")
                    for sql, rows in part:
                        bare.executemany(sql, rows)
                    bare.execute("COMMIT")
            return BOOKINGS_PER_ROUND / (time.perf_counter() - started_at)

        against_driver = await medians(client.rate, bare_rate, rounds=7)
        against_sqlalchemy = await medians(client.rate, _stack(client, transactions, numbers), rounds=7)
        bare.close()
    return _rows("booking, SQLite, durable", against_driver, "sqlite3, the same rows", against_sqlalchemy)


async def on_postgresql(postgres: Postgres, url: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "booking.sql"
        async with booking_client(url) as client:
            transactions = await client.record()
            script.write_text(pgbench_script(transactions))

            async def bare_rate() -> float:
                return postgres.pgbench(url, script, transactions=BOOKINGS_PER_ROUND)

            against_driver = await medians(client.rate, bare_rate, rounds=7)
            against_sqlalchemy = await medians(client.rate, _stack(client, transactions, count(1)), rounds=7)
    work = "booking, PostgreSQL, durable"
    return _rows(work, against_driver, "pgbench, the same statements", against_sqlalchemy)


def _stack(
    client: BookingClient, transactions: list[list[RecordedStatement]], numbers: Iterator[int]
) -> Figure:
    """The same statements through SQLAlchemy's connection alone: the floor of all that is built on it."""
    writing = client.database.engine.execution_options(writes=True)

    async def rate() -> float:
        ready = [
            [[(statement, statement.renewed_rows(number)) for statement in part] for part in transactions]
            for number in islice(numbers, BOOKINGS_PER_ROUND)
        ]
        started_at = time.perf_counter()
        for parts in ready:
            for part in parts:
                async with writing.begin() as connection:
                    for statement, rows in part:
                        await connection.exec_driver_sql(statement.sql, rows if statement.many else rows[0])
        return BOOKINGS_PER_ROUND / (time.perf_counter() - started_at)

    return rate


def _rows(
    work: str, bare: tuple[float, float, float], other: str, stack: tuple[float, float, float]
) -> list[Row]:
    sqlalchemy = "SQLAlchemy's connection, the same statements"
    return [
        Row(work, *at_least(bare[2], 0.5), f"{bare[0]:.0f}/s", f"{bare[1]:.0f}/s", other),
        Row(work, "", f"{stack[2]:.2f} x", True, f"{stack[0]:.0f}/s", f"{stack[1]:.0f}/s", sqlalchemy),
    ]


def _times() -> Iterator[tuple[str, datetime]]:
    """Slots that are each booked once: the hours from 9 to 15 o'clock of the practitioners' next months."""
    first = datetime.now(UTC).date() + timedelta(days=2)
    for day in range(300):
        for number in range(1, PRACTITIONERS + 1):
            for hour in range(15, 21):  # 9 or 10 o'clock to 15 or 16, in Toronto
                on = datetime.combine(first + timedelta(days=day), datetime.min.time(), UTC)
                yield person(number), on + timedelta(hours=hour)
