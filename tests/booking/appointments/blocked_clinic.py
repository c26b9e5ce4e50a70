"""A clinic whose desk blocks time: practitioners one and two, from 9 to 12 on each day."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.appointments.blocked_time.block import BlockOutcome, block_time, remove_block
from booking.appointments.blocked_time.extra_hours import add_extra_hours
from booking.appointments.book import BookingRequest
from booking.domain.actor import Actor, ActorKind
from booking.domain.events import EventKind
from booking.scheduling.blocked_time import BlockRequest, ExtraHoursRequest
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.blocked_time import BlockKind
from booking.storage.models.outbox import OutboxEvent
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW, practitioner, small_clinic

RECEPTION = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)  # in Toronto
SATURDAY = datetime(2026, 11, 28, 19, tzinfo=UTC)  # 14:00
TEN, ELEVEN = NINE + timedelta(hours=1), NINE + timedelta(hours=2)
CLINIC = small_clinic(practitioners=practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00"))


def block_of(
    starts_at: datetime = NINE, ends_at: datetime | None = TEN, *, practitioner: str = "one", **other: Any
) -> BlockRequest:
    return BlockRequest(practitioner, starts_at, ends_at, BlockKind.ABSENCE, **other)


async def block(
    database: Database, request: BlockRequest, *, over_visits: bool = False, now: datetime = NOW
) -> BlockOutcome:
    async with database.write() as session:
        return await block_time(session, request, actor=RECEPTION, now=now, over_visits=over_visits)


async def unblock(database: Database, id: uuid.UUID, *, whole_series: bool = False) -> int:
    async with database.write() as session:
        removed = await remove_block(session, id, whole_series=whole_series, actor=RECEPTION, now=NOW)
    return len(removed)


async def starts_of(database: Database, who: str = "one", day: datetime = NINE) -> list[datetime]:
    async with database.read() as session:
        criteria = await slot_criteria(session, "visit", who)
        slots = await find_slots(session, criteria, day.date(), day.date(), now=NOW)
    return [slot.starts_at for slot in slots]


async def impossible(database: Database) -> Sequence[uuid.UUID]:
    async with database.read() as session:
        query = select(Appointment.id).where(Appointment.impossible_since.is_not(None))
        return (await session.scalars(query.order_by(Appointment.starts_at))).all()


async def calls_to_make(database: Database) -> int:
    """How many events say that a patient has to be called."""
    async with database.read() as session:
        kinds = (await session.scalars(select(OutboxEvent.kind))).all()
    return list(kinds).count(EventKind.NEEDS_ATTENTION)


async def visit(
    database: Database, at: datetime = NINE, who: str = "one", *, language: str = "en"
) -> SampleBooking:
    return await make_booking(database, at, service="visit", practitioner=who, language=language)


def details_of(token: str) -> BookingRequest:
    return BookingRequest([token], False, "Sample Patient", "patient@example.com", "416 555 0123", {}, "en")


async def extra(database: Database, starts_at: datetime, hours: int = 2, location: str = "here") -> uuid.UUID:
    request = ExtraHoursRequest("one", location, starts_at, starts_at + timedelta(hours=hours))
    async with database.write() as session:
        return (await add_extra_hours(session, request, actor=RECEPTION, now=NOW)).id
