"""Ticks: the owner of each five minutes of a resource. The primary key forbids a double booking."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, partial_index


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

    resource: Mapped[str] = mapped_column(String(64), primary_key=True)  # a practitioner's slug
    tick: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # unix time / 300 s
    owner: Mapped[uuid.UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None]
