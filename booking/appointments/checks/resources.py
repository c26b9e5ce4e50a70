"""The rooms and equipment of a hold or a visit: owned with its time, and exchanged where they don't fit."""

from datetime import datetime

from booking.catalogue.lookup import location_zones
from booking.domain.open_slot import OpenSlot
from booking.scheduling.resources import clinic_resources, resources_for, resources_needed
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.ticks import (
    delete_expired,
    move_ticks,
    reserve_ticks,
    ticks_of_appointment,
    ticks_reserved_by,
)
from booking.storage.session import BookingSession


async def own_time(
    session: BookingSession,
    service: Service,
    visit: Hold | Appointment,
    *,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Reserve the time of a hold or a visit that has none, with what its service needs.

    Raises:
        SlotTaken: some of it is another owner's; the transaction can only be rolled back then.
    """
    resources = await resources_for(session, service, visit, now=now)
    ticks = ticks_of_appointment(service, visit.starts_at, visit.ends_at)
    await reserve_ticks(session, resources, ticks, owner=visit.id, expires_at=expires_at)


async def give_slot(
    session: BookingSession, visit: Appointment, service: Service, slot: OpenSlot, *, now: datetime
) -> None:
    """Move a visit, whose schedules are locked, to an open slot; its former time is released. Not flushed.

    Raises:
        SlotTaken: somebody has the time; the transaction can only be rolled back then.
    """
    with session.no_autoflush:  # One change of the row raises its version by one.
        await delete_expired(session, [slot.practitioner], await resources_needed(session, service), now=now)
        if slot.starts_at != visit.starts_at:
            visit.moved_at = now
        visit.practitioner, visit.location = slot.practitioner, slot.location
        visit.starts_at, visit.ends_at = slot.starts_at, slot.ends_at
        resources = await resources_for(session, service, visit, now=now)
        ticks = ticks_of_appointment(service, slot.starts_at, slot.ends_at)
        await move_ticks(session, visit.id, resources, ticks)
        visit.set_local_start((await location_zones(session))[slot.location])
    visit.changed_at = now
    visit.sequence += 1
    visit.impossible_since = visit.confirmed_at = None


async def keep_resources(session: BookingSession, service: Service, hold: Hold, *, now: datetime) -> None:
    """Give a hold that was just booked what its service needs by now: its room may be withdrawn.

    Raises:
        SlotTaken: no resource of a kind is free.
    """
    clinic = await clinic_resources(session)
    if not clinic.known:
        return
    owned = {resource for resource, _ in await ticks_reserved_by(session, hold.id)} & clinic.known
    kinds = clinic.needed_at(hold.location, service)
    fitting = [owned.intersection(names) for names in kinds]
    if owned == set().union(*fitting) and (all(fitting) or hold.squeeze_in):
        return
    needed = await resources_needed(session, service)
    await lock_schedules(session, [hold.practitioner], needed)
    await delete_expired(session, [hold.practitioner], needed, now=now)
    resources = await resources_for(session, service, hold, owned=owned, now=now)
    ticks = ticks_of_appointment(service, hold.starts_at, hold.ends_at)
    await move_ticks(session, hold.id, resources, ticks)
