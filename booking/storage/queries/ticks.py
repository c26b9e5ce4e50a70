"""The tick table, where each tick has one owner: its primary key makes a double booking impossible."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, bindparam, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from booking.domain.errors import SlotTaken
from booking.storage.base import core_table, insert_into
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick, squeeze_in_resource
from booking.storage.session import BookingSession
from booking.timegrid.ticks import tick_at

EXPIRED_HOLD_RETENTION = timedelta(days=1)
"""How long the token of an expired hold is still answered with "expired" instead of "unknown"."""

# Statements of every booking are built once: that takes longer than SQLite needs to run them.
TICKS, HOLDS, APPOINTMENTS = core_table(Tick), core_table(Hold), core_table(Appointment)
RESOURCES = TICKS.c.resource.in_(bindparam("resources", expanding=True))
RESERVED = (
    select(TICKS.c.resource, func.min(TICKS.c.tick), func.max(TICKS.c.tick), func.min(TICKS.c.expires_at))
    .where(
        RESOURCES,
        TICKS.c.tick.between(bindparam("first"), bindparam("last")),
        or_(TICKS.c.expires_at.is_(None), TICKS.c.expires_at > bindparam("now")),
    )
    .group_by(TICKS.c.resource, TICKS.c.owner)
)
# A hold stays at its first location when its visit moves.
RESERVED_AT_LOCATIONS = RESERVED.add_columns(
    func.coalesce(func.min(APPOINTMENTS.c.location), func.min(HOLDS.c.location))
).select_from(
    TICKS.join(HOLDS, HOLDS.c.id == TICKS.c.owner).outerjoin(APPOINTMENTS, APPOINTMENTS.c.id == TICKS.c.owner)
)
IS_OTHERS = TICKS.c.owner.not_in(bindparam("ignoring", expanding=True))
RESERVED_BY_OTHERS = RESERVED.where(IS_OTHERS)
RESERVED_BY_OTHERS_AT_LOCATIONS = RESERVED_AT_LOCATIONS.where(IS_OTHERS)
DELETE_EXPIRED_TICKS = delete(TICKS).where(RESOURCES, TICKS.c.expires_at <= bindparam("now"))
DELETE_EXPIRED_HOLDS = delete(HOLDS).where(
    HOLDS.c.practitioner.in_(bindparam("practitioners", expanding=True)),
    HOLDS.c.expires_at <= bindparam("until"),
    HOLDS.c.client.is_not(None),
)
BOOK_TICKS = (
    update(TICKS)
    .where(TICKS.c.owner == bindparam("hold"), TICKS.c.expires_at > bindparam("now"))
    .values(expires_at=None)
)
BOOK_HOLD = update(HOLDS).where(HOLDS.c.id == bindparam("hold")).values(client=None)


@dataclass(frozen=True)
class ReservedTime:
    """Ticks [first, last) of a resource that one hold or appointment owns.

    `location` is its slug, None unless it was asked for.
    """

    resource: str
    first: int
    last: int
    location: str | None = None


class OwnedTime(NamedTuple):
    """Ticks [first, last) of a resource, as far as they were asked for."""

    owner: uuid.UUID
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
    ignoring: Collection[uuid.UUID] = (),
    with_locations: bool = False,
) -> list[ReservedTime]:
    """Time within ticks [first, last) that is reserved at `now`, except by the owners `ignoring`."""
    all_owners, others = (
        (RESERVED_AT_LOCATIONS, RESERVED_BY_OTHERS_AT_LOCATIONS)
        if with_locations
        else (RESERVED, RESERVED_BY_OTHERS)
    )
    query = others if ignoring else all_owners
    values = {"resources": list(resources), "first": first, "last": last - 1, "now": now}
    rows = await session.execute(query, {**values, "ignoring": list(ignoring)} if ignoring else values)
    reserved = []
    for resource, low, high, expires_at, *location in rows:
        reserved.append(ReservedTime(resource, low, high + 1, *location))
        if expires_at is not None:
            session.next_hold_expiry = min(expires_at, session.next_hold_expiry or expires_at)
    return reserved


async def ticks_reserved_by(session: BookingSession, owner: uuid.UUID) -> set[tuple[str, int]]:
    rows = await session.execute(select(Tick.resource, Tick.tick).where(Tick.owner == owner))
    return {(resource, tick) for resource, tick in rows}


def ticks_of_appointment(service: Service, starts_at: datetime, ends_at: datetime) -> range:
    """All ticks that an appointment owns: its own and its buffers'."""
    return range(tick_at(starts_at - service.buffer_before), tick_at(ends_at + service.buffer_after))


async def delete_expired(
    session: BookingSession, practitioners: Collection[str], resources: Collection[str] = (), *, now: datetime
) -> None:
    """Delete expired ticks and old holds before their time is reserved: no background job is needed.

    `resources` are the rooms and the equipment that may be reserved besides.
    """
    beside = map(squeeze_in_resource, practitioners)
    await delete_expired_ticks(session, [*practitioners, *beside, *resources], now=now)
    values = {"practitioners": list(practitioners), "until": now - EXPIRED_HOLD_RETENTION}
    await session.execute(DELETE_EXPIRED_HOLDS, values)


async def delete_expired_ticks(session: BookingSession, resources: Collection[str], *, now: datetime) -> None:
    await session.execute(DELETE_EXPIRED_TICKS, {"resources": list(resources), "now": now})


async def reserve_ticks(
    session: BookingSession,
    resources: Collection[str],
    ticks: Collection[int],
    *,
    owner: uuid.UUID,
    expires_at: datetime | None,
) -> None:
    """Reserve the ticks of each resource, earliest first.

    Raises:
        SlotTaken: another owner has one of them; the transaction can only be rolled back then.
    """
    await _reserve(session, product(resources, ticks), owner=owner, expires_at=expires_at)


