"""A short claim on open slots, while the visitor fills in the form; extending it, and giving it up."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Generic, TypeVar

from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.catalogue.lookup import practitioners_offering
from booking.domain.errors import (
    AlreadyExtended,
    BookingError,
    HoldExpired,
    InvalidInput,
    NotFound,
    SlotTaken,
    TooManyHolds,
)
from booking.domain.hookspecs import Step
from booking.domain.open_slot import OpenSlot
from booking.domain.tokens import hash_of, hold_token_for, new_token
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.slots import SlotCriteria, open_slots_at, slot_criteria
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Hold
from booking.storage.models.catalogue import Service
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.holds import hold_by_id, hold_expiries_of_client, holds_by_token
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.ticks import (
    delete_expired,
    extend_ticks,
    release_ticks,
    reserve_ticks,
    ticks_of_visit,
)
from booking.storage.session import BookingSession

UNCOUNTED_CLIENT = b""
"""Whose holds are not counted."""


@dataclass(frozen=True)
class Holder:
    """Who asks, by a hash of their address, and how many times they may hold at once."""

    client: bytes
    most: int


Start = TypeVar("Start", datetime, tuple[datetime, ...])


@dataclass(frozen=True)
class HoldRequest(Generic[Start]):
    """With any practitioner and at any location, unless they are named (slugs)."""

    service: str
    starts_at: Start  # of a course, the times of all its visits in order
    practitioner: str | None = None
    location: str | None = None
    idempotency_key: str | None = None


async def check_hold(session: BookingSession, request: HoldRequest[datetime], *, now: datetime) -> None:
    """Refuses what would be refused anyway, in a crowd, before it waits for its turn. Politeness only."""
    wish = await slot_criteria(session, request.service, request.practitioner, request.location)
    try:
        await open_slots_at(session, wish, request.starts_at, now=now)
    except BookingError:
        # Looked up after the refusal: what took the time may be this very request, asked before.
        if not await lookup_outcome(session, _idempotent_request(request), now=now):
            raise


async def hold_slot(
    session: BookingSession, request: HoldRequest[datetime], *, now: datetime, by: Holder | None = None
) -> tuple[Hold, str]:
    """The hold and its secret, which is told only here. Refuses with a BookingError."""
    wish = await slot_criteria(session, request.service, request.practitioner, request.location)
    return (await _hold(session, request, wish, (request.starts_at,), now=now, by=by))[0]


async def hold_course(
    session: BookingSession,
    request: HoldRequest[tuple[datetime, ...]],
    *,
    now: datetime,
    by: Holder | None = None,
) -> list[tuple[Hold, str]]:
    """All or nothing: a hold and its secret for each visit.

    Refuses with a BookingError, whose path names the time by its place: `("startsAt", "1")`.
    """
    wish = await slot_criteria(session, request.service, request.practitioner, request.location)
    _check_course(wish.service, request.starts_at)
    return await _hold(session, request, wish, request.starts_at, now=now, by=by)


async def _hold(
    session: BookingSession,
    request: HoldRequest[Any],
    wish: SlotCriteria,
    times: Sequence[datetime],
    *,
    now: datetime,
    by: Holder | None,
) -> list[tuple[Hold, str]]:
    service, key = wish.service, request.idempotency_key
    people = [wish.practitioner] if wish.practitioner else await practitioners_offering(session, service.slug)
    await lock_schedules(session, people)
    intended = _idempotent_request(request)
    before = await lookup_outcome(session, intended, now=now)
    outcome = before or uuid.uuid4()
    owners = [uuid.uuid5(outcome, str(place)) for place in range(len(times))]
    tokens = [hold_token_for(key, owner) if key else new_token() for owner in owners]
    if before:
        return [(await hold_by_id(session, owner), token) for owner, token in zip(owners, tokens)]

    await delete_expired(session, people, now=now)
    slots = await _slots_with_one_practitioner(session, wish, times, now=now)
    if by is not None:
        await _check_hold_limit(session, by, len(slots), now=now)
    expires_at = now + (await get_clinic(session)).hold_length
    holds = [
        Hold(
            id=owner,
            token_hash=hash_of(token),
            service=slot.service,
            practitioner=slot.practitioner,
            location=slot.location,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            created_at=now,
            expires_at=expires_at,
            client=by.client if by else UNCOUNTED_CLIENT,
        )
        for owner, token, slot in zip(owners, tokens, slots)
    ]
    await insert_rows(session, holds)
    for hold in holds:
        ticks = ticks_of_visit(service, hold.starts_at)
        await reserve_ticks(session, hold.practitioner, ticks, owner=hold.id, expires_at=expires_at)
    await run_booking_rules(session, Step.HOLD, service, holds, now=now, held_until=expires_at)
    await save_outcome(session, intended, outcome, now=now)
    return list(zip(holds, tokens))


def _idempotent_request(request: HoldRequest[Any]) -> IdempotentRequest | None:
    return idempotent_request("hold", request.idempotency_key, replace(request, idempotency_key=None))


def _check_course(service: Service, times: Sequence[datetime]) -> None:
    if service.visits == 1:
        raise InvalidInput("This service has one visit: please hold it with `holdSlot`.", path=("serviceId",))
    if len(times) != service.visits:
        message = f"This course has {service.visits} visits: please give as many times."
        raise InvalidInput(message, path=("startsAt",))
    apart = service.buffer_before + service.duration + service.buffer_after
    for place, (former, latter) in enumerate(pairwise(times), 1):
        if latter - former < apart:
            message = "Please give the times of the visits in order, none during another visit."
            raise InvalidInput(message, path=("startsAt", str(place)))


async def _slots_with_one_practitioner(
    session: BookingSession, wish: SlotCriteria, times: Sequence[datetime], *, now: datetime
) -> list[OpenSlot]:
    """An open slot at each time, all with whoever of those has the least to do on the first day."""
    chosen: dict[str, list[OpenSlot]] = {}
    for place, time in enumerate(times):
        with _naming_visit(place, of=len(times)):
            free: dict[str, OpenSlot] = {}
            for slot in await open_slots_at(session, wish, time, now=now):
                free.setdefault(slot.practitioner, slot)  # at one place, where several would do
            if place == 0:
                chosen = {who: [slot] for who, slot in free.items()}
                continue
            preferred = next(iter(chosen))
            chosen = {who: [*slots, free[who]] for who, slots in chosen.items() if who in free}
            if not chosen:
                message = "Nobody is free at all these times. Please choose another one for this visit."
                raise SlotTaken(message, wanted=replace(wish, practitioner=preferred).at(time))
    return next(iter(chosen.values()))


@contextmanager
def _naming_visit(place: int, *, of: int) -> Iterator[None]:
    """A refusal says which of several times it is about."""
    try:
        yield
    except BookingError as refusal:
        if of > 1 and refusal.path == ("startsAt",):
            raise replace(refusal, path=("startsAt", str(place))) from refusal
        raise


async def _check_hold_limit(session: BookingSession, by: Holder, more: int, *, now: datetime) -> None:
    ends = await hold_expiries_of_client(session, by.client, now=now)
    if len(ends) + more > by.most:
        raise TooManyHolds(retry_after=(ends[0] - now) if ends else timedelta(0))


async def extend_hold(session: BookingSession, token: str, *, now: datetime) -> Hold:
    """Keeps the time for the clinic's hold length from now on; once. Refuses with a BookingError."""
    hold = await _lock_hold(session, token, now=now)
    if hold is None:
        raise NotFound("There is no such hold. Please hold a time with `holdSlot`.", path=("holdToken",))
    if await appointments_by_id(session, [hold.id]):
        raise InvalidInput("This time is booked already.", path=("holdToken",))
    if hold.expires_at <= now:
        raise await _expired_refusal(session, hold, now=now)
    if hold.extended_at is not None:
        raise AlreadyExtended
    hold.extended_at = now
    hold.expires_at = now + (await get_clinic(session)).hold_length
    await extend_ticks(session, hold.id, hold.expires_at)
    return hold


async def _expired_refusal(session: BookingSession, hold: Hold, *, now: datetime) -> HoldExpired:
    wish = await slot_criteria(session, hold.service, hold.practitioner, hold.location)
    try:
        still_open = bool(await open_slots_at(session, wish, hold.starts_at, now=now))
    except BookingError:
        still_open = False
    return HoldExpired(still_open=still_open, wanted=wish.at(hold.starts_at))


async def release_hold(session: BookingSession, token: str, *, now: datetime) -> bool:
    """Frees the time at once; False when there was nothing to free. What is booked stays booked."""
    hold = await _lock_hold(session, token, now=now)
    if hold is None or hold.expires_at <= now or await appointments_by_id(session, [hold.id]):
        return False
    await release_ticks(session, hold.id)
    hold.expires_at = now
    return True


async def _lock_hold(session: BookingSession, token: str, *, now: datetime) -> Hold | None:
    """The hold, and nobody else deciding about it; as it was before any waiting, or gone meanwhile."""
    hold = (await holds_by_token(session, [hash_of(token)])).get(hash_of(token))
    if hold is None:
        return None
    await lock_schedules(session, [hold.practitioner])
    session.expire(hold)
    return (await holds_by_token(session, [hash_of(token)])).get(hash_of(token))
