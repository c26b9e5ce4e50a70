"""Whether a time is open, and which times are near it: worked out once, for all who ask at the same time.

These are answers for clients. What a transaction decides, it asks the rulebook itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from booking.domain.errors import BookingError, TryAgain
from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import availability_valid_until, nearest_slots, open_slots_at
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

V = TypeVar("V")


async def check_open(database: Database, wanted: RequestedTime, *, now: datetime) -> None:
    """Refuse a time that is not open, as `open_slots_at` does.

    Raises:
        BookingError: nothing is open then.
    """

    async def refusal(session: BookingSession) -> BookingError | None:
        try:
            criteria = await slot_criteria(session, wanted.service, wanted.practitioner, wanted.location)
            await open_slots_at(session, criteria, wanted.starts_at, now=now)
        except TryAgain:
            raise
        except BookingError as refused:
            return refused
        return None

    if refused := await _shared(database, "refusal", wanted, refusal, now=now):
        raise replace(refused)  # A traceback belongs to one request.


async def alternatives_to(database: Database, wanted: RequestedTime, *, now: datetime) -> Sequence[OpenSlot]:
    """The `nearest_slots` around a time that was refused."""

    async def alternatives(session: BookingSession) -> Sequence[OpenSlot]:
        return await nearest_slots(session, wanted, now=now)

    return await _shared(database, "alternatives", wanted, alternatives, now=now)


async def _shared(
    database: Database,
    question: str,
    wanted: RequestedTime,
    compute: Callable[[BookingSession], Awaitable[V]],
    *,
    now: datetime,
) -> V:
    async def read(session: BookingSession) -> tuple[V, datetime]:
        value = await compute(session)
        policy = (await get_clinic(session)).policy
        return value, availability_valid_until(policy, now=now, next_hold_expiry=session.next_hold_expiry)

    key = question, replace(wanted, starts_at=wanted.starts_at.astimezone(UTC))
    return await database.read_shared(key, read, now=now)
