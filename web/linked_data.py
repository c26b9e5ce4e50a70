"""The clinic as JSON-LD of schema.org, which a booking page carries for search engines."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_services, deliverable_offers
from booking.catalogue.photos import PhotoAddress, photo_addresses
from booking.domain.postal_address import parse_address
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.scheduling.working_time import closed_days
from booking.storage.cooperative import cooperatively
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.practitioners import PHOTO_SIZES, Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import (
    DayTime,
    WeeklyTime,
    cached,
    day_hours_between,
    get_clinic,
    listed_locations,
    weekly_opening_hours,
)
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import clock_time
from booking.timegrid.ticks import EPOCH

PLATFORMS = ["https://schema.org/DesktopWebPlatform", "https://schema.org/MobileWebPlatform"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""As schema.org names them in every language."""
QUARTER = timedelta(minutes=15)
LAST_MINUTE = 23 * 60 + 59
"""Closing time of a day that is open to its end: a schema.org Time has no 24:00."""

LinkedData = dict[str, Any]
Price = tuple[str, Decimal]
"""A currency and an amount."""


async def linked_data(
    session: BookingSession, site: str, language: str, service: str | None, *, now: datetime
) -> LinkedData:
    """Each location as a MedicalClinic with the services that can be booked there.

    `service` restricts it to one service, for the page of that service alone. Computed once in
    a quarter of an hour for each revision of the catalogue.
    """
    compute = partial(_compute, session, site, language, service, now=now)
    if service is not None and service not in await all_services(session):
        return await compute()  # A made up name fills no cache.
    # A quarter of an hour: at each begins a day somewhere.
    key = "linked data", site, language, service, now - (now - EPOCH) % QUARTER
    return await cached(session, key, compute, weigh=lambda data: 50 * len(data["@graph"]))


async def _compute(
    session: BookingSession, site: str, language: str, service: str | None, *, now: datetime
) -> LinkedData:
    clinic = await get_clinic(session)
    locations = await listed_locations(session)
    offers = await deliverable_offers(session, now=now)
    practitioners = {offer.practitioner.slug for offer in offers}
    slugs = [location.slug for location in locations]
    hours = await weekly_opening_hours(session, locations=slugs, practitioners=practitioners)
    today = {now.astimezone(ZoneInfo(location.time_zone)).date() for location in locations}
    first_day, last_day = min(today), clinic.policy.last_day(max(today))
    day_hours = await day_hours_between(
        session, first_day, last_day, locations=slugs, practitioners=practitioners
    )
    closed = await closed_days(session, locations, first_day, last_day, day_hours)
    places: dict[str | None, set[str]] = defaultdict(set)  # of each practitioner
    own_hours: dict[str, list[WeeklyTime]] = defaultdict(list)
    async for row in cooperatively(hours):
        if row.days.touches(first_day, last_day):
            places[row.practitioner].add(row.location)
        if row.practitioner is None:
            own_hours[row.location].append(row)
    for day in day_hours:
        places[day.practitioner].add(day.location)
    services_at: dict[str, dict[str, Service]] = defaultdict(dict)
    prices_at: dict[str, set[Price]] = defaultdict(set)
    people_at: dict[str, dict[str, Practitioner]] = defaultdict(dict)
    async for offer in cooperatively(offers):
        if service in (None, offer.service.slug):
            for slug in places[offer.practitioner.slug]:
                services_at[slug].setdefault(offer.service.slug, offer.service)
                if offer.price and offer.service.currency and offer.service.visits == 1:
                    prices_at[slug].add((offer.service.currency, Decimal(offer.price)))
                people_at[slug].setdefault(offer.practitioner.slug, offer.practitioner)
    photos = await photo_addresses(session, practitioners, max(PHOTO_SIZES))

    def medical_clinic(location: Location) -> LinkedData:
        services = services_at[location.slug]
        return {
            "@type": "MedicalClinic",
            "@id": f"{site}/book#{location.slug}",
            "name": _name(clinic, location, language, is_only=len(locations) == 1),
            "url": clinic.website or f"{site}/book",
            "telephone": clinic.phone,
            "address": _address(location),
            "openingHoursSpecification": list(_opening_hours(own_hours[location.slug])),
            "specialOpeningHoursSpecification": [
                *_special_hours(row for row in day_hours if row[:2] == (location.slug, None)),
                *_closures(closed[location.slug]),
            ],
            **(_price_range(prices_at[location.slug]) if service is None else {}),
            "availableService": [_service(row, site, language) for row in services.values()],
            **_employees(people_at[location.slug].values(), photos, site, language),
            "potentialAction": _reserve_action(site, language, service if services else None),
        }

    graph = [medical_clinic(location) async for location in cooperatively(locations)]
    return {"@context": "https://schema.org", "@graph": graph}


