"""What the desk sees of blocked time: coming blocks and extra hours, and the visits that are in the way."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.domain.errors import NotFound
from booking.domain.open_slot import OpenSlot
from booking.patients.contacts import contacts_by_id
from booking.scheduling.blocked_time import MAX_LENGTH
from booking.scheduling.other_times import other_times
from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.desk.blocked_time import (
    DeskTime,
    block_by_id,
    blocks_between,
    blocks_of_series,
    extra_hours_between,
    extra_hours_by_id,
    visits_within,
)
from booking.storage.queries.desk.offered_times import last_offers
from booking.storage.queries.outbox import sends_mails
from booking.storage.session import BookingSession

AHEAD = 2 * MAX_LENGTH
"""A block begins within a year from now, and lasts for a year at most."""


@dataclass(frozen=True)
class ComingBlock:
    """A block that is not over; of a series all its days that are still to come, in order of time."""

    blocks: Sequence[BlockedTime]

    @property
    def next(self) -> BlockedTime:
        return self.blocks[0]


@dataclass(frozen=True)
class VisitInside:
    """A visit in blocked time, with up to three other times for it.

    `name` and `phone` are None once the patient is erased. `offered_at` is when times were last offered
    since it can't take place.
    """

    appointment: Appointment
    name: str | None
    phone: str | None
    has_mail: bool  # the patient has an address, and the server sends mails
    offered_at: datetime | None
    other_times: Sequence[OpenSlot]


async def coming_blocks(
    session: BookingSession, practitioners: Collection[str], *, now: datetime
) -> list[ComingBlock]:
    """In order of time; a series is one."""
    series: dict[uuid.UUID, list[BlockedTime]] = {}
    for block in await blocks_between(session, now, now + AHEAD, practitioners=practitioners):
        series.setdefault(block.series or block.id, []).append(block)
    return [ComingBlock(blocks) for blocks in series.values()]


async def coming_extra_hours(
    session: BookingSession, practitioners: Collection[str], *, now: datetime
) -> Sequence[ExtraHours]:
    """In order of time."""
    return await extra_hours_between(session, now, now + AHEAD, practitioners=practitioners)


async def standing_block(
    session: BookingSession, id: uuid.UUID, *, only_practitioner: str | None = None
) -> BlockedTime:
    """The block of this id.

    Raises:
        NotFound: there is none (any more), or it is of somebody else than the only practitioner.
    """
    block = await block_by_id(session, id)
    if block is None or block.removed_at or only_practitioner not in (None, block.practitioner):
        raise NotFound("This blocked time is not there any more.", path=("id",))
    return block


async def standing_extra_hours(
    session: BookingSession, id: uuid.UUID, *, only_practitioner: str | None = None
) -> ExtraHours:
    """The extra hours of this id.

    Raises:
        NotFound: there are none (any more), or they are of somebody else than the only practitioner.
    """
    hours = await extra_hours_by_id(session, id)
    if hours is None or hours.removed_at or only_practitioner not in (None, hours.practitioner):
        raise NotFound("These extra hours are not there any more.", path=("id",))
    return hours


async def series_of_block(session: BookingSession, block: BlockedTime, *, now: datetime) -> ComingBlock:
    """The days of its series that are still to come; the block alone where it is in none."""
    if block.series is None:
        return ComingBlock([block])
    return ComingBlock(await blocks_of_series(session, block.series, after=now) or [block])


async def visits_of_block(session: BookingSession, coming: ComingBlock, *, now: datetime) -> list[uuid.UUID]:
    """The visits inside that can't take place, in order of time."""
    spans = [(row.starts_at, row.ends_at) for row in coming.blocks]
    visits = await visits_within(session, spans, coming.next.practitioner, coming.next.location)
    return [row.id for row in visits if row.impossible_since and row.starts_at > now]


async def visits_inside(
    session: BookingSession,
    visits: Collection[uuid.UUID],
    *,
    now: datetime,
    excluded: Sequence[DeskTime] = (),
) -> list[VisitInside]:
    """What the desk needs to know of visits that are in the way, in order of time.

    No other time touches the `excluded` ones, which are about to be blocked.
    """
    rows = await appointments_by_id(session, visits)
    contacts = await contacts_by_id(session, {row.patient for row in rows})
    are_sent = await sends_mails(session)
    offers = await last_offers(session, [row.id for row in rows])
    times = await other_times(session, rows, now=now, excluded=excluded)
    return [
        VisitInside(
            row,
            contacts[row.patient].name if row.patient in contacts else None,
            contacts[row.patient].phone if row.patient in contacts else None,
            are_sent and row.patient in contacts and bool(contacts[row.patient].email),
            _offered_since(row, offers.get(row.id)),
            times[row.id],
        )
        for row in rows
    ]


def _offered_since(row: Appointment, offered_at: datetime | None) -> datetime | None:
    """None for an offer that was made for another reason, before."""
    if offered_at is None or row.impossible_since is None or offered_at < row.impossible_since:
        return None
    return offered_at
