"""Look-ups batched per request: a hundred slots ask for their practitioners in one statement.

Siblings resolve at the same time, so each batch opens a session of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from strawberry.dataloader import DataLoader

from booking.catalogue.lookup import (
    all_locations,
    all_practitioners,
    all_services,
    deliverable_offers,
    practitioners_offering,
)
from booking.domain.open_slot import OpenSlot
from booking.extensions.isolation import exceptions_only
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.catalogue import Location, OpeningHours, Practitioner, ScreeningQuestion, Service
from booking.storage.queries.appointments import appointments_by_course, patients_by_id
from booking.storage.queries.catalogue import (
    opening_hours_by_location,
    screening_questions_by_service,
    screening_questions_by_slug,
)
from booking.storage.session import BookingSession

BatchLoad = Callable[[BookingSession, Collection[Any]], Awaitable[Mapping[Any, Any]]]
"""Values by key, all in one statement; a key that has none may be missing."""
NO_FEATURE_LOADERS: Mapping[str, BatchLoad] = {}

K = TypeVar("K", str, UUID)
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class SlotSearch:
    """For open slots, by slugs and by days."""

    service: str
    practitioner: str | None
    location: str | None
    first: date
    last: date
    distinct_times: bool


class Loaders:
    """One for each question that rows ask about other rows."""

    def __init__(
        self, database: Database, now: datetime, others: Mapping[str, BatchLoad] = NO_FEATURE_LOADERS
    ) -> None:
        """`others` are features' own, by their full names: `aftercare.advice`."""
        self._database = database
        self._others = others

        def batched(
            query: Callable[[BookingSession, Collection[K]], Awaitable[Mapping[K, V]]],
        ) -> DataLoader[K, V]:
            async def load(keys: list[K]) -> list[V | BaseException]:
                async with database.read() as session:
                    found = await query(session, keys)
                return [found[key] if key in found else KeyError(key) for key in keys]

            return DataLoader(load_fn=load)

        self.slots: DataLoader[SlotSearch, Sequence[OpenSlot]] = DataLoader(
            load_fn=partial(self._find_all, now)
        )
        self.services: DataLoader[str, Service] = batched(_services)
        self.practitioners: DataLoader[str, Practitioner] = batched(_practitioners)
        self.locations: DataLoader[str, Location] = batched(_locations)
        self.questions: DataLoader[str, ScreeningQuestion] = batched(screening_questions_by_slug)
        self.screening: DataLoader[str, list[ScreeningQuestion]] = batched(screening_questions_by_service)
        self.hours: DataLoader[str, list[OpeningHours]] = batched(opening_hours_by_location)
        self.practitioners_of: DataLoader[str, list[Practitioner]] = batched(
            partial(_practitioners_by_service, now=now)
        )
        self.services_by: DataLoader[str, list[Service]] = batched(
            partial(_services_by_practitioner, now=now)
        )
        self.patients: DataLoader[UUID, Patient] = batched(patients_by_id)
        self.appointments: DataLoader[UUID, list[Appointment]] = batched(appointments_by_course)
        self._of_features = {
            name: DataLoader(load_fn=partial(_load_for_feature, database, query))
            for name, query in others.items()
        }

    def __getitem__(self, name: str) -> DataLoader[Any, Any]:
        """A feature's own; None for a key that has no value."""
        return self._of_features[name]

    async def _find_all(
        self, now: datetime, searches: list[SlotSearch]
    ) -> list[Sequence[OpenSlot] | BaseException]:
        """What was asked for twice, as the days and as the times of a month, is looked for once."""
        return await asyncio.gather(*(self._find(now, search) for search in searches), return_exceptions=True)

    async def _find(self, now: datetime, search: SlotSearch) -> Sequence[OpenSlot]:
        async with self._database.read() as session:
            wish = await slot_criteria(session, search.service, search.practitioner, search.location)
            slots = await find_slots(
                session, wish, search.first, search.last, now=now, distinct_times=search.distinct_times
            )
            people, places = await all_practitioners(session), await all_locations(session)
            able = await practitioners_offering(session, search.service)
        # Here when the slots are shown, so that none of them has to wait.
        self.services.prime(search.service, wish.service)
        self.practitioners.prime_many({slug: people[slug] for slug in able if slug in people})
        self.locations.prime_many(places)
        return slots

    def refreshed(self, database: Database, now: datetime) -> Self:
        """Loaders for another time, with empty caches."""
        return type(self)(database, now, self._others)


def resolve_loaded(loader: DataLoader[K, V], key: K, make: Callable[[V], T]) -> T:
    """For a resolver: what is made of a value, if that is here already; else to be awaited, as GraphQL does.

    A hundred coroutines cost more than what they do.
    """
    value = cast("asyncio.Future[V]", loader.load(key))
    return make(value.result()) if value.done() else cast(T, _later(value, make))


async def _later(value: Awaitable[V], make: Callable[[V], T]) -> T:
    return make(await value)


async def _load_for_feature(database: Database, query: BatchLoad, keys: list[Any]) -> list[Any]:
    async with database.read() as session:
        with exceptions_only():
            found = await query(session, keys)
            return [found.get(key) for key in keys]


async def _services(session: BookingSession, _slugs: Collection[str]) -> Mapping[str, Service]:
    return await all_services(session)


async def _practitioners(session: BookingSession, _slugs: Collection[str]) -> Mapping[str, Practitioner]:
    return await all_practitioners(session)


async def _locations(session: BookingSession, _slugs: Collection[str]) -> Mapping[str, Location]:
    return await all_locations(session)


async def _practitioners_by_service(
    session: BookingSession, services: Collection[str], now: datetime
) -> dict[str, list[Practitioner]]:
    found: dict[str, list[Practitioner]] = {service: [] for service in services}
    for offer in await deliverable_offers(session, now=now, services=services):
        found[offer.service.slug].append(offer.practitioner)
    return found


async def _services_by_practitioner(
    session: BookingSession, practitioners: Collection[str], now: datetime
) -> dict[str, list[Service]]:
    found: dict[str, list[Service]] = {practitioner: [] for practitioner in practitioners}
    for offer in await deliverable_offers(session, now=now, practitioners=practitioners):
        found[offer.practitioner.slug].append(offer.service)
    return found
