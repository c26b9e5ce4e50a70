"""Other times that the desk offered for visits that can't take place, and the manage links in those mails."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table


class OfferedTime(Table):
    """One of the times in the last mail about a visit. It is not held: who is first has it."""

    __tablename__ = "offered_times"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    appointment: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointments.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
    practitioner: Mapped[str] = mapped_column(ForeignKey("practitioners.slug"), primary_key=True)
    location: Mapped[str] = mapped_column(ForeignKey("locations.slug"))
    offered_at: Mapped[datetime]
    event: Mapped[uuid.UUID]  # of the mail; the outbox keeps events for a while only


class ManageLink(Table):
    """A further manage link of an appointment: the secret of the first one is stored nowhere."""

    __tablename__ = "manage_links"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)  # shared by the appointments of a course
    appointment: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("appointments.id"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]
