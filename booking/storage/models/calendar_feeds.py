"""Calendar feeds that practitioners subscribe to."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table
from booking.storage.models.catalogue import Practitioner


class CalendarFeed(Table):
    """A practitioner has one at most. The token gives access to it, so only its hash is stored."""

    __tablename__ = "calendar_feeds"

    practitioner: Mapped[str] = mapped_column(ForeignKey(Practitioner.slug), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
