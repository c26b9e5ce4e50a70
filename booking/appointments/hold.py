"""Holds: open slots reserved while the visitor fills in the form, extended once, or released."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from booking.appointments.checks.holds import UNCOUNTED_CLIENT, Holder, check_hold_limit, no_such_hold
from booking.appointments.checks.resources import own_time
from booking.appointments.courses.times import check_course, free_slots, naming_visit
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.catalogue.lookup import all_services, practitioners_offering
from booking.domain.errors import (
    AlreadyExtended,
    BookingError,
    HoldExpired,
    InvalidInput,
    InvalidInputCode,
)
from booking.domain.hookspecs import Step
from booking.domain.open_slot import RequestedTime
from booking.domain.tokens import hash_of, hold_token_for, new_token
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.criteria import SlotCriteria, slot_criteria
from booking.scheduling.resources import resources_needed
from booking.scheduling.shared_answers import check_open
from booking.scheduling.slots import open_slots_at
from booking.storage.base import insert_rows
from booking.storage.database import Database
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.holds import holds_by_token
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.ticks import delete_expired, extend_ticks, release_ticks
from booking.storage.session import BookingSession

Start = TypeVar("Start", datetime, tuple[datetime, ...])


@dataclass(frozen=True)
class HoldRequest(Generic[Start]):
    """A time to hold, with any practitioner and at any location unless they are named (slugs).

    Clients can't ask `by_staff`, whom notice, horizon and the grid of starts don't bind. With `squeeze_in`
    staff get a time beside the practitioner's where that is taken.
    """

    service: str
    starts_at: Start  # of a course, the times of all its visits in order
    practitioner: str | None = None
    location: str | None = None
    idempotency_key: str | None = None
    # Not shown: idempotency keys that were used before there were these are still found.
    by_staff: bool = field(default=False, repr=False)
    squeeze_in: bool = field(default=False, repr=False)


@asynccontextmanager
async def turn_to_hold(
    database: Database, request: HoldRequest[datetime] | HoldRequest[tuple[datetime, ...]], *, now: datetime
) -> AsyncIterator[None]:
    """The request's turn among all for the same time, as they came; `hold_slot` decides in it.

    A time that is not open is refused before the turn, or as soon as an earlier request took it. First the
    calendars that practitioners have elsewhere are asked, where that is needed.

    Raises:
        BookingError: the time isn't open.
        TryAgain: the turn did not come in time.
    """
    if not request.by_staff:
        await database.before_hold(_wanted(request), now)
    key, check = replace(request, idempotency_key=None), partial(_check_open, database, request, now=now)
    async with database.turn(key, check):
        yield


async def _check_open(database: Database, request: HoldRequest[Any], *, now: datetime) -> None:
    if request.by_staff:
        return  # Clients share what is refused to them; by other rules `hold_slot` decides.
    wanted = _wanted(request)
    if isinstance(request.starts_at, tuple):
        async with database.read() as session:
            await check_course(session, (await _criteria(session, request)).service, request.starts_at)
    try:
        for index, time in enumerate(wanted):
            with naming_visit(index, len(wanted)):
                await check_open(database, time, now=now)
    except BookingError:
        # Looked up after the refusal: the time may have been taken by this very request, sent before.
        async with database.read() as session:
            if not await is_repeated(session, request, now=now):
                raise


def _wanted(request: HoldRequest[Any]) -> list[RequestedTime]:
    times = request.starts_at if isinstance(request.starts_at, tuple) else (request.starts_at,)
    return [RequestedTime(request.service, time, request.practitioner, request.location) for time in times]


async def is_repeated(session: BookingSession, request: HoldRequest[Any], *, now: datetime) -> bool:
    """Whether this very request, by its idempotency key, led to a hold before.

    Raises:
        IdempotencyKeyReused: the key was used for another request.
    """
    return await lookup_outcome(session, _idempotent_request(request), now=now) is not None


async def hold_slot(
    session: BookingSession, request: HoldRequest[datetime], *, now: datetime, holder: Holder | None = None
) -> tuple[Hold, str]:
    """Hold an open slot. On return nobody else can hold or book its time until the hold expires.

    The second is the hold's secret, which is returned only here.

    Raises:
        BookingError: the slot isn't open, a rule declines, or the client holds too many.
    """
    criteria = await _criteria(session, request)
    return (await _hold(session, request, criteria, (request.starts_at,), now=now, holder=holder))[0]


async def hold_course(
    session: BookingSession,
    request: HoldRequest[tuple[datetime, ...]],
    *,
    now: datetime,
    holder: Holder | None = None,
) -> list[tuple[Hold, str]]:
    """Hold a slot for each visit of a course, all or none, with one practitioner.

    Raises:
        BookingError: as `hold_slot`; its path names the time by its index: `("startsAt", "1")`.
    """
    criteria = await _criteria(session, request)
    await check_course(session, criteria.service, request.starts_at)
    return await _hold(session, request, criteria, request.starts_at, now=now, holder=holder)


async def _hold(
    session: BookingSession,
    request: HoldRequest[Any],
    criteria: SlotCriteria,
    times: Sequence[datetime],
    *,
    now: datetime,
    holder: Holder | None,
) -> list[tuple[Hold, str]]:
    service, key = criteria.service, request.idempotency_key
    named = criteria.practitioner
    practitioners = [named] if named else await practitioners_offering(session, service.slug)
    resources = await resources_needed(session, service)
    await lock_schedules(session, practitioners, resources)
    repeatable = _idempotent_request(request)
    former = await lookup_outcome(session, repeatable, now=now)
    outcome = former or uuid.uuid4()
    owners = [uuid.uuid5(outcome, str(index)) for index in range(len(times))]
    tokens = [hold_token_for(key, owner) if key else new_token() for owner in owners]
    if former:
        return [(await session.get_one(Hold, owner), token) for owner, token in zip(owners, tokens)]

    await delete_expired(session, practitioners, resources, now=now)
    may_squeeze_in = request.by_staff and request.squeeze_in
    slots, is_beside = await free_slots(session, criteria, times, or_squeeze_in=may_squeeze_in, now=now)
    if holder is not None:
        await check_hold_limit(session, holder, len(slots), now=now)
    expires_at = now + (await get_clinic(session)).hold_length
    holds = [
        Hold(
            id=owner,
            token_hash=hash_of(token),
            **asdict(slot),
            created_at=now,
            expires_at=expires_at,
            by_staff=request.by_staff,
            squeeze_in=is_beside,
            client=holder.client if holder else UNCOUNTED_CLIENT,
        )
        for owner, token, slot in zip(owners, tokens, slots)
    ]
    await own_times(session, service, holds, now=now)
    await save_outcome(session, repeatable, outcome, now=now)
    return list(zip(holds, tokens))


async def own_times(
    session: BookingSession, service: Service, holds: Sequence[Hold], *, now: datetime
) -> None:
    """Reserve the times of new holds, which expire together. The caller must roll back when it is refused.

    Raises:
        BookingError: one of the times is taken, or a rule declines.
    """
    await insert_rows(session, holds)
    for hold in holds:
        await own_time(session, service, hold, expires_at=hold.expires_at, now=now)
    held_until = holds[0].expires_at
    await run_booking_rules(session, Step.HOLD, service, holds, now=now, held_until=held_until)


async def _criteria(session: BookingSession, request: HoldRequest[Any]) -> SlotCriteria:
    names = request.service, request.practitioner, request.location
    return await slot_criteria(session, *names, by_staff=request.by_staff)


def _idempotent_request(request: HoldRequest[Any]) -> IdempotentRequest | None:
    content = [replace(request, idempotency_key=None), *([request.squeeze_in] if request.by_staff else [])]
    return idempotent_request("hold", request.idempotency_key, *content)


async def extend_hold(session: BookingSession, token: str, *, now: datetime) -> Hold:
    """Hold the time for the clinic's hold length from now on; once.

    Raises:
        BookingError: there is no such hold, or it is booked, expired or extended already; or its time
            could not be booked any more, since the clinic has changed what it offers.
    """
    hold = await _lock_hold(session, token, now=now)
    if hold is None:
        raise no_such_hold()
    if await appointments_by_id(session, [hold.id]):
        message = "This time is booked already."
        raise InvalidInput(message, path=("holdToken",), code=InvalidInputCode.CONFLICT)
    if hold.expires_at <= now:
        raise await _expired_refusal(session, hold, now=now)
    if hold.extended_at is not None:
        raise AlreadyExtended
    try:
        await check_held_time(session, hold, now=now)
    except BookingError as refusal:
        raise replace(refusal, path=("holdToken",)) from refusal
    hold.extended_at = now
    hold.expires_at = now + (await get_clinic(session)).hold_length
    await extend_ticks(session, hold.id, hold.expires_at)
    return hold


async def check_held_time(session: BookingSession, hold: Hold, *, now: datetime) -> None:
    """Check that the rulebook still agrees with a held time, the notice counted from when it was held.

    Raises:
        BookingError: the time could not be held now.
    """
    service, at = (await all_services(session))[hold.service], hold.starts_at
    criteria = SlotCriteria(
        service,
        hold.practitioner,
        hold.location,
        hold.by_staff,
        hold.squeeze_in,
        hold.from_waiting_list,
        ignoring=(hold.id,),
    )
    await open_slots_at(session, criteria, at, now=now, notice_from=hold.created_at)


async def _expired_refusal(session: BookingSession, hold: Hold, *, now: datetime) -> HoldExpired:
    names = hold.service, hold.practitioner, hold.location
    criteria = await slot_criteria(session, *names, by_staff=hold.by_staff)
    try:
        still_open = bool(await open_slots_at(session, criteria, hold.starts_at, now=now))
    except BookingError:
        still_open = False
    return HoldExpired(still_open=still_open, wanted=criteria.at(hold.starts_at))


async def release_hold(session: BookingSession, token: str, *, now: datetime) -> bool:
    """Free the held time at once; False when it wasn't held any more. A booked time stays booked."""
    hold = await _lock_hold(session, token, now=now)
    if hold is None or hold.expires_at <= now or await appointments_by_id(session, [hold.id]):
        return False
    await release_ticks(session, hold.id)
    hold.expires_at = now
    return True


async def _lock_hold(session: BookingSession, token: str, *, now: datetime) -> Hold | None:
    """The hold, read again once its practitioner's schedule is locked; None if there is none (any more)."""
    hold = (await holds_by_token(session, [hash_of(token)])).get(hash_of(token))
    if hold is None:
        return None
    await lock_schedules(session, [hold.practitioner])
    session.expire(hold)
    return (await holds_by_token(session, [hash_of(token)])).get(hash_of(token))