async def _reserve(
    session: BookingSession,
    ticks: Iterable[tuple[str, int]],
    *,
    owner: uuid.UUID,
    expires_at: datetime | None,
) -> None:
    rows = [
        {"resource": resource, "tick": tick, "owner": owner, "expires_at": expires_at}
        for resource, tick in ticks
    ]
    if not rows:
        return
    try:
        await session.execute(insert_into(Tick), rows)
    except IntegrityError as error:
        raise SlotTaken from error


async def confirm_ticks(session: BookingSession, owner: uuid.UUID, *, now: datetime) -> int:
    """Book the ticks of a hold that has not expired; the number of ticks."""
    booked = cast("CursorResult[Any]", await session.execute(BOOK_TICKS, {"hold": owner, "now": now}))
    if booked.rowcount:
        # The hold no longer counts against its client's limit.
        await session.execute(BOOK_HOLD, {"hold": owner})
    return booked.rowcount


async def extend_ticks(session: BookingSession, owner: uuid.UUID, until: datetime) -> None:
    await session.execute(update(Tick).where(Tick.owner == owner).values(expires_at=until))


async def move_ticks(
    session: BookingSession, owner: uuid.UUID, resources: Collection[str], ticks: range
) -> None:
    """Reserve these ticks instead of the owner's present ones, which are released only afterwards.

    Raises:
        SlotTaken: another owner has one of them; the transaction can only be rolled back then.
    """
    present = await ticks_reserved_by(session, owner)
    added = [each for each in product(resources, ticks) if each not in present]
    await _reserve(session, added, owner=owner, expires_at=None)
    stays = Tick.resource.in_(resources) & Tick.tick.between(ticks.start, ticks.stop - 1)
    await session.execute(delete(Tick).where(Tick.owner == owner, ~stays))


async def owned_resources(
    session: BookingSession, resources: Collection[str], first: int, *, now: datetime
) -> Sequence[OwnedTime]:
    """What of these resources each owner has at `now`, from the tick `first` on."""
    last = func.max(TICKS.c.tick) + 1
    query = select(TICKS.c.owner, TICKS.c.resource, func.min(TICKS.c.tick), last).where(
        TICKS.c.resource.in_(resources),
        TICKS.c.tick >= first,
        or_(TICKS.c.expires_at.is_(None), TICKS.c.expires_at > now),
    )
    rows = await session.execute(query.group_by(TICKS.c.resource, TICKS.c.owner))
    return [OwnedTime(*row) for row in rows]


async def resources_by_owner(
    session: BookingSession, owners: Collection[uuid.UUID]
) -> dict[uuid.UUID, set[str]]:
    """What each owner has ticks of, also where they have expired."""
    query = select(TICKS.c.owner, TICKS.c.resource).where(TICKS.c.owner.in_(owners)).distinct()
    by_owner: dict[uuid.UUID, set[str]] = {owner: set() for owner in owners}
    for owner, resource in await session.execute(query):
        by_owner[owner].add(resource)
    return by_owner


async def exchange_resources(
    session: BookingSession,
    released: Collection[tuple[uuid.UUID, str]],
    reserved: Collection[tuple[uuid.UUID, str, range]],
) -> None:
    """Release resources of booked owners, and reserve others for them.

    Raises:
        SlotTaken: another owner has one of the ticks; the transaction can only be rolled back then.
    """
    for owner, resource in released:
        await session.execute(delete(Tick).where(Tick.owner == owner, Tick.resource == resource))
    for owner, resource, ticks in reserved:
        await reserve_ticks(session, [resource], ticks, owner=owner, expires_at=None)


async def ticks_from(session: BookingSession, first: int) -> dict[tuple[str, int], uuid.UUID]:
    """The owner of each booked tick from the first on, by resource and tick."""
    columns = (TICKS.c.resource, TICKS.c.tick, TICKS.c.owner)
    rows = await session.execute(select(*columns).where(TICKS.c.tick >= first, TICKS.c.expires_at.is_(None)))
    return {(resource, tick): owner for resource, tick, owner in rows}


async def shift_ticks(session: BookingSession, shifts: Mapping[uuid.UUID, int], *, now: datetime) -> None:
    """Move all ticks of booked owners by so many, all at once. Holds of the new ticks end.

    Raises:
        SlotTaken: another booked owner has one of them; the transaction can only be rolled back then.
    """
    moved: dict[tuple[str, int], uuid.UUID] = {}
    for owner, shift in shifts.items():
        for resource, tick in await ticks_reserved_by(session, owner):
            moved[resource, tick + shift] = owner
        await release_ticks(session, owner)
    held = await session.execute(
        select(TICKS.c.resource, TICKS.c.tick, TICKS.c.owner).where(TICKS.c.expires_at.is_not(None))
    )
    for hold in {owner for resource, tick, owner in held if (resource, tick) in moved}:
        await release_ticks(session, hold)
        await session.execute(update(Hold).where(Hold.id == hold).values(expires_at=now))
    of_owner: dict[tuple[str, uuid.UUID], list[int]] = defaultdict(list)
    for (resource, tick), owner in sorted(moved.items()):
        of_owner[resource, owner].append(tick)
    for (resource, owner), ticks in of_owner.items():
        await reserve_ticks(session, [resource], ticks, owner=owner, expires_at=None)


async def release_ticks(session: BookingSession, owner: uuid.UUID) -> None:
    await session.execute(delete(Tick).where(Tick.owner == owner))
