"""What the clinic offers: by slug, or a refusal that names the input; and who may deliver it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import NotFound
from booking.storage import queries
from booking.storage.kept import kept
from booking.storage.queries import Offer
from booking.storage.tables import Location, Practitioner, Service

Row = TypeVar("Row", Service, Practitioner, Location)


async def services(session: AsyncSession) -> Mapping[str, Service]:
    """All, also those that are no longer listed, by slug; as are the people and the places."""
    return await kept(session, Service, lambda: _by_slug(session, Service))


async def practitioners(session: AsyncSession) -> Mapping[str, Practitioner]:
    return await kept(session, Practitioner, lambda: _by_slug(session, Practitioner))


async def locations(session: AsyncSession) -> Mapping[str, Location]:
    return await kept(session, Location, lambda: _by_slug(session, Location))


async def _by_slug(session: AsyncSession, table: type[Row]) -> Mapping[str, Row]:
    rows = await queries.all_of(session, table)
    for row in rows:
        session.expunge(row)  # It outlives the session, whatever becomes of that.
    return {row.slug: row for row in rows}


async def who_offers(session: AsyncSession, service: str) -> Collection[str]:
    """The slugs of those who may deliver it on whatever days."""

    async def look() -> Collection[str]:
        return {offer.practitioner.slug for offer in await queries.offers(session, services=[service])}

    return await kept(session, ("who offers", service), look)


async def service(session: AsyncSession, slug: str) -> Service:
    found = (await services(session)).get(slug)
    if found is None or not found.listed:
        raise NotFound("There is no such service. Please choose one of `services`.", path=("serviceId",))
    return found


async def practitioner(session: AsyncSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await practitioners(session)).get(slug)
        if found is None or not found.listed:
            message = "There is no such practitioner. Please choose one of `practitioners`."
            raise NotFound(message, path=("practitionerId",))
    return slug


async def location(session: AsyncSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await locations(session)).get(slug)
        if found is None or not found.listed:
            message = "There is no such location. Please choose one of `clinic.locations`."
            raise NotFound(message, path=("locationId",))
    return slug


async def deliverable(
    session: AsyncSession,
    *,
    now: datetime,
    services: Collection[str] | None = None,
    practitioners: Collection[str] | None = None,
) -> list[Offer]:
    """Who may deliver what on at least one day that can be booked, in the clinic's order."""
    today = now.date()
    last_day = (await queries.the_clinic(session)).policy.last_day(today)
    found = await queries.offers(session, services=services, practitioners=practitioners)
    return [offer for offer in found if offer.is_valid_within(today, last_day)]
