"""A short claim on an open slot, while the visitor fills in the form; and giving it up."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue, once
from booking.find_slots import Wish, who_is_free
from booking.storage import claims, queries
from booking.storage.tables import Hold
from booking.tokens import hash_of, new_token, token_for


@dataclass(frozen=True)
class HoldRequest:
    """Any practitioner and any location, unless they are named (slugs)."""

    service: str
    starts_at: datetime
    practitioner: str | None = None
    location: str | None = None
    idempotency_key: str | None = None


async def hold_slot(session: AsyncSession, request: HoldRequest, *, now: datetime) -> tuple[Hold, str]:
    """The hold and its secret, which is told only here. Refuses with a BookingError."""
    wish = Wish(
        await catalogue.service(session, request.service),
        await catalogue.practitioner(session, request.practitioner),
        await catalogue.location(session, request.location),
    )
    offers = await queries.offers(session, services=[request.service])
    people = [wish.practitioner] if wish.practitioner else [offer.practitioner.slug for offer in offers]
    await claims.begin_deciding(session, people, now=now)
    key = request.idempotency_key
    intended = once.intention("hold", key, replace(request, idempotency_key=None))
    if key and (before := await once.recall(session, intended, now=now)):
        return await queries.hold_by_id(session, before), token_for(key, before)
    slot = (await who_is_free(session, wish, request.starts_at, now=now))[0]
    owner = uuid.uuid4()
    token = token_for(key, owner) if key else new_token()
    hold = Hold(
        id=owner,
        token_hash=hash_of(token),
        service=slot.service,
        practitioner=slot.practitioner,
        location=slot.location,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        created_at=now,
        expires_at=now + (await queries.the_clinic(session)).hold_length,
    )
    session.add(hold)
    await session.flush()
    ticks = claims.ticks_of(wish.service, slot.starts_at)
    await claims.take(session, slot.practitioner, ticks, owner=owner, expires_at=hold.expires_at)
    await once.remember(session, intended, hold.id, now=now)
    return hold, token


async def release_hold(session: AsyncSession, token: str, *, now: datetime) -> bool:
    """Frees the time at once; False when there was nothing to free. What is booked stays booked."""
    hold = (await queries.holds_by_token(session, [hash_of(token)])).get(hash_of(token))
    if hold is None or hold.expires_at <= now:
        return False
    await claims.begin_deciding(session, [hold.practitioner], now=now)
    if await queries.appointments_by_id(session, [hold.id]):
        return False
    await session.refresh(hold)
    if hold.expires_at <= now:
        return False
    await claims.free(session, hold.id)
    hold.expires_at = now
    return True
