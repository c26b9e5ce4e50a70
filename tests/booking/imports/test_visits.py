"""Coming visits of another system: booked once each, as by staff, and nobody gets a mail."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.actor import Actor, ActorKind
from booking.imports.clinic import ForeignClinic, ForeignPractitioner, ForeignService, ForeignVisit
from booking.imports.draft import Draft
from booking.imports.notes import Notes
from booking.imports.visits import LEFT, OTHER_LENGTH, SHORTENED, UNUSABLE, ImportedVisits, VisitImport
from booking.patients.contacts import contacts_by_id, notes_by_appointment
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, BookingSource
from booking.storage.models.audit import AuditEvent
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from tests.booking.appointments.by_staff.front_desk import (
    CLINIC,
    HOUR,
    NINE,
    call_off,
    heard,
    mails,
    open_desk,
)
from tests.support.clinics import NOW, asking_for_consent

ACTOR = Actor(ActorKind.COMMAND_LINE, "root", "sample-host")
TORONTO = "America/Toronto"
SERVICE = ForeignService("7", "Visit", 30)
ONE = ForeignPractitioner("1", "Sample Practitioner one", TORONTO, ["7"])
EMAIL, PHONE = "sample.patient@example.com", "416 555 0111"
NINE_SHOWN = "2026-11-24 09:00, Visit, Sample Practitioner one"


def visit(number: int = 1, at: datetime = NINE, **changes: Any) -> ForeignVisit:
    made = ForeignVisit(f"sample {number}", "7", "1", at, 30, f"Sample Patient {number}", EMAIL, PHONE, "fr")
    return replace(made, **changes)


def visits_of(*visits: ForeignVisit, squeeze_in: bool = False) -> VisitImport:
    clinic = ForeignClinic("Sample", "Sample Clinic", TORONTO, [SERVICE], [ONE], visits, Notes(), Notes())
    return VisitImport(Draft(clinic, {"visit": SERVICE}, {"one": ONE}), ACTOR, squeeze_in)


def shown(done: ImportedVisits) -> tuple[int, int, int, dict[str, Sequence[str]]]:
    return done.booked, done.earlier, done.left, dict(done.notes)


async def booked(database: Database) -> list[Appointment]:
    async with database.read() as session:
        return [*await session.scalars(select(Appointment).order_by(Appointment.starts_at, Appointment.id))]


async def test_a_visit_is_booked_with_patient_and_note_and_nobody_gets_a_mail(
    database: Database,
) -> None:
    await open_desk(database)

    done = await visits_of(visit(note="Second floor\nKnee")).book(database, now=NOW)

    assert shown(done) == (1, 0, 0, {})
    [row] = await booked(database)
    assert (row.service, row.practitioner, row.starts_at) == ("visit", "one", NINE)
    assert (row.status, row.source) == (AppointmentStatus.BOOKED, BookingSource.DESK)
    async with database.read() as session:
        [contact] = (await contacts_by_id(session, [row.patient])).values()
        assert await notes_by_appointment(session, [row]) == {row.id: "Second floor\nKnee"}
        audited = [each.actor_id for each in await session.scalars(select(AuditEvent))]
    assert (contact.name, contact.email, contact.phone) == ("Sample Patient 1", EMAIL, "+14165550111")
    assert contact.language == "fr"
    assert {*audited} == {"root"}
    assert await mails(database, at=NOW + HOUR) == []
    # Webhooks hear of it as of any booking.
    assert [event.appointments for event in await heard(database)] == [(row.id,)]


async def test_a_second_import_books_nothing_twice_even_what_was_cancelled_since(database: Database) -> None:
    await open_desk(database)
    visits = visits_of(visit(1), visit(2, NINE + HOUR))
    await visits.book(database, now=NOW)
    [first, _] = await booked(database)
    await call_off(database, first.id)

    later = visits_of(visit(1), visit(2, NINE + HOUR), visit(3, NINE + 2 * HOUR))
    again = await later.book(database, now=NOW + timedelta(days=1) / 2)

    assert shown(again) == (1, 2, 0, {})
    assert len(await booked(database)) == 3


async def test_a_visit_that_collides_is_named_and_the_others_are_booked(database: Database) -> None:
    await open_desk(database)
    visits = visits_of(visit(1), visit(2, NINE + timedelta(minutes=15)), visit(3, NINE + HOUR))

    done = await visits.book(database, now=NOW)

    taken = "2026-11-24 09:15, Visit, Sample Practitioner one: "
    assert shown(done) == (
        2,
        0,
        1,
        {LEFT: [taken + "This time has just been taken. Please choose another one."]},
    )
    assert [row.starts_at for row in await booked(database)] == [NINE, NINE + HOUR]


async def test_a_visit_that_collides_can_be_squeezed_in(database: Database) -> None:
    await open_desk(database)
    visits = visit(1), visit(2, NINE + timedelta(minutes=15))

    done = await visits_of(*visits, squeeze_in=True).book(database, now=NOW)

    assert (done.booked, done.left) == (2, 0)
    assert [bool(row.squeeze_in) for row in await booked(database)] == [False, True]


async def test_a_preview_says_the_same_and_writes_nothing(database: Database) -> None:
    await open_desk(database)
    visits = visits_of(
        visit(1), visit(2), visit(3, NINE + HOUR, phone="12"), visit(4, NINE + 2 * HOUR, name="")
    )

    preview = await visits.preview(database, now=NOW)

    async with database.read() as session:
        for table in (Appointment, Hold, Tick):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    done = await visits.book(database, now=NOW)
    assert shown(preview) == shown(done)
    assert (done.booked, done.left) == (2, 2)


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({"phone": "12"}, (EMAIL, "")),
        ({"email": "nobody"}, ("", "+14165550111")),
    ],
)
async def test_a_detail_that_cant_be_used_is_left_out_where_the_other_can(
    database: Database, changes: dict[str, Any], stored: tuple[str, str]
) -> None:
    await open_desk(database)

    done = await visits_of(visit(**changes)).book(database, now=NOW)

    assert shown(done) == (1, 0, 0, {UNUSABLE: [NINE_SHOWN]})
    [row] = await booked(database)
    async with database.read() as session:
        [contact] = (await contacts_by_id(session, [row.patient])).values()
    assert (contact.email, contact.phone) == stored


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "nobody", "phone": "12"}, "Please give an e-mail address"),
        ({"email": "", "phone": ""}, "Please give a phone number or an e-mail address."),
        ({"name": " "}, "Please"),
        ({"service": "8"}, "Its service was not taken over."),
        ({"practitioner": "2"}, "Its practitioner was not taken over."),
        ({"starts_at": NINE + 9 * HOUR}, ""),
        ({"starts_at": NINE + timedelta(minutes=2)}, ""),
    ],
)
async def test_a_visit_that_cant_be_booked_is_named_with_the_reason(
    database: Database, changes: dict[str, Any], reason: str
) -> None:
    await open_desk(database)

    done = await visits_of(visit(**changes), visit(2, NINE + HOUR)).book(database, now=NOW)

    assert (done.booked, done.left) == (1, 1)
    [(sentence, [line])] = done.notes
    assert sentence == LEFT
    assert line.split(": ", 1)[1].startswith(reason)
    assert EMAIL not in line
    assert "Patient" not in line


async def test_another_length_and_a_long_note_are_said(database: Database) -> None:
    await open_desk(database)

    done = await visits_of(visit(minutes=60, note="a" * 501)).book(database, now=NOW)

    assert shown(done) == (1, 0, 0, {OTHER_LENGTH: [NINE_SHOWN], SHORTENED: [NINE_SHOWN]})


async def test_nobody_agrees_or_answers_for_a_patient(database: Database) -> None:
    await open_desk(database, asking_for_consent(CLINIC, consent={"en": "We use your details."}))

    done = await visits_of(visit()).book(database, now=NOW)

    assert (done.booked, done.left) == (0, 1)
    assert await booked(database) == []
