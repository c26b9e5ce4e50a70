"""One text finds people at the front desk: by name, number, address or reference."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, update

from booking.domain.errors import InvalidInput
from booking.patients.erase import clear_patients
from booking.patients.person import Person, grouped
from booking.patients.search import search_people
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.desk.people import BookedPatient
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic
from tests.support.sql_statements import sql_statements

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, OTHER = "one", "other"
TWO = practitioner(ONE, "08:00-20:00") + practitioner(OTHER, "08:00-20:00")


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, small_clinic(practitioners=TWO))
    return database


async def book(
    clinic: Database, name: str, day: int = 0, practitioner: str = ONE, **contact: str
) -> SampleBooking:
    """A visit so many days after Tuesday, booked so many minutes after the first."""
    details: dict[str, Any] = {"service": "visit", "practitioner": practitioner, **contact}
    return await make_booking(
        clinic, TUESDAY + day * DAY, name=name, now=NOW + timedelta(minutes=day), **details
    )


async def search(
    clinic: Database, typed: str, *, practitioner: str | None = None, now: datetime = NOW, limit: int = 20
) -> Sequence[Person]:
    async with clinic.read() as session:
        return await search_people(session, typed, only_practitioner=practitioner, now=now, limit=limit)


async def names(clinic: Database, text: str, *, practitioner: str | None = None) -> list[str]:
    return [person.contact.name for person in await search(clinic, text, practitioner=practitioner)]


@pytest.mark.parametrize(
    "text",
    [
        "sam",
        "SAMPLE-PER",
        "per sam",
        "sàmplé",
        " Person  Sample ",
        "sampleperson",
        "o'sa",
        "osampl",
        "s person",
        "one@example.com",
        " ONE@Example.com",
        "416-555-0123",
        "+1 (416) 555-0123",
        "4165550123",
    ],
)
async def test_a_person_is_found_by_name_number_or_address(clinic: Database, text: str) -> None:
    await book(clinic, "Ö. Sample-Person O'Sample", email="one@example.com")
    await book(clinic, "Other Patient", 1, email="two@example.com", phone="416 555 0199")
    assert await names(clinic, text) == ["Ö. Sample-Person O'Sample"]


async def test_a_person_is_found_by_a_reference_or_its_first_characters(clinic: Database) -> None:
    booking = await book(clinic, "Sample Patient", email="one@example.com")
    await book(clinic, "Other Patient", 1, email="two@example.com", phone="416 555 0199")
    async with clinic.write() as session:
        await session.execute(
            update(Appointment)
            .where(Appointment.id == booking.appointments[0].id)
            .values(reference="10PJ-ZW8Z")
        )
    for text in ("10PJ-ZW8Z", "10pjzw8z", "10pj zw8z", "1OPJ", "iopj-z", "10PJ ZW8"):
        assert await names(clinic, text) == ["Sample Patient"], text
    for text in ("10P", "10PJ-ZW8Y", "PJZW", "10PJ-ZW8Z0"):
        assert await names(clinic, text) == [], text


NOBODY = [
    *("", "  ", "%", "s", "_", "*", "'; --", "\N{GRINNING FACE}", "\0", "\ud800", "@", "a@", "a@b"),
    *("123", "0" * 200, "amp", "%ample", "sample x", "patient other", "416555012", "x" * 200, "a " * 99),
]


@pytest.mark.parametrize("text", NOBODY)
async def test_what_names_nobody_finds_nobody(clinic: Database, text: str) -> None:
    await book(clinic, "Sample Patient", email="one@example.com")
    await book(clinic, "Other Person", 1, email="two@example.com", phone="416 555 0199")
    assert await names(clinic, text) == []


async def test_a_text_that_is_no_search_is_refused(clinic: Database) -> None:
    with pytest.raises(InvalidInput, match="200 characters"):
        await search(clinic, "sample " * 2_000)


async def test_bookings_of_one_name_with_one_number_or_address_are_one_person(clinic: Database) -> None:
    first = await book(clinic, "Sample Patient", 0, email="old@example.com")
    second = await book(clinic, "patient SAMPLE", 1, email="new@example.com")
    third = await book(clinic, "Sample Patient", 2, email="new@example.com", phone="416 555 0199")
    await book(clinic, "Sample Child", 3, email="old@example.com")
    await book(clinic, "Sample Patient", 4, email="other@example.com", phone="416 555 0100")
    own = [booking.appointments[0].patient for booking in (third, second, first)]
    for text in ("old@example.com", "416 555 0199", "new@example.com"):
        [person] = [each for each in await search(clinic, text) if each.contact.name != "Sample Child"]
        assert person.patients == own
        assert person.contact.phone == "+14165550199"
    found = await search(clinic, "sample pat")
    assert [len(person.patients) for person in found] == [1, 3]
    assert await names(clinic, "old@example.com") == ["Sample Child", "Sample Patient"]


async def test_a_person_has_last_and_next_visit_and_what_is_usual(clinic: Database) -> None:
    past = await book(clinic, "Sample Patient", 0)
    missed = await book(clinic, "Sample Patient", 1)
    cancelled = await book(clinic, "Sample Patient", 2, practitioner=OTHER)
    coming = await book(clinic, "Sample Patient", 3)
    await book(clinic, "Sample Patient", 4, practitioner=OTHER)
    await cancelled.cancel(at=NOW)
    await set_status(clinic, missed, "noshow")
    [person] = await search(clinic, "sample", now=TUESDAY + 2 * DAY)
    assert person.last_visit
    assert person.next_visit
    assert person.last_visit.reference == missed.appointments[0].reference
    assert person.next_visit.reference == coming.appointments[0].reference
    assert (person.usual_service, person.usual_practitioner) == ("visit", ONE)
    assert (person.visits, person.no_shows) == (1, 1)
    assert past.appointments[0].patient in person.patients


async def test_a_practitioner_finds_own_patients_and_own_visits_alone(clinic: Database) -> None:
    first = await book(clinic, "Sample Patient", 0)
    await book(clinic, "Sample Patient", 1, practitioner=OTHER)
    other = await book(
        clinic, "Sample Person", 2, practitioner=OTHER, email="b@example.com", phone="416 555 0199"
    )
    [person] = await search(clinic, "sample", practitioner=ONE)
    assert person.patients == [first.appointments[0].patient]
    assert person.next_visit
    assert person.next_visit.practitioner == ONE
    reference = other.appointments[0].reference
    for text in ("b@example.com", "416 555 0199", reference, reference[:4], "sample person"):
        assert await names(clinic, text, practitioner=ONE) == []
        assert await names(clinic, text, practitioner=OTHER) == ["Sample Person"]


async def test_an_erased_patient_is_found_by_nothing(clinic: Database) -> None:
    booking = await book(clinic, "Sample Patient", email="one@example.com")
    [appointment] = booking.appointments
    assert await names(clinic, appointment.reference) == ["Sample Patient"]
    async with clinic.write() as session:
        await clear_patients(session, [appointment.patient], now=NOW)
    for text in ("sample", "one@example.com", "416 555 0123", appointment.reference):
        assert await names(clinic, text) == []


async def test_the_newest_come_first_and_no_more_than_asked_for(clinic: Database) -> None:
    for day in range(5):
        await book(clinic, f"Sample Patient {day}", day, email=f"{day}@example.com")
    assert await names(clinic, "sample") == [f"Sample Patient {day}" for day in (4, 3, 2, 1, 0)]
    assert len(await search(clinic, "sample", limit=2)) == 2
    assert len(await search(clinic, "416 555 0123", limit=2)) == 2


async def test_many_people_are_found_in_as_many_statements_as_one(clinic: Database) -> None:
    for day in range(5):
        await book(clinic, f"Sample Patient {day}", day, email=f"{day}@example.com")
    await search(clinic, "sample")  # The first one reads the key.
    counts = []
    for text in ("sample", "sample 1"):
        with sql_statements() as statements:
            await search(clinic, text)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("practitioner", [None, ONE])
async def test_common_names_are_read_from_the_newest_booking_on(
    clinic: Database, practitioner: str | None
) -> None:
    sent: list[tuple[str, Any]] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "patient_name_index" in statement:
            sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        await search(clinic, "sam pat", practitioner=practitioner)
    finally:
        event.remove(Engine, "before_cursor_execute", record)

    [(statement, parameters)] = sent
    async with clinic.read() as session:
        connection = await session.connection()
        if connection.dialect.name == "sqlite":
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan]
            assert "SEARCH patient_name_index_1 USING PRIMARY KEY (token=?)" in str(steps)
            assert all("SCAN patients" not in step for step in steps)
        else:
            for method in ("seqscan", "sort", "bitmapscan"):  # With few rows the planner prefers them.
                await session.execute(sa.text(f"SET enable_{method} = off"))
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            assert "Scan Backward using pk_patient_name_index" in str(plan.all())


def one_of(*indexes: bytes) -> st.SearchStrategy[bytes | None]:
    return st.sampled_from([None, *indexes])


BOOKINGS = st.builds(
    BookedPatient,
    st.uuids(),
    st.just(NOW),
    one_of(b"e1", b"e2", b"e3", b"e4"),
    one_of(b"p1", b"p2", b"p3", b"p4"),
    one_of(b"n1", b"n2"),
)


@given(st.lists(BOOKINGS, unique_by=lambda each: each.id, max_size=12))
def test_groups_are_those_that_a_walk_from_booking_to_booking_finds(bookings: list[BookedPatient]) -> None:
    def are_linked(one: BookedPatient, two: BookedPatient) -> bool:
        pairs = ((one.email_index, two.email_index), (one.phone_index, two.phone_index))
        return one.name_index == two.name_index and any(mine and mine == theirs for mine, theirs in pairs)

    def reached(start: BookedPatient) -> set[BookedPatient]:
        known = {start}
        for _ in bookings:
            known |= {each for each in bookings if any(are_linked(each, other) for other in known)}
        return known

    groups = grouped(bookings)
    assert [set(group) for group in groups] == [reached(group[0]) for group in groups]
    assert sorted(map(bookings.index, [row for group in groups for row in group])) == [*range(len(bookings))]
    firsts = [bookings.index(group[0]) for group in groups]
    assert firsts == sorted(firsts)


async def set_status(clinic: Database, booking: SampleBooking, status: str) -> None:
    async with clinic.write() as session:
        row = await session.get_one(Appointment, booking.appointments[0].id)
        row.status = AppointmentStatus(status)
