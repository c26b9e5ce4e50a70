"""Loaders: look-ups batched per request, so that a hundred slots read their practitioners in one statement.

Siblings resolve at the same time, so each batch opens a session of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from strawberry.dataloader import DataLoader

from booking.appointments.by_staff.change import ByStaff
from booking.appointments.lookup import changeable_appointment
from booking.audit.record import record_audit
from booking.catalogue.lookup import (
    QualifiedOffer,
    all_locations,
    all_practitioners,
    all_screening_questions,
    all_services,
    deliverable_offers,
    practitioners_offering,
)
from booking.catalogue.photos import photo_versions
from booking.domain.actor import Actor
from booking.domain.errors import BookingError, InvalidInput, InvalidInputCode
from booking.domain.open_slot import OpenSlot
from booking.extensions.isolation import exceptions_only
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.scheduling.course_plan import movable_visits
from booking.scheduling.criteria import SlotCriteria, criteria_to_move, slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import ScreeningQuestion, Service
from booking.storage.queries.appointments import appointments_by_course
from booking.storage.queries.catalogue import (
    WeeklyTime,
    opening_hours_by_location,
    screening_questions_by_service,
)
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan
from graphql_api.context.desk_loaders import DeskLoaders

BatchLoad = Callable[[BookingSession, Collection[Any]], Awaitable[Mapping[Any, Any]]]
"""Values by key, read in one statement; a key without a value may be missing."""
NO_FEATURE_LOADERS: Mapping[str, BatchLoad] = {}

K = TypeVar("K", str, UUID)
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class MovedAppointment:
    """An appointment that is to be moved, by the secret of its link, or by the key that may move it.

    `owner` is a partner's key; with `at_desk` it is any appointment. The other visits of its course that can
    be moved are moved `with_course`.
    """

    manage_token: str | None = field(repr=False)
    appointment: UUID | None
    owner: str | None
    at_desk: bool
    with_course: bool = False


@dataclass(frozen=True)
class SlotSearch:
    """The arguments of a search for open slots: slugs, days and the hours in which visits start.

    The own time of the appointment that is `moving` counts as free.
    """

    service: str
    practitioner: str | None
    location: str | None
    first: date
    last: date
    distinct_times: bool
    moving: MovedAppointment | None = None
    hours: TimeSpan | None = None


class Loaders:
    """One DataLoader for each relation between rows, and those of features."""

    def __init__(
        self,
        database: Database,
        now: datetime,
        actor: Actor | None = None,
        feature_loaders: Mapping[str, BatchLoad] = NO_FEATURE_LOADERS,
    ) -> None:
        """`actor` is the caller, None if it may be the patient; `feature_loaders` by their full names."""
        self._database = database
        self._actor = actor
        self._feature_loaders = feature_loaders

        def batched(
            query: Callable[[BookingSession, Collection[K]], Awaitable[Mapping[K, V]]],
        ) -> DataLoader[K, V]:
            async def load(keys: list[K]) -> list[V | BaseException]:
                async with database.read() as session:
                    values = await query(session, keys)
                return [values[key] if key in values else KeyError(key) for key in keys]

            return DataLoader(load_fn=load)

        self.slots: DataLoader[SlotSearch, Sequence[OpenSlot]] = DataLoader(
            load_fn=partial(self._search_all, now)
        )
        self.services: DataLoader[str, Service] = batched(_all(all_services))
        self.practitioners: DataLoader[str, Practitioner] = batched(_all(all_practitioners))
        self.locations: DataLoader[str, Location] = batched(_all(all_locations))
        self.questions: DataLoader[str, ScreeningQuestion] = batched(_all(all_screening_questions))
        self.screening: DataLoader[str, list[ScreeningQuestion]] = batched(screening_questions_by_service)
        self.hours: DataLoader[str, list[WeeklyTime]] = batched(opening_hours_by_location)
        self.photos: DataLoader[str, str | None] = batched(_photo_versions)
        self.practitioners_of: DataLoader[str, list[Practitioner]] = batched(
            partial(_practitioners_by_service, now=now)
        )
        self.offers_of: DataLoader[str, list[QualifiedOffer]] = batched(partial(_offers_by_service, now=now))
        self.services_by: DataLoader[str, list[Service]] = batched(
            partial(_services_by_practitioner, now=now)
        )
        self.patients: DataLoader[UUID, PatientContact | None] = DataLoader(
            load_fn=partial(self._view_patients, now)
        )
        self.appointments: DataLoader[UUID, list[Appointment]] = batched(appointments_by_course)
        self.desk = DeskLoaders(database, now, actor)
        self._of_features = {
            name: DataLoader(load_fn=partial(_load_for_feature, database, query))
            for name, query in feature_loaders.items()
        }

    def __getitem__(self, name: str) -> DataLoader[Any, Any]:
        """A feature's loader; it loads None for a key that has no value."""
        return self._of_features[name]

    async def _search_all(
        self, now: datetime, searches: list[SlotSearch]
    ) -> list[Sequence[OpenSlot] | BaseException]:
        """A search that two fields share, the days and the times of a month, runs once."""
        return await asyncio.gather(
            *(self._search(now, search) for search in searches), return_exceptions=True
        )

    async def _search(self, now: datetime, search: SlotSearch) -> Sequence[OpenSlot]:
        async with self._database.read() as session:
            slugs = search.service, search.practitioner, search.location
            moving = search.moving
            if moving is None:
                criteria = await slot_criteria(session, *slugs)
            else:
                criteria = await self._to_move(session, now, moving, *slugs)
            criteria = replace(criteria, hours=search.hours)
            slots = await find_slots(
                session, criteria, search.first, search.last, now=now, distinct_times=search.distinct_times
            )
            qualified = await practitioners_offering(session, search.service)
            await self._prime(session, [search.service], qualified)
        return slots

    async def _to_move(
        self,
        session: BookingSession,
        now: datetime,
        moving: MovedAppointment,
        service: str,
        practitioner: str | None,
        location: str | None,
    ) -> SlotCriteria:
        """
        Raises:
            NotFound: there is no such appointment, or it is another patient's or partner's.
            InvalidInput: it is of another service.
        """
        staff = ByStaff(self._actor) if self._actor and moving.at_desk else None
        owner = moving.owner if staff is None else None
        try:
            visit = await changeable_appointment(
                session, moving.manage_token, moving.appointment, owner=owner, staff=staff
            )
        except BookingError as refusal:
            raise refusal.with_changes(path=("moving", *refusal.path)) from refusal
        if visit.service != service:
            message = "The appointment is of another service."
            raise InvalidInput(message, path=("serviceId",), code=InvalidInputCode.CONFLICT)
        along: list[UUID] = []
        if moving.with_course and visit.course:
            course = (await appointments_by_course(session, [visit.course]))[visit.course]
            along = [row.id for row in await movable_visits(session, course, now=now)]
        return await criteria_to_move(session, visit, practitioner, location, along=along)

    async def _view_patients(self, now: datetime, keys: list[UUID]) -> list[PatientContact | None]:
        """Nothing is shown before the commit of the events of the audit trail."""
        async with self._database.write() if self._actor else self._database.read() as session:
            contacts = await contacts_by_id(session, keys)
            detail = "Appointment.patient"
            await record_audit(session, self._actor, AuditAction.READ, contacts, detail=detail, now=now)
        return [contacts.get(key) for key in keys]

    async def prime_for(self, slots: Sequence[OpenSlot]) -> None:
        """Load what these slots name, so that none has to wait when it is shown."""
        async with self._database.read() as session:
            await self._prime(
                session, {slot.service for slot in slots}, {slot.practitioner for slot in slots}
            )

    async def _prime(
        self, session: BookingSession, services: Collection[str], practitioners: Collection[str]
    ) -> None:
        for loader, slugs, rows in (
            (self.services, services, await all_services(session)),
            (self.practitioners, practitioners, await all_practitioners(session)),
        ):
            cast("DataLoader[str, Any]", loader).prime_many(
                {slug: rows[slug] for slug in slugs if slug in rows}
            )
        self.locations.prime_many(await all_locations(session))

    def refreshed(self, database: Database, now: datetime) -> Self:
        """Loaders for another time, with empty caches."""
        return type(self)(database, now, self._actor, self._feature_loaders)


