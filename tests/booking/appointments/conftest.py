"""A visit on a Tuesday, and who of the staff changes it."""

from datetime import datetime

import pytest

from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import edit_file, open_clinic

STAFF = Actor(ActorKind.STAFF, "reception", "10.0.0.7")
TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00-05:00")


@pytest.fixture
async def booking(database: Database) -> SampleBooking:
    await open_clinic(database, edit_file({'cancellation_notice = "24 h"': 'cancellation_notice = "0 min"'}))
    return await make_booking(database, TUESDAY)
