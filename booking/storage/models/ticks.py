"""Ticks: the owner of each five minutes of a resource. The primary key forbids a double booking."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, partial_index

RESOURCE = String(80).with_variant(String(64), "sqlite")
"""SQLite checks no lengths: its column stayed as it was."""


def squeeze_in_resource(practitioner: str) -> str:
    """What a squeeze-in has ticks of: one at a time for each practitioner. No slug has a slash."""
    return f"{practitioner}/squeeze-in"


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

    # A practitioner's slug, what `squeeze_in_resource` makes of it, or what a feature's rule claimed.
    resource: Mapped[str] = mapped_column(RESOURCE, primary_key=True)
    tick: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # unix time / 300 s
    owner: Mapped[uuid.UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None]
