"""Calendar feeds that practitioners subscribe to, and free/busy times that they share with others."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table
from booking.storage.models.catalogue.practitioners import Practitioner


class CalendarFeed(Table):
    """A practitioner has one at most. The token gives access to it, so only its hash is stored."""

    __tablename__ = "calendar_feeds"

    practitioner: Mapped[str] = mapped_column(ForeignKey(Practitioner.slug), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class FreeBusyFeed(Table):
    """As a calendar feed, with a token of its own: whoever has this one sees no appointments."""

    __tablename__ = "free_busy_feeds"

    practitioner: Mapped[str] = mapped_column(ForeignKey(Practitioner.slug), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]


AnyFeed = type[CalendarFeed] | type[FreeBusyFeed]
