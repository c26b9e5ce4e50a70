"""A short claim on open slots, while the visitor fills in the form; extending it, and giving it up."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue, once
from booking.errors import (
    AlreadyExtended,
    BookingError,
    HoldExpired,
    InvalidInput,
    NotFound,
    SlotTaken,
    TooManyHolds,
)
from booking.find_slots import Wish, who_is_free, wish_for
from booking.guests import follow_rules
from booking.hooks import Step
from booking.open_slot import OpenSlot
from booking.storage import claims, queries
from booking.storage.appointments import appointments_by_id
from booking.storage.table import write
from booking.storage.tables import Hold, Service
from booking.tokens import hash_of, new_token, token_for

NOBODY = b""
"""Whose holds are not counted."""


@dataclass(frozen=True)
class Holder:
    """Who asks, by a hash of their address, and how many times they may hold at once."""

    client: bytes
    most: int


@dataclass(frozen=True)
class HoldRequest:
    """Any practitioner and any location, unless they are named (slugs)."""

    service: str
    starts_at: datetime
    practitioner: str | None = None
    location: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class CourseHoldRequest:
    """The times of all visits, in order; with one practitioner, whom it may name."""

    service: str
    starts_at: tuple[datetime, ...]
    practitioner: str | None = None
    location: str | None = None
    idempotency_key: str | None = None


async def check_hold(session: AsyncSession, request: HoldRequest, *, now: datetime) -> None:
    """Refuses what would be refused anyway, in a crowd, before it waits for its turn. Politeness only."""
    wish = await wish_for(session, request.service, request.practitioner, request.location)
    try:
        await who_is_free(session, wish, request.starts_at, now=now)
    except BookingError:
        # Looked up after the refusal: what took the time may be this very request, asked before.
        if not await once.recall(session, _intention(request), now=now):
            raise


async def hold_slot(
    session: AsyncSession, request: HoldRequest, *, now: datetime, by: Holder | None = None
) -> tuple[Hold, str]:
    """The hold and its secret, which is told only here. Refuses with a BookingError."""
    wish = await wish_for(session, request.service, request.practitioner, request.location)
    return (await _hold(session, request, wish, (request.starts_at,), now=now, by=by))[0]


async def hold_course(
    session: AsyncSession, request: CourseHoldRequest, *, now: datetime, by: Holder | None = None
) -> list[tuple[Hold, str]]:
    """All or nothing: a hold and its secret for each visit.

    Refuses with a BookingError, whose path names the time by its place: `("startsAt", "1")`.
    """
    wish = await wish_for(session, request.service, request.practitioner, request.location)
    _check_course(wish.service, request.starts_at)
    return await _hold(session, request, wish, request.starts_at, now=now, by=by)


async def _hold(
    session: AsyncSession,
    request: HoldRequest | CourseHoldRequest,
    wish: Wish,
    times: Sequence[datetime],
    *,
    now: datetime,
    by: Holder | None,
) -> list[tuple[Hold, str]]:
    service, key = wish.service, request.idempotency_key
    people = [wish.practitioner] if wish.practitioner else await catalogue.who_offers(session, service.slug)
    await claims.begin_deciding(session, people)
    intended = _intention(request)
    before = await once.recall(session, intended, now=now)
    outcome = before or uuid.uuid4()
    owners = [uuid.uuid5(outcome, str(place)) for place in range(len(times))]
    tokens = [token_for(key, owner) if key else new_token() for owner in owners]
    if before:
        return [(await queries.hold_by_id(session, owner), token) for owner, token in zip(owners, tokens)]

    await claims.make_room(session, people, now=now)
    slots = await _with_one_practitioner(session, wish, times, now=now)
    if by is not None:
        await _check_number(session, by, len(slots), now=now)
    expires_at = now + (await queries.the_clinic(session)).hold_length
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
            client=by.client if by else NOBODY,
        )
        for owner, token, slot in zip(owners, tokens, slots)
    ]
    await write(session, holds)
    for hold in holds:
        ticks = claims.ticks_of(service, hold.starts_at)
        await claims.take(session, hold.practitioner, ticks, owner=hold.id, expires_at=expires_at)
    await follow_rules(session, Step.HOLD, service, holds, now=now, held_until=expires_at)
    await once.remember(session, intended, outcome, now=now)
    return list(zip(holds, tokens))


def _intention(request: HoldRequest | CourseHoldRequest) -> once.Intention | None:
    return once.intention("hold", request.idempotency_key, replace(request, idempotency_key=None))


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


async def _with_one_practitioner(
    session: AsyncSession, wish: Wish, times: Sequence[datetime], *, now: datetime
) -> list[OpenSlot]:
    """An open slot at each time, all with whoever of those has the least to do on the first day."""
    chosen: dict[str, list[OpenSlot]] = {}
    for place, time in enumerate(times):
        with _naming(place, of=len(times)):
            free: dict[str, OpenSlot] = {}
            for slot in await who_is_free(session, wish, time, now=now):
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
def _naming(place: int, *, of: int) -> Iterator[None]:
    """A refusal says which of several times it is about."""
    try:
        yield
    except BookingError as refusal:
        if of > 1 and refusal.path == ("startsAt",):
            raise replace(refusal, path=("startsAt", str(place))) from refusal
        raise


async def _check_number(session: AsyncSession, by: Holder, more: int, *, now: datetime) -> None:
    ends = await queries.ends_of_holds_by(session, by.client, now=now)
    if len(ends) + more > by.most:
        raise TooManyHolds(retry_after=(ends[0] - now) if ends else timedelta(0))


async def extend_hold(session: AsyncSession, token: str, *, now: datetime) -> Hold:
    """Keeps the time for the clinic's hold length from now on; once. Refuses with a BookingError."""
    hold = await _undecided(session, token, now=now)
    if hold is None:
        raise NotFound("There is no such hold. Please hold a time with `holdSlot`.", path=("holdToken",))
    if await appointments_by_id(session, [hold.id]):
        raise InvalidInput("This time is booked already.", path=("holdToken",))
    if hold.expires_at <= now:
        raise await _expired(session, hold, now=now)
    if hold.extended_at is not None:
        raise AlreadyExtended
    hold.extended_at = now
    hold.expires_at = now + (await queries.the_clinic(session)).hold_length
    await claims.extend(session, hold.id, hold.expires_at)
    return hold


async def _expired(session: AsyncSession, hold: Hold, *, now: datetime) -> HoldExpired:
    wish = await wish_for(session, hold.service, hold.practitioner, hold.location)
    try:
        still_open = bool(await who_is_free(session, wish, hold.starts_at, now=now))
    except BookingError:
        still_open = False
    return HoldExpired(still_open=still_open, wanted=wish.at(hold.starts_at))


async def release_hold(session: AsyncSession, token: str, *, now: datetime) -> bool:
    """Frees the time at once; False when there was nothing to free. What is booked stays booked."""
    hold = await _undecided(session, token, now=now)
    if hold is None or hold.expires_at <= now or await appointments_by_id(session, [hold.id]):
        return False
    await claims.free(session, hold.id)
    hold.expires_at = now
    return True


async def _undecided(session: AsyncSession, token: str, *, now: datetime) -> Hold | None:
    """The hold, and nobody else deciding about it; as it was before any waiting, or gone meanwhile."""
    hold = (await queries.holds_by_token(session, [hash_of(token)])).get(hash_of(token))
    if hold is None:
        return None
    await claims.begin_deciding(session, [hold.practitioner])
    session.expire(hold)
    return (await queries.holds_by_token(session, [hash_of(token)])).get(hash_of(token))
