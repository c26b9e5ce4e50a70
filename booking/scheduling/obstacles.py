"""The booked visits that the catalogue, blocked time and calendars of today would not allow, and why.

The sets of the rulebook decide: a visit stands while its practitioner works at its location, certified,
through all of it, and it has the rooms and the equipment that its service needs. Length, buffers, step,
notice, horizon and screening bind new bookings alone: a visit keeps the time that it was booked with. Nor
does it stand at another time on the wall than the patient was told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.scheduling.busy_calendars import busy_bits
from booking.scheduling.changed_times import changed_times
from booking.scheduling.resources import clinic_resources
from booking.scheduling.working_time import WorkingTime, closed_days, compute_working_times
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Certification, Practitioner
from booking.storage.models.catalogue.services import Service, ServiceOffer
from booking.storage.queries.appointments import upcoming_appointments
from booking.storage.queries.catalogue import all_rows, day_hours_between
from booking.storage.queries.ticks import owned_resources
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY, TICK, tick_at, ticks_between


@dataclass(frozen=True)
class AppointmentObstacle:
    """`reason` completes "Appointment ... is kept, but ..."."""

    appointment: Appointment
    wall_time: datetime
    reason: str

    def __str__(self) -> str:
        when = f"{self.wall_time:%Y-%m-%d at %H:%M}"
        return (
            f"Appointment {self.appointment.reference} on {when} is kept, but {self.reason}. "
            "Please call the patient."
        )


@dataclass(frozen=True)
class _Catalogue:
    services: Mapping[str, Service]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    offers: frozenset[tuple[str, str]]  # (service, practitioner)
    certificates: frozenset[tuple[str, str]]  # (practitioner, kind)


async def find_obstacles(
    session: BookingSession, *, now: datetime, practitioner: str | None = None
) -> list[AppointmentObstacle]:
    """The booked visits still to come that could not be booked any more, in order of time.

    Those of one practitioner, if one is named (slug).
    The number of statements grows with the services that are booked, not with the visits.
    """
    appointments = await upcoming_appointments(session, now, practitioner=practitioner)
    if not appointments:
        return []
    catalogue = await _catalogue(session)
    by_service: dict[str, list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        by_service[appointment.service].append(appointment)
    told = {
        change.appointment.id: f"the patient was told {change.told:%Y-%m-%d at %H:%M}, and {change.reason}"
        for change in await changed_times(session, now=now)
        if change.keeps is None
    }
    first = appointments[0].starts_at.date() - DAY
    last = max(appointment.ends_at for appointment in appointments).date() + DAY
    lacking = await _lacking(session, appointments, catalogue, now=now)
    day_hours = await day_hours_between(session, first, last, locations=catalogue.locations)
    closed = await closed_days(session, list(catalogue.locations.values()), first, last, day_hours)
    obstacles = []
    for service, booked in by_service.items():
        times = {
            (time.practitioner, time.location): time
            for time in await compute_working_times(session, service, first, last, TICK)
        }
        busy = await busy_bits(session, list(times.values()))
        for appointment in booked:
            time = times.get((appointment.practitioner, appointment.location))
            is_allowed = time is not None and _is_allowed(appointment, time.working & time.certified, time)
            collides = time is not None and _collides(appointment, busy[time.practitioner, time.window], time)
            lacks = lacking.get(appointment.id)
            if is_allowed and not collides and not lacks and appointment.id not in told:
                continue
            wall_time = appointment.starts_at.astimezone(
                ZoneInfo(catalogue.locations[appointment.location].time_zone)
            )
            is_closed = wall_time.date() in closed[appointment.location]
            reason = told.get(appointment.id)
            if reason is None and is_allowed and lacks and not collides:
                reason = f"no {lacks!r} is free for it"
            if reason is None and is_allowed:
                name = catalogue.practitioners[appointment.practitioner].name
                reason = f"{name} is busy by a calendar elsewhere"
            reason = reason or _reason(appointment, time, catalogue, is_closed=is_closed)
            obstacles.append(AppointmentObstacle(appointment, wall_time, reason))
    return sorted(obstacles, key=lambda obstacle: obstacle.appointment.starts_at)


def _is_allowed(appointment: Appointment, allowed: int, time: WorkingTime) -> bool:
    visit = time.window.bits(*ticks_between(appointment.starts_at, appointment.ends_at))
    return visit != 0 and visit & allowed == visit


def _reason(
    appointment: Appointment, time: WorkingTime | None, catalogue: _Catalogue, *, is_closed: bool
) -> str:
    service = catalogue.services[appointment.service]
    practitioner = catalogue.practitioners[appointment.practitioner]
    location = f"the location {appointment.location!r}"
    if not service.listed:
        return f"the service {service.slug!r} was withdrawn"
    if not practitioner.listed:
        return f"{practitioner.name} was withdrawn"
    if not catalogue.locations[appointment.location].listed:
        return f"{location} was withdrawn"
    if (service.slug, practitioner.slug) not in catalogue.offers:
        return f"{practitioner.name} doesn't offer {service.slug!r} any more"
    if service.requires and (practitioner.slug, service.requires) not in catalogue.certificates:
        return f"{practitioner.name} has no certificate for it on that day"
    if time is None:
        return f"{practitioner.name} has no hours at {location}"
    if is_closed:
        return f"{location} is closed on that day"
    if not _is_allowed(appointment, time.opening, time):
        return f"{location} is closed at that time"
    if _is_touched(appointment, time.away, time):
        return f"{practitioner.name} is away"
    if not _is_allowed(appointment, time.on_duty, time):
        return f"{practitioner.name} doesn't work at that time"
    return f"{practitioner.name} has no certificate for it on that day"


def _collides(appointment: Appointment, busy: int, time: WorkingTime) -> bool:
    """Whether the practitioner is busy elsewhere; staff book a squeeze-in knowing so."""
    return not appointment.squeeze_in and _is_touched(appointment, busy, time)


def _is_touched(appointment: Appointment, bits: int, time: WorkingTime) -> bool:
    return bool(time.window.bits(*ticks_between(appointment.starts_at, appointment.ends_at)) & bits)


async def _lacking(
    session: BookingSession, appointments: Sequence[Appointment], catalogue: _Catalogue, *, now: datetime
) -> Mapping[UUID, str]:
    """The kind of resource that each visit lacks, of those which lack one; staff book a squeeze-in so."""
    if not any(catalogue.services[appointment.service].needs for appointment in appointments):
        return {}
    clinic = await clinic_resources(session)
    owned: dict[UUID, set[str]] = defaultdict(set)
    for each in await owned_resources(session, clinic.known, tick_at(now), now=now):
        owned[each.owner].add(each.resource)
    lacking: dict[UUID, str] = {}
    for appointment in appointments:
        service = catalogue.services[appointment.service]
        kinds = clinic.needed_at(appointment.location, service)
        for kind, names in zip(service.needs or (), kinds, strict=True):
            if not appointment.squeeze_in and owned[appointment.id].isdisjoint(names):
                lacking.setdefault(appointment.id, kind)
    return lacking


async def _catalogue(session: BookingSession) -> _Catalogue:
    offers = await all_rows(session, ServiceOffer)
    certificates = await all_rows(session, Certification)
    return _Catalogue(
        services={row.slug: row for row in await all_rows(session, Service)},
        practitioners={row.slug: row for row in await all_rows(session, Practitioner)},
        locations={row.slug: row for row in await all_rows(session, Location)},
        offers=frozenset((row.service, row.practitioner) for row in offers),
        certificates=frozenset((row.practitioner, row.kind) for row in certificates),
    )
