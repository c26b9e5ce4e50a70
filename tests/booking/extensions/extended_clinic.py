"""A clinic with the hooks of features, and hooks that fail in many ways."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import text

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_slot
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import Declined
from booking.domain.hookspecs import BusyQuery, BusyTime, Proposal
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxListener
from tests.support.clinics import NOW, practitioner

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
NINE = datetime.fromisoformat("2026-11-24T09:00-05:00")
TEN = NINE + timedelta(hours=1)
ELEVEN = NINE + timedelta(hours=2)
TWO_PRACTITIONERS = practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00")
ClinicFactory = Callable[..., Any]


class ExtendedClinic:
    """A clinic with the hooks of features; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def hold(self, at: datetime, practitioner: str | None = None, *, now: datetime = NOW) -> str:
        async with self.database.write() as session:
            return (await hold_slot(session, HoldRequest("visit", at, practitioner), now=now))[1]

    async def book(self, at: datetime, practitioner: str | None = None, *, by: str | None = None) -> Booking:
        return await self.book_held([await self.hold(at, practitioner)], by=by)

    async def book_held(self, tokens: Sequence[str], *, by: str | None = None) -> Booking:
        request = BookingRequest(
            hold_tokens=tokens,
            as_course=len(tokens) > 1,
            name="Sample Patient",
            email="patient@example.com",
            phone="416 555 0100",
            answers={},
            language="en",
            booked_by=by,
        )
        async with self.database.write() as session:
            return await book(session, request, now=NOW)

    async def move(self, booking: Booking, to: datetime) -> None:
        async with self.database.write() as session:
            await reschedule(session, RescheduleRequest(booking.manage_token, to), now=NOW)

    async def cancel(self, booking: Booking) -> None:
        async with self.database.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)

    async def open_at(self, at: datetime, *, now: datetime = NOW) -> list[str]:
        """The practitioners (slugs) with whom a slot is open then."""
        async with self.database.read() as session:
            criteria = await slot_criteria(session, "visit")
            slots = await find_slots(session, criteria, at.date(), at.date(), now=now)
        return [slot.practitioner for slot in slots if slot.starts_at == at]


async def hang(_handed: object) -> Any:
    await asyncio.sleep(3600)


async def hang_in_the_database(handed: Proposal | BusyQuery) -> Any:
    is_sqlite = handed.session.get_bind().dialect.name == "sqlite"
    await handed.session.execute(text(FOREVER if is_sqlite else "SELECT pg_sleep(60)"))


async def fail(_handed: object) -> Any:
    raise RuntimeError("a mistake of the feature's")


async def exit_process(_handed: object) -> Any:
    raise SystemExit(3)


class Textless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


async def raise_without_text(_handed: object) -> Any:
    raise Textless


async def refuse_without_text(_handed: object) -> Any:
    raise Declined(cast(str, Textless()))


async def return_too_late(_handed: object) -> Any:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return []


async def commit(handed: Proposal | BusyQuery) -> Any:
    await handed.session.commit()
    return []


async def roll_back(handed: Proposal | BusyQuery) -> Any:
    await handed.session.rollback()
    return []


async def close_session(handed: Proposal | BusyQuery) -> Any:
    await handed.session.close()
    return []


async def break_the_transaction_and_go_on(handed: Proposal | BusyQuery) -> Any:
    """Insert a row twice and catch the failure: SQLAlchemy has rolled back by then."""
    handed.session.add(OutboxListener(name="twice"))
    await handed.session.flush()
    handed.session.expunge_all()
    handed.session.add(OutboxListener(name="twice"))
    with suppress(Exception):
        await handed.session.flush()
    return []


async def commit_and_refuse(handed: Proposal | BusyQuery) -> Any:
    with suppress(Exception):
        await handed.session.commit()
    raise Declined("Too late.")


async def break_the_transaction(handed: Proposal | BusyQuery) -> Any:
    await handed.session.execute(text("SELECT nothing FROM nowhere"))


async def return_nothing(_handed: object) -> Any:
    return None


async def return_rubbish(_handed: object) -> Any:
    return ["one"]


async def return_a_time_that_ends_first(_handed: object) -> Any:
    return [BusyTime("one", TEN, NINE)]


async def return_a_naive_time(_handed: object) -> Any:
    return [BusyTime("one", datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 10))]  # noqa: DTZ001
