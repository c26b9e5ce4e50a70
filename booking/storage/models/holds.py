"""Holds: short claims on a time, and the columns that an appointment shares; limits of those who hold."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from booking.domain.open_slot import OpenSlot
from booking.storage.base import Table, partial_index
from booking.storage.models.ticks import squeeze_in_resource


class AppointmentColumns:
    """Columns that a hold and an appointment have in common."""

    service: Mapped[str] = mapped_column(ForeignKey("services.slug"))
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"))
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    squeeze_in: Mapped[bool] = mapped_column(server_default=false())  # beside the practitioner's time
    created_at: Mapped[datetime]

    @property
    def resource(self) -> str:
        """Of which it has its ticks: the practitioner, or a squeeze-in's place beside them."""
        return squeeze_in_resource(self.practitioner) if self.squeeze_in else self.practitioner

    @property
    def slot(self) -> OpenSlot:
        return OpenSlot(self.service, self.practitioner, self.location, self.starts_at, self.ends_at)


class Hold(AppointmentColumns, Table):
    """A short claim on a time while the visitor fills in the form.

    Its row stays after the booking, so that a repeated request finds its outcome.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("by_staff OR NOT squeeze_in", name="squeeze_in"),
        partial_index("ix_holds_not_booked", "practitioner", "expires_at", where="client IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    by_staff: Mapped[bool] = mapped_column(server_default=false())  # bound by fewer rules
    from_waiting_list: Mapped[bool] = mapped_column(server_default=false())  # bound by its notice
    client: Mapped[bytes | None] = mapped_column(index=True)  # hash of its address; None once booked


class SpentLimit(Table):
    """A client's bucket of one limit, shared by replicas: full again at `full_at`. No patient is named."""

    __tablename__ = "spent_limits"

    limit_name: Mapped[str] = mapped_column(String(32), primary_key=True)
    client: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)
