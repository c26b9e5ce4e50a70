"""The times of a course's visits: in order, and all open with one practitioner."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from booking.catalogue.lookup import shortest_visit
from booking.domain.errors import BookingError, InvalidInput, InvalidInputCode, SlotTaken
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import open_slots_at
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


async def check_course(session: BookingSession, service: Service, times: Sequence[datetime]) -> None:
    """Check that there is a time for each visit, in order, none within another that is as short as any."""
    if service.visits == 1:
        raise InvalidInput(
            "This service has one visit: please hold it with `holdSlot`.",
            path=("serviceId",),
            code=InvalidInputCode.CONFLICT,
        )
    if len(times) != service.visits:
        message = f"This course has {service.visits} visits: please give as many times."
        raise InvalidInput(message, path=("startsAt",), code=InvalidInputCode.CONFLICT)
    length = service.buffer_before + await shortest_visit(session, service) + service.buffer_after
    for index, (former, latter) in enumerate(pairwise(times), 1):
        if latter - former < length:
            message = "Please give the times of the visits in order, none during another visit."
            raise InvalidInput(message, path=("startsAt", str(index)), code=InvalidInputCode.OUT_OF_RANGE)


async def free_slots(
    session: BookingSession,
    criteria: SlotCriteria,
    times: Sequence[datetime],
    *,
    or_squeeze_in: bool,
    now: datetime,
) -> tuple[list[OpenSlot], bool]:
    """As `slots_with_one_practitioner`, and whether they are squeeze-ins, since a time itself is taken."""
    try:
        return await slots_with_one_practitioner(session, criteria, times, now=now), False
    except SlotTaken:
        if not or_squeeze_in:
            raise
    beside = replace(criteria, squeeze_in=True)
    return await slots_with_one_practitioner(session, beside, times, now=now), True


async def slots_with_one_practitioner(
    session: BookingSession, criteria: SlotCriteria, times: Sequence[datetime], *, now: datetime
) -> list[OpenSlot]:
    """An open slot at each time, all with the practitioner who has the least to do on the first day."""
    travel_time = (await get_clinic(session)).policy.travel_time
    courses: dict[str, list[OpenSlot]] = {}  # by practitioner who is free at all times so far
    for index, time in enumerate(times):
        with naming_visit(index, len(times)):
            free: dict[str, list[OpenSlot]] = {}
            for slot in await open_slots_at(session, criteria, time, now=now):
                former = courses.get(slot.practitioner, [])
                # A practitioner who is free at several locations gets the first that can be reached.
                if slot.practitioner not in free and (
                    not former or _is_reached(criteria.service, former[-1], slot, travel_time)
                ):
                    free[slot.practitioner] = [*former, slot]
            remaining = {
                practitioner: free[practitioner] for practitioner in courses or free if practitioner in free
            }
            if not remaining:
                message = "Nobody is free at all these times. Please choose another one for this visit."
                raise SlotTaken(message, wanted=replace(criteria, practitioner=next(iter(courses))).at(time))
        courses = remaining
    return next(iter(courses.values()))


def _is_reached(service: Service, former: OpenSlot, latter: OpenSlot, travel_time: timedelta) -> bool:
    """Whether a visit of a course begins after another, with their buffers and the way between them."""
    if former.location == latter.location:
        travel_time = timedelta(0)
    leaves_at, arrives_at = former.ends_at + service.buffer_after, latter.starts_at - service.buffer_before
    return arrives_at - leaves_at >= travel_time


@contextmanager
def naming_visit(index: int, visits: int, among: str | None = None) -> Iterator[None]:
    """A refusal about one of several times names it by its index: `("startsAt", "1")`.

    Where the times are `among` a list of visits, it is of that: `("visits", "1", "startsAt")`.
    """
    try:
        yield
    except BookingError as refusal:
        if among and refusal.path[:1] != ("practitionerId",):
            raise replace(refusal, path=(among, str(index), *refusal.path)) from refusal
        if visits > 1 and refusal.path == ("startsAt",):
            raise replace(refusal, path=("startsAt", str(index))) from refusal
        raise
