"""What the clinic offers: by slug, or a refusal that names the input; and who may deliver it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import NotFound
from booking.storage import queries
from booking.storage.queries import Offer
from booking.storage.tables import Service


async def service(session: AsyncSession, slug: str) -> Service:
    found = (await queries.services_by_slug(session, [slug])).get(slug)
    if found is None or not found.listed:
        raise NotFound("There is no such service. Please choose one of `services`.", path=("serviceId",))
    return found


async def practitioner(session: AsyncSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await queries.practitioners_by_slug(session, [slug])).get(slug)
        if found is None or not found.listed:
            message = "There is no such practitioner. Please choose one of `practitioners`."
            raise NotFound(message, path=("practitionerId",))
    return slug


async def location(session: AsyncSession, slug: str | None) -> str | None:
    """The slug again, once it is known to be listed; None stays None."""
    if slug is not None:
        found = (await queries.locations_by_slug(session, [slug])).get(slug)
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
