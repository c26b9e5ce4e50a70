"""Calendars to subscribe to: which practitioner has one, behind which secret."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.table import Table
from booking.storage.tables import Practitioner


class CalendarFeed(Table):
    """A practitioner has one at most. Whoever knows the secret may read it, so only its hash is kept."""

    __tablename__ = "calendar_feeds"

    practitioner: Mapped[str] = mapped_column(ForeignKey(Practitioner.slug), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]


async def practitioner_of_feed(session: AsyncSession, token_hash: bytes) -> Practitioner | None:
    """None once the clinic has withdrawn the practitioner."""
    query = (
        select(Practitioner)
        .join(CalendarFeed, CalendarFeed.practitioner == Practitioner.slug)
        .where(CalendarFeed.token_hash == token_hash, Practitioner.listed)
    )
    return (await session.scalars(query)).one_or_none()