def resolve_loaded(loader: DataLoader[K, V], key: K, make: Callable[[V], T]) -> T:
    """Make a resolver's result of a loaded value; an awaitable of it where the value is not loaded yet.

    A hundred coroutines would cost more than the work in them.
    """
    value = cast("asyncio.Future[V]", loader.load(key))
    return make(value.result()) if value.done() else cast(T, _made_of(value, make))


async def _made_of(value: Awaitable[V], make: Callable[[V], T]) -> T:
    return make(await value)


async def _load_for_feature(database: Database, query: BatchLoad, keys: list[Any]) -> list[Any]:
    async with database.read() as session:
        with exceptions_only():
            values = await query(session, keys)
            return [values.get(key) for key in keys]


def _all(
    read: Callable[[BookingSession], Awaitable[Mapping[str, V]]],
) -> Callable[[BookingSession, Collection[str]], Awaitable[Mapping[str, V]]]:
    """The catalogue is cached as a whole, so its loaders read all rows."""
    return lambda session, _keys: read(session)


async def _offers_by_service(
    session: BookingSession, services: Collection[str], now: datetime
) -> dict[str, list[QualifiedOffer]]:
    by_service: dict[str, list[QualifiedOffer]] = {service: [] for service in services}
    for offer in await deliverable_offers(session, now=now, services=services):
        by_service[offer.service.slug].append(offer)
    return by_service


async def _photo_versions(session: BookingSession, practitioners: Collection[str]) -> dict[str, str | None]:
    """None for a practitioner without a photo."""
    versions = await photo_versions(session)
    return {slug: versions.get(slug) for slug in practitioners}


async def _practitioners_by_service(
    session: BookingSession, services: Collection[str], now: datetime
) -> dict[str, list[Practitioner]]:
    by_service = await _offers_by_service(session, services, now)
    return {slug: [offer.practitioner for offer in offers] for slug, offers in by_service.items()}


async def _services_by_practitioner(
    session: BookingSession, practitioners: Collection[str], now: datetime
) -> dict[str, list[Service]]:
    by_practitioner: dict[str, list[Service]] = {practitioner: [] for practitioner in practitioners}
    for offer in await deliverable_offers(session, now=now, practitioners=practitioners):
        by_practitioner[offer.practitioner.slug].append(offer.service)
    return by_practitioner
