"""A clinic in which guests join in, and guests who fail."""

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
from booking.scheduling.slots import find_slots, slot_criteria
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxListener
from tests.support.clinics import NOW, practitioner

FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
NINE = datetime.fromisoformat("2026-11-24T09:00-05:00")
TEN = NINE + timedelta(hours=1)
ELEVEN = NINE + timedelta(hours=2)
TWO_PEOPLE = practitioner("one", "09:00-12:00") + practitioner("two", "09:00-12:00")
Open = Callable[..., Any]


class ExtendedClinic:
    """A clinic whose guests join in; each verb is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def hold(self, at: datetime, who: str | None = None, *, now: datetime = NOW) -> str:
        async with self.database.write() as session:
            return (await hold_slot(session, HoldRequest("visit", at, who), now=now))[1]

    async def book(self, at: datetime, who: str | None = None, *, by: str | None = None) -> Booking:
        return await self.book_held([await self.hold(at, who)], by=by)

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
        """With whom."""
        async with self.database.read() as session:
            wish = await slot_criteria(session, "visit")
            slots = await find_slots(session, wish, at.date(), at.date(), now=now)
        return [slot.practitioner for slot in slots if slot.starts_at == at]


async def hang(_about: object) -> Any:
    await asyncio.sleep(3600)


async def hang_in_the_database(about: Proposal | BusyQuery) -> Any:
    is_sqlite = about.session.get_bind().dialect.name == "sqlite"
    await about.session.execute(text(FOREVER if is_sqlite else "SELECT pg_sleep(60)"))


async def fail(_about: object) -> Any:
    raise RuntimeError("somebody else's mistake")


async def leave(_about: object) -> Any:
    raise SystemExit(3)


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


async def fail_mutely(_about: object) -> Any:
    raise Mute


async def refuse_mutely(_about: object) -> Any:
    raise Declined(cast(str, Mute()))


async def answer_too_late(_about: object) -> Any:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return []


async def commit(about: Proposal | BusyQuery) -> Any:
    await about.session.commit()
    return []


async def roll_back(about: Proposal | BusyQuery) -> Any:
    await about.session.rollback()
    return []


async def close(about: Proposal | BusyQuery) -> Any:
    await about.session.close()
    return []


async def break_it_and_go_on(about: Proposal | BusyQuery) -> Any:
    """What is there already is tried again, and the failure caught: SQLAlchemy has rolled back by then."""
    about.session.add(OutboxListener(name="twice"))
    await about.session.flush()
    about.session.expunge_all()
    about.session.add(OutboxListener(name="twice"))
    with suppress(Exception):
        await about.session.flush()
    return []


async def commit_and_refuse(about: Proposal | BusyQuery) -> Any:
    with suppress(Exception):
        await about.session.commit()
    raise Declined("Too late.")


async def break_the_transaction(about: Proposal | BusyQuery) -> Any:
    await about.session.execute(text("SELECT nothing FROM nowhere"))


async def answer_nothing(_about: object) -> Any:
    return None


async def answer_rubbish(_about: object) -> Any:
    return ["one"]


async def answer_backwards(_about: object) -> Any:
    return [BusyTime("one", TEN, NINE)]


async def answer_a_naive_time(_about: object) -> Any:
    return [BusyTime("one", datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 10))]  # noqa: DTZ001
