"""Of which changes of visits a member of the staff hears by mail."""

import uuid

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table


class StaffNotices(Table):
    """The choice of a member who hears of changes; who hears of none has no row.

    With `within_days` only of visits up to so many days after the change: 0 is the day itself.
    """

    __tablename__ = "staff_notices"
    __table_args__ = (
        CheckConstraint("bookings OR moves OR cancellations", name="some"),
        CheckConstraint("within_days >= 0", name="ahead"),
    )

    member: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_members.id"), primary_key=True)
    bookings: Mapped[bool]
    moves: Mapped[bool]
    cancellations: Mapped[bool]
    within_days: Mapped[int | None]
