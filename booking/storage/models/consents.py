"""Consents of patients."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, false
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table
from booking.storage.models.appointments import Patient
from booking.storage.models.catalogue.clinic import ConsentText


class Consent(Table):
    """A patient's agreement to a text of the clinic (FHIR Consent), in the language in which they read it."""

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(["version", "language"], [ConsentText.version, ConsentText.language]),
    )

    patient: Mapped[uuid.UUID] = mapped_column(ForeignKey(Patient.id), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime]
    by_phone: Mapped[bool] = mapped_column(server_default=false())  # told to staff, who read it aloud
