"""Times are kept for a journey, as long as the form is filled in; and given back."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.hold import (
    Holder,
    HoldRequest,
    extend_hold,
    hold_course,
    hold_slot,
    release_hold,
)
from booking.domain.errors import BookingError, HoldExpired, TooManyHolds
from booking.storage.models.appointments import Hold
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.session import BookingSession
from web.noscript.booking_state import BookingState
from web.noscript.refusals import requested_time


@dataclass(frozen=True)
class HeldTimes:
    holds: Sequence[Hold]
    tokens: Sequence[str]
    is_booked: bool

    @property
    def until(self) -> datetime:
        return min(hold.expires_at for hold in self.holds)


async def hold_times(
    session: BookingSession, journey: BookingState, *, now: datetime, by: Holder, longer: bool = False
) -> HeldTimes:
    """The very same holds for the same journey, new ones where those ran out; `longer` extends them, once.

    Refuses with a BookingError: HoldExpired where they ran out and are not open any more.
    """
    kept = await _held(session, journey, 0, now=now, by=by)
    attempt = 0
    while not kept.is_booked and kept.until <= now:
        # What is left of a course would be in its own way.
        await _release(session, kept, now=now)
        attempt += 1
        try:
            kept = await _held(session, journey, attempt, now=now, by=by)
        except TooManyHolds:
            raise
        except BookingError as refusal:
            wanted = requested_time(refusal)
            raise HoldExpired(still_open=False, wanted=wanted, path=refusal.path) from refusal
    if longer and not kept.is_booked and all(hold.extended_at is None for hold in kept.holds):
        for token in kept.tokens:
            await extend_hold(session, token, now=now)
    return kept


async def release_times(session: BookingSession, journey: BookingState, *, now: datetime, by: Holder) -> None:
    """What the journey holds is free again; what is booked stays booked."""
    with suppress(BookingError):
        await _release(session, await hold_times(session, journey, now=now, by=by), now=now)


async def _release(session: BookingSession, kept: HeldTimes, *, now: datetime) -> None:
    for token in kept.tokens:
        await release_hold(session, token, now=now)


async def _held(
    session: BookingSession, journey: BookingState, attempt: int, *, now: datetime, by: Holder
) -> HeldTimes:
    first, key, whom = journey.choices[0], journey.key_of(attempt), journey.with_whom
    if len(journey.choices) == 1:
        alone = HoldRequest(journey.service, first.starts_at, whom, first.location, key)
        pairs = [await hold_slot(session, alone, now=now, by=by)]
    else:
        places = {choice.location for choice in journey.choices}
        times = tuple(choice.starts_at for choice in journey.choices)
        where = first.location if len(places) == 1 else None
        course = HoldRequest(journey.service, times, whom, where, key)
        pairs = await hold_course(session, course, now=now, by=by)
    holds, tokens = [hold for hold, _ in pairs], [token for _, token in pairs]
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    return HeldTimes(holds, tokens, is_booked=bool(booked))
