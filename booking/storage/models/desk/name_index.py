"""The blind index of patients' names."""

import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table
from booking.storage.models.appointments import Patient


class NameToken(Table):
    """A patient has a name with a word of this beginning, or of another one with the same token.

    Several beginnings share a token: what is found is compared with the name.
    """

    __tablename__ = "patient_name_index"
    __table_args__ = (
        CheckConstraint("length(token) = 2", name="token"),
        Index(None, "patient"),
        {"sqlite_with_rowid": False},
    )

    token: Mapped[bytes] = mapped_column(primary_key=True)
    # Unix time: of a common beginning the newest bookings are read without those of many years.
    booked_at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey(Patient.id), primary_key=True)