def _name(clinic: Clinic, location: Location, language: str, *, is_only: bool) -> str:
    name = in_language(clinic.name, language)
    return name if is_only else f"{name}, {in_language(location.name, language)}"


def _address(location: Location) -> LinkedData:
    address = parse_address(location.address)
    parts = {
        "@type": "PostalAddress",
        "streetAddress": ", ".join(address.street),
        "addressLocality": address.city,
        "addressRegion": address.region,
        "postalCode": address.postal_code,
        "addressCountry": address.country,
    }
    return {part: value for part, value in parts.items() if value}


def _opening_hours(hours: Sequence[WeeklyTime]) -> Iterator[LinkedData]:
    """One OpeningHoursSpecification for all days with the same hours."""
    for (opens, closes), rows in groupby(
        sorted(hours, key=lambda row: (row.opens, row.closes, row.weekday)),
        key=lambda row: (row.opens, row.closes),
    ):
        days = [DAYS[row.weekday] for row in rows]
        times = {"opens": clock_time(opens), "closes": clock_time(min(closes, LAST_MINUTE))}
        yield {"@type": "OpeningHoursSpecification", "dayOfWeek": days, **times}


def _special_hours(hours: Iterable[DayTime]) -> Iterator[LinkedData]:
    for row in hours:
        day = row.day.isoformat()
        times = {"opens": clock_time(row.opens), "closes": clock_time(min(row.closes, LAST_MINUTE))}
        yield {"@type": "OpeningHoursSpecification", "validFrom": day, "validThrough": day, **times}


def _closures(closed: Collection[date]) -> Iterator[LinkedData]:
    """One OpeningHoursSpecification for days in a row; equal `opens` and `closes` mean closed."""
    # Days in a row, each minus its index in the sorted list, give one and the same day.
    for _, run in groupby(enumerate(sorted(closed)), key=lambda item: item[1] - timedelta(days=item[0])):
        days = [day for _, day in run]
        yield {
            "@type": "OpeningHoursSpecification",
            "validFrom": days[0].isoformat(),
            "validThrough": days[-1].isoformat(),
            "opens": "00:00",
            "closes": "00:00",
        }


def _service(row: Service, site: str, language: str) -> LinkedData:
    about = {"description": in_language(row.description, language)} if row.description else {}
    return {
        "@type": "MedicalTherapy",
        "name": in_language(row.name, language),
        **about,
        "url": f"{site}/book/{quote(row.slug)}",
    }


def _employees(
    rows: Iterable[Practitioner], photos: Mapping[str, PhotoAddress | None], site: str, language: str
) -> LinkedData:
    """Those with a photo: a page names no hundred others."""
    people = [
        {
            "@type": "Person",
            "name": row.name,
            **({"jobTitle": in_language(row.title, language)} if row.title else {}),
            **({"description": in_language(row.about, language)} if row.about else {}),
            "knowsLanguage": list(row.languages),
            "image": f"{site}{photo.path}",
        }
        for row in rows
        if (photo := photos[row.slug])
    ]
    return {"employee": people} if people else {}


def _price_range(prices: Collection[Price]) -> LinkedData:
    """The lowest and the highest price of one visit, where all prices are in one currency."""
    if len({currency for currency, _ in prices}) != 1:
        return {}
    (currency, lowest), (_, highest) = min(prices), max(prices)
    amounts = f"{lowest}" if lowest == highest else f"{lowest}–{highest}"
    return {"priceRange": f"{currency} {amounts}"}


def _reserve_action(site: str, language: str, service: str | None) -> LinkedData:
    address = f"{site}/book/{quote(service)}" if service else f"{site}/book"
    return {
        "@type": "ReserveAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": f"{address}?lang={language}",
            "actionPlatform": PLATFORMS,
        },
        "result": {"@type": "Reservation", "name": texts_for(language)("embed.button")},
    }
