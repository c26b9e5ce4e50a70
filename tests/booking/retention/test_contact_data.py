"""Contact data are erased after the person's last visit, and nobody's before."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from booking.appointments.cancel import cancel_appointment
from booking.encryption.cipher import Ciphertext
from booking.retention import worker
from booking.retention.contact_data import COUNT
from booking.retention.kinds import Kind
from booking.retention.worker import count_expired, delete_expired
from booking.storage.base import core_table
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, Patient
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.models.holds import Hold
from tests.booking.audit.trails import SERVER, verify
from tests.booking.notifications.bookings import make_booking
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import NOW, open_clinic, small_clinic

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = 93 * DAY
FILE = small_clinic() + '[retention]\ncontact_data = "3 months"\n'
TUESDAY = NOW + timedelta(days=1, hours=3)


async def expired(database: Database, *, days: float = 0) -> int:
    """How many patients would be erased so many days after Tuesday's visit."""
    async with database.read() as session:
        return (await count_expired(session, now=TUESDAY + days * DAY))[Kind.PATIENTS]


async def erase(database: Database, *, days: float = 0) -> int:
    return (await delete_expired(database, SERVER, now=TUESDAY + days * DAY))[Kind.PATIENTS]


async def book(database: Database, *, days: int = 0, **details: Any) -> Appointment:
    """A visit on Tuesday, or so many days later, booked on the day before."""
    at = TUESDAY + days * DAY
    booking = await make_booking(database, at, service="visit", practitioner="one", now=at - DAY, **details)
    return booking.appointments[0]


async def names(database: Database) -> list[str]:
    async with database.read() as session:
        erased = await session.scalar(select(Patient.id).where(Patient.erased_at.is_not(None)))
    return ["erased"] if erased else [contact.name for contact in await all_contacts(database)]


async def test_a_patient_is_erased_when_the_last_visit_is_as_old_as_it_may_be(database: Database) -> None:
    await open_clinic(database, FILE)
    visit = await book(database)
    length = (visit.ends_at - visit.starts_at) / DAY
    almost = 93 + length - 0.001

    assert (await expired(database, days=almost), await erase(database, days=almost)) == (0, 0)
    assert await names(database) == ["Sample Patient"]
    days = 93 + length
    assert (await expired(database, days=days), await erase(database, days=days)) == (1, 1)
    assert await names(database) == ["erased"]
    assert (await expired(database, days=days), await erase(database, days=days)) == (0, 0)

    async with database.read() as session:
        row = await session.get_one(Patient, visit.patient)
        assert (row.name, row.email_index, row.phone_index, row.data_key) == (None, None, None, None)
        [event] = await session.scalars(select(AuditEvent))
        assert (event.action, event.patient, event.actor_kind) == (
            AuditAction.ERASE,
            visit.patient,
            SERVER.kind,
        )
    assert (await verify(database)).fault is None


async def test_patients_are_kept_for_ever_unless_the_clinic_says_otherwise(database: Database) -> None:
    await open_clinic(database, small_clinic())
    await book(database)
    assert (await expired(database, days=40_000), await erase(database, days=40_000)) == (0, 0)


@pytest.mark.parametrize(
    ("later", "goes"),
    [
        ({"email": "PATIENT@example.com"}, 0),
        ({"email": "other@example.com"}, 0),  # The number is the same.
        ({"email": "other@example.com", "phone": "416 555 0188"}, 1),
    ],
)
async def test_a_later_visit_of_the_same_person_keeps_the_earlier_ones(
    database: Database, later: dict[str, str], goes: int
) -> None:
    await open_clinic(database, FILE)
    await book(database)
    await book(database, days=14, **later)
    assert (await expired(database, days=100), await erase(database, days=100)) == (goes, goes)
    assert await erase(database, days=200) == 2 - goes


