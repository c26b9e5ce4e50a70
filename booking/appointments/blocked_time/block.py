"""Blocks a practitioner's time, and removes a block: one, or what is to come of a series.

No visit is ever dropped. A visit inside a block stays booked and is marked until it is moved, cancelled, or
the block is removed. A hold inside gives way: its booking is refused, as when the clinic's file changes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.blocked_time.desk_rows import actor_text, apply_change, lock_practitioner, zone_of
from booking.catalogue.lookup import check_location, check_practitioner
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.scheduling.blocked_time import BlockRequest, check_label, stretches_of_block
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.queries.desk.blocked_time import (
    DeskTime,
    block_by_id,
    blocks_of_series,
    holds_within,
    visits_within,
)
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class BlockOutcome:
    """`times` are those asked for. `visits` are inside, in order of time, and `held` times inside are being
    booked at this moment.

    `blocks` is empty where nothing was changed, since visits are inside and nobody has said to block all
    the same.
    """

    times: Sequence[DeskTime]
    blocks: Sequence[BlockedTime]
    visits: Sequence[uuid.UUID]
    held: int


async def block_time(
    session: BookingSession, request: BlockRequest, *, actor: Actor, now: datetime, over_visits: bool = False
) -> BlockOutcome:
    """Block the time. On return no visit can be booked or moved into it.

    Raises:
        NotFound: the clinic lists no such practitioner or location.
        InvalidInput: the times or the label can't be used.
    """
    await check_practitioner(session, request.practitioner)
    await check_location(session, request.location)
    label = check_label(request.label)
    stretches = stretches_of_block(request, await zone_of(session, request.location), now=now)
    await lock_practitioner(session, request.practitioner)
    within = (stretches, request.practitioner, request.location)
    times = [DeskTime(request.practitioner, request.location, *stretch) for stretch in stretches]
    visits = [row.id for row in await visits_within(session, *within) if row.starts_at > now]
    held = await holds_within(session, *within, now=now)
    if visits and not over_visits:
        return BlockOutcome(times, [], visits, held)
    series = None if request.weekly is None else uuid.uuid4()
    blocks = [
        BlockedTime(
            id=uuid.uuid4(),
            practitioner=request.practitioner,
            location=request.location,
            starts_at=starts_at,
            ends_at=ends_at,
            kind=request.kind,
            label=label,
            series=series,
            created_at=now,
            created_by=actor_text(actor),
        )
        for starts_at, ends_at in stretches
    ]
    session.add_all(blocks)
    await apply_change(session, request.practitioner, now=now)
    return BlockOutcome(times, blocks, visits, held)


async def remove_block(
    session: BookingSession, id: uuid.UUID, *, whole_series: bool = False, actor: Actor, now: datetime
) -> Sequence[BlockedTime]:
    """Remove a block, or with `whole_series` all of its series that is not over; those that were removed.

    Raises:
        NotFound: there is no such block (any more).
    """
    block = await block_by_id(session, id)
    if block is not None:
        await lock_practitioner(session, block.practitioner)
        block = await block_by_id(session, id)
    if block is None or block.removed_at is not None:
        raise NotFound("This blocked time is not there any more.", path=("blockedTimeId",))
    blocks: Sequence[BlockedTime] = [block]
    if whole_series and block.series is not None:
        blocks = await blocks_of_series(session, block.series, after=now)
    for row in blocks:
        row.removed_at, row.removed_by = now, actor_text(actor)
    await apply_change(session, block.practitioner, now=now)
    return blocks
