"""Owning time: the ticks of a visit with its buffers. The primary key is the last referee."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import SlotTaken
from booking.storage.base import core_table, insert_into
from booking.storage.models.appointments import Hold, Tick
from booking.storage.models.catalogue import (
    Service,
)
from booking.storage.session import BookingSession
from booking.timegrid.ticks import tick_at

# What every booking asks is put together once: that takes longer than SQLite needs to answer.
TICKS, HOLDS = core_table(Tick), core_table(Hold)

IS_ALIVE = or_(TICKS.c.expires_at.is_(None), TICKS.c.expires_at > bindparam("now"))

RESERVED = (
    select(TICKS.c.resource, func.min(TICKS.c.tick), func.max(TICKS.c.tick))
    .where(
        TICKS.c.resource.in_(bindparam("resources", expanding=True)),
        TICKS.c.tick.between(bindparam("first"), bindparam("last")),
        IS_ALIVE,
    )
    .group_by(TICKS.c.resource, TICKS.c.owner)
)

RESERVED_BY_OTHERS = RESERVED.where(TICKS.c.owner != bindparam("ignoring"))


@dataclass(frozen=True)
class ReservedTime:
    """Ticks [first, last) of a resource that one hold or appointment owns."""

    resource: str
    first: int
    last: int


async def reserved_times(
    session: BookingSession,
    first: int,
    last: int,
    *,
    resources: Collection[str],
    now: datetime,
    ignoring: uuid.UUID | None = None,
) -> list[ReservedTime]:
    """Who owns ticks in [first, last) at `now`, asked of the referee itself; `ignoring` one owner."""
    given: dict[str, object] = {"resources": list(resources), "first": first, "last": last - 1, "now": now}
    query = RESERVED
    if ignoring is not None:
        query, given["ignoring"] = RESERVED_BY_OTHERS, ignoring
    rows = await session.execute(query, given)
    return [ReservedTime(resource, low, high + 1) for resource, low, high in rows]


async def ticks_reserved_by(session: BookingSession, owner: uuid.UUID) -> set[tuple[str, int]]:
    rows = await session.execute(select(Tick.resource, Tick.tick).where(Tick.owner == owner))
    return {(resource, tick) for resource, tick in rows}


EXPIRED_HOLD_RETENTION = timedelta(days=1)
"""How long an expired hold's secret still gets a telling answer."""

DELETE_EXPIRED_TICKS = delete(TICKS).where(
    TICKS.c.resource.in_(bindparam("resources", expanding=True)), TICKS.c.expires_at <= bindparam("now")
)
DELETE_EXPIRED_HOLDS = delete(HOLDS).where(
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


def ticks_of_visit(service: Service, starts_at: datetime) -> range:
    """Every tick that a visit owns: its own and its buffers'."""
    first = tick_at(starts_at - service.buffer_before)
    return range(first, tick_at(starts_at + service.duration + service.buffer_after))


async def delete_expired(session: BookingSession, practitioners: Collection[str], *, now: datetime) -> None:
    """What expired is cleaned up by whoever needs the time: no background job."""
    await delete_expired_ticks(session, practitioners, now=now)
    given = {"people": list(practitioners), "until": now - EXPIRED_HOLD_RETENTION}
    await session.execute(DELETE_EXPIRED_HOLDS, given)


async def delete_expired_ticks(session: BookingSession, resources: Collection[str], *, now: datetime) -> None:
    """What is held no longer is free for whoever comes."""
    await session.execute(DELETE_EXPIRED_TICKS, {"resources": list(resources), "now": now})


async def reserve_ticks(
    session: BookingSession,
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


async def confirm_ticks(session: BookingSession, owner: uuid.UUID, *, now: datetime) -> int:
    """What is held becomes what is booked, and its client holds one less; answers how many ticks it was."""
    booked = cast("CursorResult[Any]", await session.execute(BOOK_TICKS, {"of": owner, "now": now}))
    if booked.rowcount:
        await session.execute(BOOK_HOLD, {"of": owner})
    return booked.rowcount


async def extend_ticks(session: BookingSession, owner: uuid.UUID, until: datetime) -> None:
    """What is held is held for longer."""
    await session.execute(update(Tick).where(Tick.owner == owner).values(expires_at=until))


async def move_ticks(session: BookingSession, owner: uuid.UUID, resource: str, ticks: range) -> None:
    """Owns these ticks instead of what it owned: all of the new before anything of the old is given up."""
    mine = await ticks_reserved_by(session, owner)
    added = (tick for tick in ticks if (resource, tick) not in mine)
    await reserve_ticks(session, resource, added, owner=owner, expires_at=None)
    stays = (Tick.resource == resource) & Tick.tick.between(ticks.start, ticks.stop - 1)
    await session.execute(delete(Tick).where(Tick.owner == owner, ~stays))


async def release_ticks(session: BookingSession, owner: uuid.UUID) -> None:
    """Gives up all that the owner owns."""
    await session.execute(delete(Tick).where(Tick.owner == owner))
