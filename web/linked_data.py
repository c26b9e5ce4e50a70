"""What a booking page tells search engines: the clinic in the words of schema.org, as JSON-LD."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import deliverable_offers
from booking.domain.postal_address import parse_address
from booking.domain.translations import in_language
from booking.scheduling.working_time import closed_days
from booking.storage.models.catalogue import Clinic, Location, OpeningHours, Service
from booking.storage.queries.catalogue import get_clinic, listed_locations, weekly_opening_hours
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import clock_time

PLATFORMS = ["https://schema.org/DesktopWebPlatform", "https://schema.org/MobileWebPlatform"]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""As schema.org names them in every language."""
LAST_MINUTE = 23 * 60 + 59
"""How a day that is open to its end is told: there is no 24:00."""

Linked = dict[str, Any]


async def linked_data(
    session: BookingSession, site: str, language: str, service: str | None, *, now: datetime
) -> Linked:
    """Each location as a clinic of its own, with what can be booked there; or only with the service named."""
    clinic = await get_clinic(session)
    places = await listed_locations(session)
    offers = await deliverable_offers(session, now=now)
    people = {offer.practitioner.slug for offer in offers}
    hours = await weekly_opening_hours(
        session, locations=[place.slug for place in places], practitioners=people
    )
    today = {place.slug: now.astimezone(ZoneInfo(place.time_zone)).date() for place in places}
    first, last = min(today.values()), clinic.policy.last_day(max(today.values()))
    closed = await closed_days(session, places, first, last)
    at_work = {(row.location, row.practitioner) for row in hours}

    def told(place: Location) -> Linked:
        here = {
            offer.service.slug: offer.service
            for offer in offers
            if (place.slug, offer.practitioner.slug) in at_work and service in (None, offer.service.slug)
        }
        return {
            "@type": "MedicalClinic",
            "@id": f"{site}/book#{place.slug}",
            "name": _name(clinic, place, language, is_only=len(places) == 1),
            "url": clinic.website or f"{site}/book",
            "telephone": clinic.phone,
            "address": _address(place),
            "openingHoursSpecification": list(_week([row for row in hours if _is_own(row, place)])),
            "specialOpeningHoursSpecification": list(_closures(closed[place.slug])),
            "availableService": [_service(row, site, language) for row in here.values()],
            "potentialAction": _booking(site, language, service if here else None),
        }

    return {"@context": "https://schema.org", "@graph": [told(place) for place in places]}


def _name(clinic: Clinic, place: Location, language: str, *, is_only: bool) -> str:
    name = in_language(clinic.name, language)
    return name if is_only else f"{name}, {in_language(place.name, language)}"


def _address(place: Location) -> Linked:
    address = parse_address(place.address)
    parts = {
        "@type": "PostalAddress",
        "streetAddress": ", ".join(address.street),
        "addressLocality": address.city,
        "addressRegion": address.region,
        "postalCode": address.postal_code,
        "addressCountry": address.country,
    }
    return {part: value for part, value in parts.items() if value}


def _is_own(row: OpeningHours, place: Location) -> bool:
    return row.location == place.slug and row.practitioner is None


def _week(hours: Sequence[OpeningHours]) -> Iterator[Linked]:
    """The days that are open at the same times as one."""
    for (opens, closes), rows in groupby(
        sorted(hours, key=lambda row: (row.opens, row.closes, row.weekday)),
        key=lambda row: (row.opens, row.closes),
    ):
        days = [DAYS[row.weekday] for row in rows]
        times = {"opens": clock_time(opens), "closes": clock_time(min(closes, LAST_MINUTE))}
        yield {"@type": "OpeningHoursSpecification", "dayOfWeek": days, **times}


def _closures(closed: Collection[date]) -> Iterator[Linked]:
    """Days in a row as one; opening and closing at the same minute says that nothing is open."""
    # Days in a row differ from their place in the list of days by the same number.
    for _, run in groupby(enumerate(sorted(closed)), key=lambda item: item[1] - timedelta(days=item[0])):
        days = [day for _, day in run]
        yield {
            "@type": "OpeningHoursSpecification",
            "validFrom": days[0].isoformat(),
            "validThrough": days[-1].isoformat(),
            "opens": "00:00",
            "closes": "00:00",
        }


def _service(row: Service, site: str, language: str) -> Linked:
    about = {"description": in_language(row.description, language)} if row.description else {}
    return {
        "@type": "MedicalTherapy",
        "name": in_language(row.name, language),
        **about,
        "url": f"{site}/book/{quote(row.slug)}",
    }


def _booking(site: str, language: str, service: str | None) -> Linked:
    address = f"{site}/book/{quote(service)}" if service else f"{site}/book"
    return {
        "@type": "ReserveAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": f"{address}?lang={language}",
            "inLanguage": language,
            "actionPlatform": PLATFORMS,
        },
    }