async def test_a_cancelled_visit_counts_by_its_time(database: Database) -> None:
    await open_clinic(database, FILE)
    visit = await book(database, days=280)
    async with database.write() as session:
        row = await session.get_one(Appointment, visit.id)
        await cancel_appointment(session, row, actor=None, now=visit.created_at)
    assert await erase(database, days=370) == 0
    assert await erase(database, days=374) == 1


async def test_many_patients_are_erased_in_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ROWS_A_STEP", 2)
    await open_clinic(database, FILE)
    for days in (0, 1, 2, 6, 7):
        await book(database, days=days)
    assert await erase(database, days=100) == 0
    assert await erase(database, days=101) == 5


async def test_old_patients_are_found_by_indexes(database: Database) -> None:
    query = str(COUNT.compile()).replace(":until", f"'{NOW:%Y-%m-%d}'")
    async with database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            plan = str((await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all())
            for index in ("not_erased", "email_index", "phone_index"):
                assert f"ix_patients_{index}" in plan
            assert "ix_appointments_patient" in plan
        else:
            await session.execute(text("SET enable_seqscan = off"))
            plan = str((await session.execute(text(f"EXPLAIN {query}"))).all())
            assert "Seq Scan" not in plan


async def add(database: Database, rows: Sequence[object]) -> None:
    async with database.write() as session:
        session.add_all(rows)


def patient_with_visits(ages: Sequence[int], person: int, *, cancelled: bool) -> list[list[object]]:
    """A patient row of this person, with visits that ended so many seconds ago; the tables in order."""
    index, key = bytes([person]), uuid.uuid4()
    created_at = min((NOW - timedelta(seconds=age) for age in ages), default=NOW) - DAY
    patient = Patient(
        id=key,
        data_key=uuid.uuid4(),
        name=Ciphertext(b"n"),
        email_index=index,
        phone_index=index,
        language="en",
        created_at=created_at,
    )
    slot = {"service": "visit", "practitioner": "one", "location": "here", "created_at": created_at}
    holds: list[object] = []
    visits: list[object] = []
    for age in ages:
        ends_at = NOW - timedelta(seconds=age)
        times = {"starts_at": ends_at - HOUR, "ends_at": ends_at}
        hold = uuid.uuid4()
        holds.append(Hold(id=hold, **slot, **times, token_hash=hold.bytes, expires_at=created_at))
        visits.append(
            Appointment(
                id=hold,
                **slot,
                **times,
                reference=hold.hex[:12],
                status=AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.BOOKED,
                patient=key,
                manage_token_hash=hold.bytes,
                changed_at=created_at,
                sequence=0,
            )
        )
    return [[patient], holds, visits]


SECONDS = st.integers(-10 * 86_400, 186 * 86_400)
BOOKINGS = st.tuples(st.lists(SECONDS, min_size=1, max_size=2), st.integers(0, 3), st.booleans())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bookings=st.lists(BOOKINGS, max_size=6))
async def test_exactly_the_persons_whose_last_visit_is_older_are_erased(
    database: Database, bookings: list[tuple[list[int], int, bool]]
) -> None:
    async with database.write() as session:
        for model in (Appointment, Hold, Patient):
            await session.execute(delete(core_table(model)))
    await open_clinic(database, FILE)
    last: dict[int, int] = {}
    people: dict[uuid.UUID, int] = {}
    tables: list[list[object]] = [[], [], []]
    for ages, person, cancelled in bookings:
        rows = patient_with_visits(ages, person, cancelled=cancelled)
        for table, more in zip(tables, rows):
            table += more
        patient = rows[0][0]
        assert isinstance(patient, Patient)
        people[patient.id] = person
        last[person] = min([*ages, last.get(person, ages[0])])
    for table in tables:
        await add(database, table)

    old = {patient for patient, person in people.items() if last[person] >= KEPT / timedelta(seconds=1)}
    async with database.read() as session:
        assert (await count_expired(session, now=NOW))[Kind.PATIENTS] == len(old)
    await delete_expired(database, SERVER, now=NOW)
    async with database.read() as session:
        assert set(await session.scalars(select(Patient.id).where(Patient.erased_at.is_not(None)))) == old
