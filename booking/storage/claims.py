"""Owning time: the ticks of a visit with its buffers. The primary key is the last referee."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from booking.availability.calendar import tick_at
from booking.errors import SlotTaken
from booking.storage import queries
from booking.storage.table import insert_into, table_of
from booking.storage.tables import Hold, Service, Tick

REMEMBERED = timedelta(days=1)
"""How long an expired hold's secret still gets a telling answer."""

TICKS, HOLDS = table_of(Tick), table_of(Hold)
FORGET_TICKS = delete(TICKS).where(
    TICKS.c.resource.in_(bindparam("resources", expanding=True)), TICKS.c.expires_at <= bindparam("now")
)
FORGET_HOLDS = delete(HOLDS).where(
    HOLDS.c.practitioner.in_(bindparam("people", expanding=True)),
    HOLDS.c.expires_at <= bindparam("until"),
    HOLDS.c.client.is_not(None),
)
BOOK_TICKS = (
    update(TICKS)
    .where(TICKS.c.owner == bindparam("of"), TICKS.c.expires_at > bindparam("now"))
    .values(expires_at=None)
)
BOOK_HOLD = update(HOLDS).where(HOLDS.c.id == bindparam("of")).values(client=None)


def ticks_of(service: Service, starts_at: datetime) -> range:
    """Every tick that a visit owns: its own and its buffers'."""
    first = tick_at(starts_at - service.buffer_before)
    return range(first, tick_at(starts_at + service.duration + service.buffer_after))


async def begin_deciding(session: AsyncSession, practitioners: Collection[str]) -> None:
    """From here on nobody else decides about these people's time until the transaction ends.

    Locked in one order, so that two bookings never wait for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        return  # It has one writer, who read nothing before it was their turn.
    await queries.lock_practitioners(session, practitioners)
    await queries.the_clinic(session, anew=True)  # What was read before waiting may be old.


async def make_room(session: AsyncSession, practitioners: Collection[str], *, now: datetime) -> None:
    """What expired is cleaned up by whoever needs the time: no background job."""
    await forget_expired(session, practitioners, now=now)
    given = {"people": list(practitioners), "until": now - REMEMBERED}
    await session.execute(FORGET_HOLDS, given)


async def forget_expired(session: AsyncSession, resources: Collection[str], *, now: datetime) -> None:
    """What is held no longer is free for whoever comes."""
    await session.execute(FORGET_TICKS, {"resources": list(resources), "now": now})


async def take(
    session: AsyncSession,
    resource: str,
    ticks: Iterable[int],
    *,
    owner: uuid.UUID,
    expires_at: datetime | None,
) -> None:
    """Owns the ticks, earliest first. Refuses with SlotTaken when one of them is another's;
    the transaction can only be given up then.
    """
    rows = [{"resource": resource, "tick": tick, "owner": owner, "expires_at": expires_at} for tick in ticks]
    if not rows:
        return
    try:
        await session.execute(insert_into(Tick), rows)
    except IntegrityError as taken:
        raise SlotTaken from taken


async def book_held(session: AsyncSession, owner: uuid.UUID, *, now: datetime) -> int:
    """What is held becomes what is booked, and its client holds one less; answers how many ticks it was."""
    booked = cast("CursorResult[Any]", await session.execute(BOOK_TICKS, {"of": owner, "now": now}))
    if booked.rowcount:
        await session.execute(BOOK_HOLD, {"of": owner})
    return booked.rowcount


async def extend(session: AsyncSession, owner: uuid.UUID, until: datetime) -> None:
    """What is held is held for longer."""
    await session.execute(update(Tick).where(Tick.owner == owner).values(expires_at=until))


async def move(session: AsyncSession, owner: uuid.UUID, resource: str, ticks: range) -> None:
    """Owns these ticks instead of what it owned: all of the new before anything of the old is given up."""
    mine = await queries.ticks_owned_by(session, owner)
    added = (tick for tick in ticks if (resource, tick) not in mine)
    await take(session, resource, added, owner=owner, expires_at=None)
    stays = (Tick.resource == resource) & Tick.tick.between(ticks.start, ticks.stop - 1)
    await session.execute(delete(Tick).where(Tick.owner == owner, ~stays))


async def free(session: AsyncSession, owner: uuid.UUID) -> None:
    """Gives up all that the owner owns."""
    await session.execute(delete(Tick).where(Tick.owner == owner))
