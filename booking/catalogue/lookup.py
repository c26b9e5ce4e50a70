"""What the clinic offers: by slug, or a refusal that names the input; and who may deliver it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from booking.domain.errors import NotFound
from booking.storage.models.catalogue import Location, Practitioner, Service
from booking.storage.queries.catalogue import QualifiedOffer, all_rows, cached, get_clinic, qualified_offers
from booking.storage.session import BookingSession

Row = TypeVar("Row", Service, Practitioner, Location)


async def all_services(session: BookingSession) -> Mapping[str, Service]:
    """All, also those that are no longer listed, by slug; as are the people and the places."""
    return await cached(session, Service, lambda: _by_slug(session, Service))


async def all_practitioners(session: BookingSession) -> Mapping[str, Practitioner]:
    return await cached(session, Practitioner, lambda: _by_slug(session, Practitioner))


async def all_locations(session: BookingSession) -> Mapping[str, Location]:
    return await cached(session, Location, lambda: _by_slug(session, Location))


async def _by_slug(session: BookingSession, table: type[Row]) -> Mapping[str, Row]:
    rows = await all_rows(session, table)
    for row in rows:
        session.expunge(row)  # It outlives the session, whatever becomes of that.
    return {row.slug: row for row in rows}


async def practitioners_offering(session: BookingSession, listed_service: str) -> Collection[str]:
    """The slugs of those who may deliver it on whatever days."""

    async def look() -> Collection[str]:
        return {
            offer.practitioner.slug for offer in await qualified_offers(session, services=[listed_service])
        }

    return await cached(session, ("who offers", listed_service), look)


async def listed_service(session: BookingSession, slug: str) -> Service:
    found = (await all_services(session)).get(slug)
    if found is None or not found.listed:
        raise NotFound("There is no such service. Please choose one of `services`.", path=("serviceId",))
    return found


async def check_practitioner(session: BookingSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await all_practitioners(session)).get(slug)
        if found is None or not found.listed:
            message = "There is no such practitioner. Please choose one of `practitioners`."
            raise NotFound(message, path=("practitionerId",))
    return slug


async def check_location(session: BookingSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await all_locations(session)).get(slug)
        if found is None or not found.listed:
            message = "There is no such location. Please choose one of `clinic.locations`."
            raise NotFound(message, path=("locationId",))
    return slug


async def deliverable_offers(
    session: BookingSession,
    *,
    now: datetime,
    services: Collection[str] | None = None,
    practitioners: Collection[str] | None = None,
) -> list[QualifiedOffer]:
    """Who may deliver what on at least one day that can be booked, in the clinic's order."""
    today = now.date()
    last_day = (await get_clinic(session)).policy.last_day(today)
    found = await qualified_offers(session, services=services, practitioners=practitioners)
    return [offer for offer in found if offer.is_valid_within(today, last_day)]
