"""A clinic whose outbox relay delivers to a listener that records, by a clock that stands still."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.events import Event
from booking.domain.screening import Answer
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxDelivery
from booking.storage.queries.outbox import register_listeners
from booking.storage.session import BookingSession
from tests.support.clinics import NOW, open_clinic, small_clinic

NINE = datetime(2026, 11, 24, 14, tzinfo=NOW.tzinfo)
DAY = timedelta(days=1)


@dataclass
class RecordingListener:
    """Records the events that it is given, and fails as often as it has `failures` left."""

    received: list[tuple[Event, str | None]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    async def __call__(self, event: Event, manage_token: str | None) -> None:
        self.received.append((event, manage_token))
        if self.failures:
            raise self.failures.pop()


@dataclass
class StandingClock:
    now: datetime = NOW

    async def __call__(self, _session: BookingSession) -> datetime:
        return self.now


@pytest.fixture
def listener() -> RecordingListener:
    return RecordingListener()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, small_clinic())
    await register(database, "mail")
    return database


@pytest.fixture
def relay(database: Database, listener: RecordingListener, clock: StandingClock) -> OutboxRelay:
    return OutboxRelay(database, {"mail": listener}, clock=clock)


async def register(database: Database, *names: str) -> None:
    async with database.write() as session:
        await register_listeners(session, names)


async def book_at(database: Database, at: datetime = NINE) -> Booking:
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", at), now=NOW)
    return await book_held(database, [token])


async def book_held(database: Database, tokens: list[str]) -> Booking:
    contact: tuple[str, str, str, dict[str, Answer], str] = (
        "Sample Patient",
        "patient@example.com",
        "416 555 0123",
        {},
        "en",
    )
    async with database.write() as session:
        return await book(session, BookingRequest(tokens, len(tokens) > 1, *contact), now=NOW)


async def deliveries(database: Database) -> list[OutboxDelivery]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxDelivery)))
