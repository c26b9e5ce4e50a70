"""What can be booked, and with whom, as a page shows it in one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue
from booking.storage import queries
from booking.storage.columns import in_language
from booking.storage.tables import Location, Practitioner, Service
from widget.plain.say import Say

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Person:
    slug: str
    name: str
    title: str

    @property
    def full(self) -> str:
        """`Sample Practitioner A, Physiotherapist`."""
        return ", ".join(filter(None, (self.name, self.title)))


@dataclass(frozen=True)
class Place:
    slug: str
    name: str
    address: Sequence[str]
    zone: ZoneInfo


@dataclass(frozen=True)
class Offer:
    """A service, and who may deliver it."""

    slug: str
    name: str
    description: str
    preparation: str
    facts: Sequence[str]  # "45 min", "3 visits", "$110"
    visits: int
    people: Sequence[Person]
    row: Service


async def offers(session: AsyncSession, say: Say, *, now: datetime) -> list[Offer]:
    """Each service that somebody may deliver on a day that can be booked, in the clinic's order."""
    people: dict[str, list[Person]] = {}
    rows: dict[str, Service] = {}
    for found in await catalogue.deliverable(session, now=now):
        rows[found.service.slug] = found.service
        people.setdefault(found.service.slug, []).append(person(found.practitioner, say))
    return [_offer(row, people[slug], say) for slug, row in rows.items()]


async def places(session: AsyncSession, say: Say) -> Mapping[str, Place]:
    """Where visits are."""
    return {row.slug: place(row, say) for row in await queries.listed_locations(session)}


def person(row: Practitioner, say: Say) -> Person:
    return Person(row.slug, row.name, in_language(row.title, say.language) if row.title else "")


def place(row: Location, say: Say) -> Place:
    return Place(row.slug, in_language(row.name, say.language), row.address, ZoneInfo(row.time_zone))


def _offer(row: Service, people: Sequence[Person], say: Say) -> Offer:
    facts = [say("service.duration", n=int(row.duration / MINUTE))]
    if row.visits > 1:
        facts.append(say.count("service.visits", row.visits))
    if row.price and row.currency:
        facts.append(say.price(row.price, row.currency))
    return Offer(
        row.slug,
        in_language(row.name, say.language),
        in_language(row.description, say.language) if row.description else "",
        in_language(row.preparation, say.language) if row.preparation else "",
        facts,
        row.visits,
        people,
        row,
    )
