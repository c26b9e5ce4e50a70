"""Ticks: the owner of each five minutes of a resource. The primary key forbids a double booking."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.translations import Translations
from booking.storage.base import Table, partial_index, slug_column

RESOURCE = String(80).with_variant(String(64), "sqlite")
"""SQLite checks no lengths: its column stayed as it was."""


def squeeze_in_resource(practitioner: str) -> str:
    """What a squeeze-in has ticks of: one at a time for each practitioner. No slug has a slash."""
    return f"{practitioner}/squeeze-in"


def clinic_resource(slug: str) -> str:
    """What a visit has ticks of while it has a room or a device (slug) of the clinic."""
    return f"{slug}/resource"


def slug_of_resource(resource: str) -> str:
    """The slug of what `clinic_resource` names."""
    return resource.removesuffix("/resource")


class Resource(Table):
    """A room or a device that visits need (FHIR Location, Device); those of one kind are interchangeable."""

    __tablename__ = "resources"

    slug: Mapped[str] = slug_column()
    name: Mapped[Translations]
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    kind: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    listed: Mapped[bool]

    @property
    def resource(self) -> str:
        """What a visit has ticks of."""
        return clinic_resource(self.slug)


class Tick(Table):
    """The referee: one row per 5 minutes and resource, so that this time has one owner.

    `owner` is a hold, whose id its appointment keeps. `expires_at` is set while the time is only held.
    Buffers around an appointment have ticks too.
    """

    __tablename__ = "ticks"
    __table_args__ = (
        Index(None, "owner"),
        # Expired ticks are found without reading all that was ever booked.
        partial_index("ix_ticks_held", "resource", "expires_at", where="expires_at IS NOT NULL"),
        {"sqlite_with_rowid": False},
    )

    # A practitioner's slug, what `squeeze_in_resource` makes of it, what `clinic_resource` makes of a room's
    # or a device's, or what a feature's rule claimed.
    resource: Mapped[str] = mapped_column(RESOURCE, primary_key=True)
    tick: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # unix time / 300 s
    owner: Mapped[uuid.UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None]
