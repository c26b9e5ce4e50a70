"""Adds extra hours of a practitioner, and removes them. Blocked time and time off within them stay so."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.blocked_time.desk_rows import actor_text, apply_change, lock_practitioner, zone_of
from booking.catalogue.lookup import check_location, check_practitioner
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.scheduling.blocked_time import ExtraHoursRequest, check_label, stretch_of_extra_hours
from booking.scheduling.obstacles import find_obstacles
from booking.storage.models.desk.blocked_time import ExtraHours
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.blocked_time import extra_hours_by_id
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class RemovedHours:
    """`visits` can't take place without these hours, in order of time.

    `is_removed` is False where nothing was changed, since there are some and nobody has said to go on.
    """

    is_removed: bool
    visits: Sequence[uuid.UUID]


async def add_extra_hours(
    session: BookingSession, request: ExtraHoursRequest, *, actor: Actor, now: datetime
) -> ExtraHours:
    """Let visits be booked in these hours, also while the location is closed.

    Raises:
        NotFound: the clinic lists no such practitioner or location.
        InvalidInput: the times or the label can't be used.
    """
    await check_practitioner(session, request.practitioner)
    await check_location(session, request.location)
    label = check_label(request.label)
    zone = await zone_of(session, request.location)
    starts_at, ends_at = stretch_of_extra_hours(request, zone, now=now)
    await lock_practitioner(session, request.practitioner)
    hours = ExtraHours(
        id=uuid.uuid4(),
        practitioner=request.practitioner,
        location=request.location,
        starts_at=starts_at,
        ends_at=ends_at,
        label=label,
        created_at=now,
        created_by=actor_text(actor),
    )
    session.add(hours)
    await apply_change(session, request.practitioner, now=now)
    return hours


async def remove_extra_hours(
    session: BookingSession, id: uuid.UUID, *, actor: Actor, now: datetime, over_visits: bool = False
) -> RemovedHours:
    """Remove the hours; visits in them stay booked, and are marked as impossible.

    Raises:
        NotFound: there are no such hours (any more).
    """
    hours = await extra_hours_by_id(session, id)
    if hours is not None:
        await lock_practitioner(session, hours.practitioner)
        hours = await extra_hours_by_id(session, id)
    if hours is None or hours.removed_at is not None:
        raise NotFound("These extra hours are not there any more.", path=("extraHoursId",))
    before = await _impossible(session, hours.practitioner, now=now)
    hours.removed_at, hours.removed_by = now, actor_text(actor)
    await session.flush()
    visits = [each for each in await _impossible(session, hours.practitioner, now=now) if each not in before]
    if visits and not over_visits:
        hours.removed_at = hours.removed_by = None
        await session.flush()
        await get_clinic(session, refresh=True)
        return RemovedHours(False, visits)
    await apply_change(session, hours.practitioner, now=now)
    return RemovedHours(True, visits)


async def _impossible(session: BookingSession, practitioner: str, *, now: datetime) -> list[uuid.UUID]:
    await get_clinic(session, refresh=True)
    return [each.appointment.id for each in await find_obstacles(session, now=now, practitioner=practitioner)]
