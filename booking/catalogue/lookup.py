"""Looks services, practitioners and locations up by slug, and the practitioners who may deliver a service."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

from booking.domain.errors import NotFound
from booking.storage.base import Table
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.clinic import ConsentText, Location, MailLogo
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import ScreeningQuestion, Service
from booking.storage.models.ticks import Resource
from booking.storage.queries.catalogue import (
    CertifiedDays,
    all_rows,
    cached,
    get_clinic,
    qualified_practitioners,
)
from booking.storage.session import BookingSession

Cached = TypeVar("Cached", bound=Table)
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row", Service, Practitioner, Location, Resource, ScreeningQuestion)
Listed = TypeVar("Listed", Service, Practitioner, Location)


async def all_services(session: BookingSession) -> Mapping[str, Service]:
    """Services by slug, also unlisted ones: an old appointment still names them."""
    return await _by_slug(session, Service)


async def all_practitioners(session: BookingSession) -> Mapping[str, Practitioner]:
    return await _by_slug(session, Practitioner)


async def all_locations(session: BookingSession) -> Mapping[str, Location]:
    return await _by_slug(session, Location)


async def all_resources(session: BookingSession) -> Mapping[str, Resource]:
    """Rooms and equipment by slug, also unlisted ones: a visit may still have them."""
    return await _by_slug(session, Resource)


async def location_zones(session: BookingSession) -> Mapping[str, ZoneInfo]:
    """The time zone of each location, by slug, also of unlisted ones."""
    return {slug: ZoneInfo(row.time_zone) for slug, row in (await all_locations(session)).items()}


async def all_screening_questions(session: BookingSession) -> Mapping[str, ScreeningQuestion]:
    return await _by_slug(session, ScreeningQuestion)


async def all_consent_texts(session: BookingSession) -> Mapping[str, ConsentText]:
    """By key, also those of former versions: patients have agreed to them."""

    return await _by_key(session, ConsentText, attrgetter("key"))


async def consent_text_in(session: BookingSession, language: str) -> ConsentText | None:
    """The text that the clinic asks patients to agree to; None where it asks for no consent."""
    clinic = await get_clinic(session)
    texts = (await all_consent_texts(session)).values()
    in_languages = {row.language: row for row in texts if row.version == clinic.consent_version}
    return in_languages.get(language) or in_languages.get(clinic.languages[0])


async def mail_logo(session: BookingSession) -> MailLogo | None:
    """None where the clinic's file names none."""
    logos = await _by_key(session, MailLogo, attrgetter("id"))
    return next(iter(logos.values()), None)


async def _by_slug(session: BookingSession, table: type[Row]) -> Mapping[str, Row]:
    return await _by_key(session, table, attrgetter("slug"))


async def _by_key(
    session: BookingSession, table: type[Cached], key: Callable[[Cached], Key]
) -> Mapping[Key, Cached]:
    async def compute() -> Mapping[Key, Cached]:
        rows = await all_rows(session, table)
        for row in rows:
            session.expunge(row)  # The cache outlives the session.
        return {key(row): row for row in rows}

    return await cached(session, table, compute)


@dataclass(frozen=True)
class QualifiedOffer:
    """A practitioner offers a service, on the days of the certification that it requires, if any.

    `duration` is of one visit with them; `price`, for all visits, is in the service's currency.
    """

    service: Service
    practitioner: Practitioner
    duration: timedelta
    price: str | None
    certification: CertifiedDays | None

    @property
    def differs(self) -> bool:
        """Whether the time or the price is another than that of the service."""
        return (self.duration, self.price) != (self.service.duration, self.service.price)

    def is_valid_within(self, first: date, last: date) -> bool:
        """Whether it may be delivered on any day from `first` to `last`."""
        held = self.certification
        return held is None or (held.valid_until >= first and (held.valid_from or last) <= last)


async def qualified_offers(session: BookingSession, service: str) -> Sequence[QualifiedOffer]:
    """The offers of a service that may be delivered on at least one day, ever, in the clinic's order."""

    async def compute() -> Sequence[QualifiedOffer]:
        row = (await all_services(session)).get(service)
        practitioners = await all_practitioners(session)
        return [
            QualifiedOffer(
                row, practitioners[each.practitioner], each.duration, each.price, each.certification
            )
            for each in await qualified_practitioners(session, service)
            if row is not None and each.practitioner in practitioners
        ]

    return await cached(session, ("offers", service), compute, weigh=len)


async def shortest_visit(session: BookingSession, service: Service) -> timedelta:
    """With any practitioner who may deliver the service on some day; its own length where nobody may."""
    offers = await qualified_offers(session, service.slug)
    return min((offer.duration for offer in offers), default=service.duration)


async def longest_visit(session: BookingSession, service: Service) -> timedelta:
    """As `shortest_visit`."""
    offers = await qualified_offers(session, service.slug)
    return max((offer.duration for offer in offers), default=service.duration)


async def practitioners_offering(session: BookingSession, service: str) -> Collection[str]:
    """The slugs of practitioners who may deliver the service on at least one day, ever."""

    async def compute() -> Collection[str]:
        return {offer.practitioner.slug for offer in await qualified_offers(session, service)}

    return await cached(session, ("practitioners offering", service), compute)


async def listed_service(session: BookingSession, slug: str) -> Service:
    """The service of this slug.

    Raises:
        NotFound: no listed service has it.
    """
    message = "There is no such service. Please choose one of `services`."
    return _listed((await all_services(session)).get(slug), message, "serviceId")


async def check_practitioner(session: BookingSession, slug: str | None) -> str | None:
    """The slug of a listed practitioner; None stays None.

    Raises:
        NotFound: no listed practitioner has this slug.
    """
    if slug is None:
        return None
    message = "There is no such practitioner. Please choose one of `practitioners`."
    return _listed((await all_practitioners(session)).get(slug), message, "practitionerId").slug


async def check_location(session: BookingSession, slug: str | None) -> str | None:
    """The slug of a listed location; None stays None.

    Raises:
        NotFound: no listed location has this slug.
    """
    if slug is None:
        return None
    message = "There is no such location. Please choose one of `clinic.locations`."
    return _listed((await all_locations(session)).get(slug), message, "locationId").slug


def _listed(row: Listed | None, message: str, argument: str) -> Listed:
    if row is None or not row.listed:
        raise NotFound(message, path=(argument,))
    return row


async def deliverable_offers(
    session: BookingSession,
    *,
    now: datetime,
    services: Collection[str] | None = None,
    practitioners: Collection[str] | None = None,
) -> list[QualifiedOffer]:
    """Offers that are qualified on at least one day that can be booked, in the clinic's order."""
    today = now.date()
    last_day = (await get_clinic(session)).policy.last_day(today)
    rows = (await all_services(session)).values()
    chosen = [row for row in rows if row.listed and (services is None or row.slug in services)]
    return [
        offer
        async for row in cooperatively(sorted(chosen, key=lambda row: row.position))
        for offer in await qualified_offers(session, row.slug)
        if offer.is_valid_within(today, last_day)
        and (practitioners is None or offer.practitioner.slug in practitioners)
    ]
