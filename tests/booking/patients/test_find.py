"""Patients are found by the blind index of their address or number, or by a visit's reference."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from booking.domain.errors import InvalidInput
from booking.storage.database import Database
from booking.storage.models.appointments import Patient
from tests.booking.patients.sample_patient import EMAIL, TUESDAY, book, found
from tests.support.clinics import NOW


@pytest.mark.parametrize(
    "criteria",
    [
        {"email": EMAIL},
        {"email": " Zebra@EXAMPLE.com "},
        {"phone": "(416) 555-0123"},
        {"phone": "+14165550123 ext. 7"},
    ],
)
async def test_all_bookings_of_a_person_are_found_by_address_or_number(
    clinic: Database, criteria: dict[str, str]
) -> None:
    first = await book(clinic)
    second = await book(clinic, TUESDAY + timedelta(days=1), now=NOW + timedelta(minutes=1))
    assert await found(clinic, **criteria) == [each.appointments[0].patient for each in (first, second)]


async def test_a_booking_is_found_by_its_reference(clinic: Database) -> None:
    await book(clinic)
    booking = await book(clinic, TUESDAY + timedelta(days=1), email="other@example.com")
    [appointment] = booking.appointments
    assert await found(clinic, reference=appointment.reference.lower()) == [appointment.patient]
    assert await found(clinic, patient=appointment.patient) == [appointment.patient]
    assert await found(clinic, email="nobody@example.com") == []


@pytest.mark.parametrize("criteria", [{"email": "zebra"}, {"phone": "no number"}, {"phone": "123"}, {}])
async def test_what_names_nobody_is_refused(clinic: Database, criteria: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        await found(clinic, **criteria)


async def test_a_person_is_found_in_one_indexed_look_up(clinic: Database) -> None:
    async with clinic.read() as session:
        columns = [Patient.email_index, Patient.phone_index]
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if not is_sqlite:
            await session.execute(text("SET enable_seqscan = off"))
        for column in columns:
            explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
            plan = text(f"{explain} SELECT id FROM patients WHERE {column.key} = :index")
            rows = await session.execute(plan, {"index": b"index"})
            assert f"ix_patients_{column.key}" in str(rows.all())
