"""Growth: listing slots takes time by the practitioner-days asked for, and nothing grows with history."""

import time
from datetime import UTC, datetime, timedelta

from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from tests.bench.booking import BookingClient, booking_client
from tests.bench.support.clinic import person
from tests.bench.support.history import add_history
from tests.bench.support.measure import Figure, Row, at_most, medians
from tests.booking.calendars.busy.copies import add_copy

FEW, MANY = (20, 14), (40, 28)
"""Practitioners and days."""
TOLERANCE = 1.1
"""A tenth is the noise of the machine."""
PRACTITIONERS, INTERVALS = 10, 500
WITH_CALENDARS = 2
"""One statement more, and starts that are cut up."""


async def with_practitioner_days(url: str) -> Row:
    async with booking_client(url, practitioners=MANY[0]) as client:
        small, large = _listing(client.database, *FEW), _listing(client.database, *MANY)
        mine, theirs, ratio = await medians(large, small, rounds=9)
    return Row(
        f"slots, {MANY[0]} x {MANY[1]} days, for each",
        *at_most(ratio, TOLERANCE),
        f"{mine * 1e6:.1f} us",
        f"{theirs * 1e6:.1f} us",
        f"{FEW[0]} x {FEW[1]} days, for each",
    )


async def with_history(new: str, old: str, database: str, number: int) -> list[Row]:
    """`new` and `old` are the URLs of migrated databases: the one gets a history, the other none."""
    async with booking_client(new) as fresh, booking_client(old) as aged:
        await add_history(old, number, practitioners=10)
        rows = []
        for name, figure in (("slots", _listing_of), ("booking", _booking_of)):
            mine, theirs, ratio = await medians(figure(aged), figure(fresh), rounds=15)
            rows.append(
                Row(
                    f"{name}, {number:,} past appointments, {database}",
                    *at_most(ratio, TOLERANCE),
                    f"{mine * 1000:.1f} ms",
                    f"{theirs * 1000:.1f} ms",
                    "without history",
                )
            )
    return rows


async def with_busy_calendars(busy: str, free: str, database: str) -> Row:
    """`busy` and `free` are the URLs of migrated databases: in the one everybody has a calendar elsewhere."""
    async with booking_client(busy) as having, booking_client(free) as without:
        for number in range(1, PRACTITIONERS + 1):
            await add_copy(having.database, person(number), _busy_times(), copied_at=datetime.now(UTC))
        mine, theirs, ratio = await medians(_listing_of(having), _listing_of(without), rounds=15)
    return Row(
        f"slots, {PRACTITIONERS} calendars of {INTERVALS}, {database}",
        *at_most(ratio, WITH_CALENDARS),
        f"{mine * 1000:.1f} ms",
        f"{theirs * 1000:.1f} ms",
        "without calendars",
    )


def _busy_times() -> list[tuple[datetime, datetime]]:
    """Five times a day, ten minutes each, from now on."""
    now = datetime.now(UTC)
    starts = [now + timedelta(hours=4.8) * number for number in range(INTERVALS)]
    return [(start, start + timedelta(minutes=10)) for start in starts]


def _listing_of(client: BookingClient) -> Figure:
    return _listing(client.database, practitioners=10, days=7, each=False)


def _booking_of(client: BookingClient) -> Figure:
    async def seconds() -> float:
        started_at = time.perf_counter()
        for _ in range(5):
            await client.book()
        return (time.perf_counter() - started_at) / 5

    return seconds


def _listing(database: Database, practitioners: int, days: int, *, each: bool = True) -> Figure:
    """Seconds, for each practitioner-day or for all."""
    first = datetime.now(UTC).date() + timedelta(days=2)

    async def seconds() -> float:
        started_at = time.perf_counter()
        for _ in range(3):
            async with database.read() as session:
                criteria = await slot_criteria(session, f"visit-{practitioners}")
                last = first + timedelta(days=days - 1)
                slots = await find_slots(session, criteria, first, last, now=datetime.now(UTC))
                assert len({slot.practitioner for slot in slots}) == practitioners
        return (time.perf_counter() - started_at) / 3 / (practitioners * days if each else 1)

    return seconds
