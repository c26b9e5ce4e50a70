"""A practitioner's hours as sets of ticks: each tick is either reserved, or free, or blocked."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.scheduling.working_time import WorkingTime
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.timegrid.ticks import Window, ticks_between


@dataclass(frozen=True)
class Ground:
    """All sets are bits of one window. `hours` is made of the others, which have no tick in common.

    Reserved ticks are those of visits and holds with their buffers. Blocked ones are by block, in order:
    where two blocks overlap, the earlier one has them.
    """

    hours: int
    free: int
    reserved: int
    blocked: Sequence[tuple[BlockedTime, int]]


def ground_of(
    window: Window,
    times: Sequence[WorkingTime],
    blocks: Sequence[BlockedTime],
    reserved: Sequence[tuple[int, int]],
) -> Ground:
    """`times` are a practitioner's at all locations, in windows that have this one within."""
    working = in_hours = 0
    for time in times:
        working |= window.taken_from(time.window, time.working)
    by_block = []
    for block in blocks:
        span = window.bits(*ticks_between(block.starts_at, block.ends_at))
        bits = 0
        for time in times:
            if block.location in (None, time.location):
                bits |= window.taken_from(time.window, time.opening & time.on_duty) & span
        by_block.append((block, bits))
        in_hours |= bits
    taken = 0
    for first, last in reserved:
        taken |= window.bits(first, last)
    hours = working | in_hours
    left = hours & ~working & ~taken
    blocked = []
    for block, bits in by_block:
        blocked.append((block, bits & left))
        left &= ~bits
    return Ground(hours, working & ~taken, hours & taken, blocked)
