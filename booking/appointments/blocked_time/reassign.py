"""Booked visits keep rooms and equipment that fit, and get others where the clinic has changed its own."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from booking.catalogue.lookup import all_practitioners, all_services
from booking.scheduling.resources import choose_resources, clinic_resources
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.ticks import delete_expired_ticks, exchange_resources, owned_resources
from booking.storage.session import BookingSession
from booking.timegrid.ticks import tick_at


async def reassign_resources(
    session: BookingSession, *, now: datetime, practitioner: str | None = None
) -> None:
    """Give the booked visits to come what their services need by now, as far as it is free.

    A visit keeps what fits, and gives back what it needs no more. Those of one practitioner, if one is named
    (slug). A squeeze-in is left as it is.
    """
    clinic = await clinic_resources(session)
    if not clinic.known:
        return
    people = [practitioner] if practitioner else [*await all_practitioners(session)]
    await lock_schedules(session, people, clinic.known)
    await delete_expired_ticks(session, clinic.known, now=now)
    visits = [
        row
        for row in await upcoming_appointments(session, now, practitioner=practitioner)
        if not row.squeeze_in
    ]
    owned_times = await owned_resources(session, clinic.known, tick_at(now), now=now)
    owned: dict[UUID, set[str]] = defaultdict(set)
    for each in owned_times:
        owned[each.owner].add(each.resource)
    services = await all_services(session)
    needed = {row.id: clinic.needed_at(row.location, services[row.service]) for row in visits}
    # Before any visit gets another, so that what one gives back is there for all.
    released = {
        (row.id, name)
        for row in visits
        for name in owned[row.id].difference(choose_resources(needed[row.id], owned=owned[row.id]))
    }
    taken: dict[str, list[range]] = defaultdict(list)
    for each in owned_times:
        if (each.owner, each.resource) not in released:
            taken[each.resource].append(range(each.first, each.last))
    reserved = []
    for row in visits:
        ticks = _ticks(row, services[row.service])
        busy = {name for name, times in taken.items() if any(_overlap(ticks, other) for other in times)}
        for name in choose_resources(needed[row.id], owned=owned[row.id], taken=busy):
            if name is not None and name not in owned[row.id]:
                reserved.append((row.id, name, ticks))
                taken[name].append(ticks)
    await exchange_resources(session, released, reserved)


def _ticks(visit: Appointment, service: Service) -> range:
    """A visit keeps the length that it was booked with."""
    first = tick_at(visit.starts_at - service.buffer_before)
    return range(first, tick_at(visit.ends_at + service.buffer_after))


def _overlap(ticks: range, others: range) -> bool:
    return ticks.start < others.stop and others.start < ticks.stop
