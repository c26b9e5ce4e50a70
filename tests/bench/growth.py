"""What grows with what: listing with the practitioner-days asked for, and nothing with history."""

import time
from datetime import UTC, datetime, timedelta

from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from tests.bench.booking import Desk, open_desk
from tests.bench.history import add_history
from tests.bench.measure import Figure, Row, at_most, medians

FEW, MANY = (20, 14), (40, 28)
"""Practitioners and days."""
TOLERANCE = 1.1
"""A tenth may be the machine's."""


async def with_practitioner_days(url: str) -> Row:
    async with open_desk(url, practitioners=MANY[0]) as desk:
        small, large = _listing(desk.database, *FEW), _listing(desk.database, *MANY)
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
    async with open_desk(new) as young, open_desk(old) as aged:
        await add_history(old, number, practitioners=10)
        rows = []
        for name, figure in (("slots", _listing_of), ("booking", _booking_of)):
            mine, theirs, ratio = await medians(figure(aged), figure(young), rounds=15)
            rows.append(
                Row(
                    f"{name}, {number:,} past visits, {database}",
                    *at_most(ratio, TOLERANCE),
                    f"{mine * 1000:.1f} ms",
                    f"{theirs * 1000:.1f} ms",
                    "without a past",
                )
            )
    return rows


def _listing_of(desk: Desk) -> Figure:
    return _listing(desk.database, practitioners=10, days=7, each=False)


def _booking_of(desk: Desk) -> Figure:
    async def seconds() -> float:
        begun = time.perf_counter()
        for _ in range(5):
            await desk.book()
        return (time.perf_counter() - begun) / 5

    return seconds


def _listing(database: Database, practitioners: int, days: int, *, each: bool = True) -> Figure:
    """Seconds, for each practitioner-day or for all."""
    first = datetime.now(UTC).date() + timedelta(days=2)

    async def seconds() -> float:
        begun = time.perf_counter()
        for _ in range(3):
            async with database.read() as session:
                wish = await slot_criteria(session, f"visit-{practitioners}")
                last = first + timedelta(days=days - 1)
                slots = await find_slots(session, wish, first, last, now=datetime.now(UTC))
                assert len({slot.practitioner for slot in slots}) == practitioners
        return (time.perf_counter() - begun) / 3 / (practitioners * days if each else 1)

    return seconds
