"""The rooms and equipment that services need: where they are, when they are free, and which a visit gets."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from booking.catalogue.lookup import all_resources, all_services, practitioners_offering
from booking.domain.errors import SlotTaken
from booking.domain.open_slot import RequestedTime
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Resource
from booking.storage.queries.catalogue import cached
from booking.storage.queries.ticks import reserved_times, resources_by_owner, ticks_of_appointment
from booking.storage.session import BookingSession
from booking.timegrid.ticks import Window, possible_starts, ticks_in

Kinds = Sequence[Sequence[str]]
"""For each kind that a service needs, the resources of it at a location in the clinic's order; maybe none."""


@dataclass(frozen=True)
class ClinicResources:
    """The clinic's rooms and equipment, named as the tick table names them."""

    by_place: Mapping[tuple[str, str], Sequence[str]]  # by location and kind, in the clinic's order
    known: frozenset[str]  # also those that were withdrawn

    def needed_at(self, location: str, service: Service) -> Kinds:
        return [self.by_place.get((location, kind), ()) for kind in service.needs or ()]

    def needed_by(self, services: Collection[Service]) -> set[str]:
        """Those of every kind that one of the services needs, at any location."""
        kinds = {kind for service in services for kind in service.needs or ()}
        return {name for (_, kind), names in self.by_place.items() if kind in kinds for name in names}


async def clinic_resources(session: BookingSession) -> ClinicResources:
    """Read once for each revision of the catalogue."""

    async def compute() -> ClinicResources:
        rows = (await all_resources(session)).values()
        by_place: dict[tuple[str, str], list[str]] = {}
        for row in sorted((row for row in rows if row.listed), key=lambda row: row.position):
            by_place.setdefault((row.location, row.kind), []).append(row.resource)
        return ClinicResources(by_place, frozenset(row.resource for row in rows))

    return await cached(session, ClinicResources, compute)


async def resources_needed(session: BookingSession, service: Service) -> set[str]:
    """Which a visit of the service might get, at any location. No statement where it needs none."""
    return (await clinic_resources(session)).needed_by([service]) if service.needs else set()


async def practitioners_sharing(session: BookingSession, service: str, practitioner: str) -> set[str]:
    """Whose open times a visit of the service with this practitioner keeps closed: theirs, and those of all
    who need what it has."""
    services = await all_services(session)
    kinds = {*(services[service].needs or ())}
    sharing = [row.slug for row in services.values() if row.listed and not kinds.isdisjoint(row.needs or ())]
    return {practitioner}.union(*[await practitioners_offering(session, each) for each in sharing])


async def resources_of(
    session: BookingSession, owners: Collection[UUID]
) -> Mapping[UUID, Sequence[Resource]]:
    """The rooms and the equipment that holds and visits have, in the clinic's order.

    No statement while the clinic knows none.
    """
    known = {row.resource: row for row in (await all_resources(session)).values()}
    owned = await resources_by_owner(session, owners) if known else {}
    return {
        owner: sorted((known[name] for name in owned.get(owner, ()) if name in known), key=_position)
        for owner in owners
    }


async def resources_lacked(
    session: BookingSession, visit: Appointment, had: Sequence[Resource]
) -> Sequence[Resource]:
    """For each kind that the visit needs and has none of, one resource of its location as an example."""
    services, rows = await all_services(session), (await all_resources(session)).values()
    kinds = {*(services[visit.service].needs or ())} - {row.kind for row in had}
    found: dict[str, Resource] = {}
    for row in sorted(rows, key=_position):
        if row.kind in kinds and row.location == visit.location:
            found.setdefault(row.kind, row)
    return [*found.values()]


def _position(row: Resource) -> tuple[bool, int]:
    return not row.listed, row.position


def starts_with_resources(
    window: Window, service: Service, duration: timedelta, kinds: Kinds, busy: Mapping[str, int]
) -> int:
    """The ticks at which a visit so long can start with a resource of each kind to itself, buffers included.

    `busy` are ticks of the window, by resource.
    """
    starts = window.all
    for names in kinds:
        of_kind = 0
        for name in names:
            of_kind |= possible_starts(
                open_=window.all,
                busy=busy.get(name, 0),
                steps=window.all,
                visit=ticks_in(duration),
                before=ticks_in(service.buffer_before),
                after=ticks_in(service.buffer_after),
            )
        starts &= of_kind
    return starts


def choose_resources(
    kinds: Kinds, *, owned: AbstractSet[str], taken: AbstractSet[str] = frozenset()
) -> list[str | None]:
    """For each kind the resource that is owned, else the first that is not taken; None where all are."""
    return [
        next((name for name in names if name in owned), None)
        or next((name for name in names if name not in taken), None)
        for names in kinds
    ]


async def resources_for(
    session: BookingSession,
    service: Service,
    visit: Hold | Appointment,
    *,
    owned: AbstractSet[str] = frozenset(),
    now: datetime,
) -> list[str]:
    """What a visit has ticks of at its time: the practitioner's time, and one resource of each kind needed.

    Those that it has already count as free, and the ones `owned` are kept. A squeeze-in, which has its place
    beside the practitioner's time, gets what is free: where that is the practitioner's time, nobody else
    shall be booked with them.

    Raises:
        SlotTaken: no resource of a kind is free.
    """
    if not service.needs:
        return [visit.resource]
    kinds = (await clinic_resources(session)).needed_at(visit.location, service)
    beside = [visit.practitioner] if visit.squeeze_in else []
    wanted = [*beside, *(name for names in kinds for name in names)]
    ticks = ticks_of_appointment(service, visit.starts_at, visit.ends_at)
    reserved = await reserved_times(
        session, ticks.start, ticks.stop, resources=wanted, now=now, ignoring=(visit.id,)
    )
    taken = {each.resource for each in reserved}
    chosen = choose_resources(kinds, owned=owned, taken=taken)
    if None in chosen and not visit.squeeze_in:
        wanted_time = RequestedTime(service.slug, visit.starts_at, visit.practitioner, visit.location)
        raise SlotTaken(wanted=wanted_time)
    free = [name for name in beside if name not in taken]
    return [visit.resource, *free, *filter(None, chosen)]
