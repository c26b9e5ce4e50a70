"""What can be booked, and with whom, as a page shows it in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import deliverable_offers
from booking.domain.translations import in_language
from booking.storage.models.catalogue import Location, Practitioner, Service
from booking.storage.queries.catalogue import listed_locations
from booking.storage.session import BookingSession
from web.noscript.texts import Texts

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class PractitionerView:
    slug: str
    name: str
    title: str

    @property
    def full(self) -> str:
        """`Sample Practitioner A, Physiotherapist`."""
        return ", ".join(filter(None, (self.name, self.title)))


@dataclass(frozen=True)
class LocationView:
    slug: str
    name: str
    address: Sequence[str]
    zone: ZoneInfo


@dataclass(frozen=True)
class BookableService:
    """A service, and who may deliver it."""

    slug: str
    name: str
    description: str
    preparation: str
    facts: Sequence[str]  # "45 min", "3 visits", "$110"
    visits: int
    people: Sequence[PractitionerView]
    row: Service


async def bookable_services(session: BookingSession, say: Texts, *, now: datetime) -> list[BookableService]:
    """Each service that somebody may deliver on a day that can be booked, in the clinic's order."""
    people: dict[str, list[PractitionerView]] = {}
    rows: dict[str, Service] = {}
    for found in await deliverable_offers(session, now=now):
        rows[found.service.slug] = found.service
        people.setdefault(found.service.slug, []).append(practitioner_view(found.practitioner, say))
    return [_offer(row, people[slug], say) for slug, row in rows.items()]


async def location_views(session: BookingSession, say: Texts) -> Mapping[str, LocationView]:
    """Where visits are."""
    return {row.slug: location_view(row, say) for row in await listed_locations(session)}


def practitioner_view(row: Practitioner, say: Texts) -> PractitionerView:
    return PractitionerView(row.slug, row.name, in_language(row.title, say.language) if row.title else "")


def location_view(row: Location, say: Texts) -> LocationView:
    return LocationView(row.slug, in_language(row.name, say.language), row.address, ZoneInfo(row.time_zone))


def _offer(row: Service, people: Sequence[PractitionerView], say: Texts) -> BookableService:
    facts = [say("service.duration", n=int(row.duration / MINUTE))]
    if row.visits > 1:
        facts.append(say.count("service.visits", row.visits))
    if row.price and row.currency:
        facts.append(say.price(row.price, row.currency))
    return BookableService(
        row.slug,
        in_language(row.name, say.language),
        in_language(row.description, say.language) if row.description else "",
        in_language(row.preparation, say.language) if row.preparation else "",
        facts,
        row.visits,
        people,
        row,
    )
