"""A patient of the sample clinic: booked, and looked for."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from booking.domain.screening import Answer
from booking.patients.find import PatientCriteria, find_patients
from booking.storage.database import Database
from tests.booking.notifications.bookings import SampleBooking, make_booking

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
AFTERWARDS = TUESDAY + timedelta(days=1)
EMAIL = "zebra@example.com"


async def book(clinic: Database, at: datetime = TUESDAY, **details: Any) -> SampleBooking:
    answers = {"needle-fear": Answer.YES}
    details = {"name": "Zebra Patient", "email": EMAIL} | details
    return await make_booking(clinic, at, service="dry-needling", answers=answers, **details)


async def found(clinic: Database, **criteria: Any) -> list[uuid.UUID]:
    async with clinic.read() as session:
        return [contact.id for contact in await find_patients(session, PatientCriteria(**criteria))]
