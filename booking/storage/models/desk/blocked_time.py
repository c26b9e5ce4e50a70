"""Blocked time and extra hours: what the front desk writes beside the practitioners' weekly hours.

The rows belong to the desk: loading a clinic's file neither writes nor removes them. A row that is removed
stays, with when and by whom.
"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, enum_column, partial_index

MAX_LABEL = 60
MAX_ACTOR = 250
STANDS = "removed_at IS NULL"


class BlockKind(StrEnum):
    """Why nobody can be booked; all of them are busy-unavailable as FHIR's Slot.status knows it."""

    BREAK = "break"
    ABSENCE = "absence"
    OTHER = "other"


class ByTheDesk:
    """Columns that both tables have: a stretch of a practitioner's time, and who wrote and removed it."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(String(MAX_LABEL))  # for the staff alone; no health data
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(MAX_ACTOR))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(MAX_ACTOR))


class BlockedTime(ByTheDesk, Table):
    """A practitioner takes no visit from `starts_at` up to `ends_at` (FHIR Slot, busy-unavailable)."""

    __tablename__ = "blocked_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint(f"length(label) <= {MAX_LABEL}", name="label"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        partial_index("ix_blocked_times_standing", "practitioner", "ends_at", where=STANDS),
        partial_index("ix_blocked_times_series", "series", where="series IS NOT NULL"),
    )

    location: Mapped[str | None] = mapped_column(ForeignKey("locations.slug"))  # None: everywhere
    kind: Mapped[BlockKind] = enum_column(BlockKind, "kind")
    series: Mapped[uuid.UUID | None]  # shared by the rows of a recurring block


class ExtraHours(ByTheDesk, Table):
    """A practitioner works at a location outside the weekly hours, also while it is closed."""

    __tablename__ = "extra_hours"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint(f"length(label) <= {MAX_LABEL}", name="label"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed"),
        partial_index("ix_extra_hours_standing", "practitioner", "ends_at", where=STANDS),
    )

    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
