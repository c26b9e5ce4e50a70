"""Calendar feeds of practitioners."""

from sqlalchemy import select

from booking.storage.models.calendar_feeds import CalendarFeed
from booking.storage.models.catalogue import Practitioner
from booking.storage.session import BookingSession


async def practitioner_of_feed(session: BookingSession, token_hash: bytes) -> Practitioner | None:
    """None once the clinic has withdrawn the practitioner."""
    query = (
        select(Practitioner)
        .join(CalendarFeed, CalendarFeed.practitioner == Practitioner.slug)
        .where(CalendarFeed.token_hash == token_hash, Practitioner.listed)
    )
    return (await session.scalars(query)).one_or_none()
