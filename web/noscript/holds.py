"""The holds of a visitor without a script: found again by the page's key, renewed, extended, released."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.checks.holds import Holder
from booking.appointments.hold import (
    HoldRequest,
    extend_hold,
    hold_course,
    hold_slot,
    release_hold,
    turn_to_hold,
)
from booking.domain.error_text import is_worded_by_feature
from booking.domain.errors import BookingError, HoldExpired, TooManyHolds
from booking.storage.database import Database
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.session import BookingSession
from web.noscript.booking_state import BookingState
from web.noscript.times import requested_time


@dataclass(frozen=True)
class HeldTimes:
    holds: Sequence[Hold]
    tokens: Sequence[str]
    is_booked: bool

    @property
    def expires_at(self) -> datetime:
        return min(hold.expires_at for hold in self.holds)


def turn_to_hold_times(
    database: Database, state: BookingState, *, now: datetime
) -> AbstractAsyncContextManager[None]:
    """The turn among all requests for the same times, in which `hold_times` may hold them.

    Raises:
        BookingError: the times can't be held.
    """
    return turn_to_hold(database, _hold_request(state, attempt=0), now=now)


async def hold_times(
    session: BookingSession, state: BookingState, *, now: datetime, holder: Holder, extend: bool = False
) -> HeldTimes:
    """The same holds for the same state, and new ones where those expired; `extend` extends them, once.

    Raises:
        HoldExpired: the holds expired, and their times are not open any more.
        BookingError: the times can't be held.
    """
    attempt = 0
    held = await _hold(session, state, attempt, now=now, holder=holder)
    while not held.is_booked and held.expires_at <= now:
        # A course's holds that have not expired yet would block its new ones.
        await _release(session, held, now=now)
        attempt += 1
        try:
            held = await _hold(session, state, attempt, now=now, holder=holder)
        except TooManyHolds:
            raise
        except BookingError as error:
            if is_worded_by_feature(error):
                raise
            wanted = requested_time(error)
            raise HoldExpired(still_open=False, wanted=wanted, path=error.path) from error
    if extend and not held.is_booked and all(hold.extended_at is None for hold in held.holds):
        for token in held.tokens:
            await extend_hold(session, token, now=now)
    return held


async def release_times(
    session: BookingSession, state: BookingState, *, now: datetime, holder: Holder
) -> None:
    """Free the held times of this state; a booked one stays booked."""
    with suppress(BookingError):
        await _release(session, await hold_times(session, state, now=now, holder=holder), now=now)


async def _release(session: BookingSession, held: HeldTimes, *, now: datetime) -> None:
    for token in held.tokens:
        await release_hold(session, token, now=now)


async def _hold(
    session: BookingSession, state: BookingState, attempt: int, *, now: datetime, holder: Holder
) -> HeldTimes:
    request = _hold_request(state, attempt)
    if isinstance(request.starts_at, tuple):
        pairs = await hold_course(session, request, now=now, holder=holder)
    else:
        pairs = [await hold_slot(session, request, now=now, holder=holder)]
    holds, tokens = [hold for hold, _ in pairs], [token for _, token in pairs]
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    return HeldTimes(holds, tokens, is_booked=bool(booked))


def _hold_request(
    state: BookingState, attempt: int
) -> HoldRequest[datetime] | HoldRequest[tuple[datetime, ...]]:
    times = tuple(choice.starts_at for choice in state.choices)
    locations = {choice.location for choice in state.choices}
    location = locations.pop() if len(locations) == 1 else None
    key = state.idempotency_key(attempt)
    if len(times) == 1:
        return HoldRequest(state.service, times[0], state.practitioner, location, key)
    return HoldRequest(state.service, times, state.practitioner, location, key)
