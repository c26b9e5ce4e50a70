"""Bookings by phone: fewer details, the same questions, and the same rules."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.by_staff.book import PhoneBookingRequest, book_by_staff, hold_by_staff
from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.errors import (
    CallTheClinic,
    ConsentRequired,
    HoldExpired,
    InvalidInput,
    InvalidInputCode,
    NotFound,
    ScreeningIncomplete,
    SlotTaken,
)
from booking.domain.events import EventKind
from booking.domain.screening import Answer
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.patients.erase import erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.fhir import as_fhir
from booking.storage.database import Database
from booking.storage.models.appointments import BookingSource, Patient
from booking.storage.models.consents import Consent
from tests.booking.appointments.by_staff.front_desk import (
    CLINIC,
    ELEVEN,
    HOUR,
    MINUTE,
    NINE,
    RECEPTION,
    TEN,
    call_off,
    heard,
    mails,
    move,
    open_desk,
    stored,
    undo,
    visit,
)
from tests.booking.audit.trails import stored_rows
from tests.support.clinics import NOW, SAMPLE, asking_for_consent
from tests.support.graphql_client import QUESTIONS

BOOKED, CANCELLED = EventKind.BOOKED, EventKind.CANCELLED
CALLER: dict[str, Any] = {"name": "Sample Caller", "phone": "416 555 0100"}


async def held(
    database: Database, at: datetime = NINE, *, service: str = "visit", who: str = "one", **how: Any
) -> str:
    only = how.pop("only_practitioner", None)
    async with database.write() as session:
        request = HoldRequest(service, at, who, **how)
        return (await hold_by_staff(session, request, only_practitioner=only, now=NOW))[1]


async def phone(
    database: Database, tokens: Sequence[str], *, at: datetime = NOW, only: str | None = None, **details: Any
) -> Booking:
    request = PhoneBookingRequest(tokens, **(details or CALLER))
    async with database.write() as session:
        return await book_by_staff(session, request, actor=RECEPTION, only_practitioner=only, now=at)


async def contact(database: Database, booking: Booking) -> PatientContact:
    patient = booking.appointments[0].patient
    async with database.read() as session:
        return (await contacts_by_id(session, [patient]))[patient]


async def test_a_name_and_a_number_are_enough_on_the_phone(database: Database) -> None:
    await open_desk(database)

    booking = await phone(database, [await held(database)])

    caller = await contact(database, booking)
    assert (caller.name, caller.email, caller.phone) == ("Sample Caller", "", "+14165550100")
    assert caller.language == "en"
    row = await stored(database, booking.appointments[0].id)
    assert (row.source, row.booked_by, row.squeeze_in) == (BookingSource.DESK, None, False)
    async with database.read() as session:
        assert (await session.get_one(Patient, caller.id)).email_index is None
    assert [event.kind for event in await heard(database)] == [BOOKED]
    assert await mails(database, at=NOW + HOUR) == []
    assert ("create", "staff", "reception") in {
        (str(each["action"]), str(each["actor_kind"]), each["actor_id"])
        for each in await stored_rows(database)
    }


async def test_with_an_address_alone_the_mail_comes_three_minutes_later(database: Database) -> None:
    await open_desk(database)

    booking = await phone(database, [await held(database)], name="Sample Caller", email="caller@example.com")

    assert (await contact(database, booking)).phone == ""
    assert await mails(database, at=NOW + 2 * MINUTE) == []
    [(kind, text)] = await mails(database, at=NOW + 3 * MINUTE)
    assert kind is BOOKED
    assert f"/manage?lang=en#{booking.manage_token}" in text


async def test_details_that_are_missing_or_wrong_are_all_told(database: Database) -> None:
    await open_desk(database)
    token = await held(database)

    with pytest.raises(ExceptionGroup) as refused:
        await phone(database, [token], name=" ")
    wrong = [(each.path, each.code) for each in refused.value.exceptions if isinstance(each, InvalidInput)]
    assert sorted(wrong) == [
        (("patient", "name"), InvalidInputCode.REQUIRED),
        (("patient", "phone"), InvalidInputCode.REQUIRED),
    ]
    with pytest.raises(ExceptionGroup) as refused:
        await phone(database, [token], name="Sample Caller", email="caller@", phone="416 555 0100")
    assert [each.path for each in refused.value.exceptions if isinstance(each, InvalidInput)] == [
        ("patient", "email")
    ]


async def test_visitors_still_give_both(database: Database) -> None:
    await open_desk(database)
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", NINE, "one"), now=NOW)

    request = BookingRequest([token], False, "Sample Patient", "", "416 555 0123", {}, "en")
    with pytest.raises(ExceptionGroup):
        async with database.write() as session:
            await book(session, request, now=NOW)


async def test_a_regular_is_booked_by_an_earlier_booking(database: Database) -> None:
    await open_desk(database)
    first = await phone(
        database,
        [await held(database)],
        name="Sample Regular",
        email="regular@example.com",
        phone="416 555 0101",
        language="fr",
    )
    regular = first.appointments[0].patient

    again = await phone(database, [await held(database, TEN)], patient=regular)
    other_number = await phone(
        database, [await held(database, ELEVEN)], patient=regular, phone="416 555 0102"
    )

    before, after = await contact(database, first), await contact(database, again)
    assert after.id != before.id
    assert (after.name, after.email, after.phone, after.language) == (
        before.name,
        before.email,
        before.phone,
        "fr",
    )
    assert (await contact(database, other_number)).phone == "+14165550102"


async def test_an_unknown_erased_or_other_practitioners_regular_is_not_found(database: Database) -> None:
    await open_desk(database)
    first = await phone(database, [await held(database)])
    regular = first.appointments[0].patient
    token = await held(database, TEN, who="two")

    with pytest.raises(NotFound):
        await phone(database, [token], patient=uuid.uuid4())
    with pytest.raises(NotFound):
        await phone(database, [token], patient=regular, only="two")
    await call_off(database, first.appointments[0].id)
    async with database.write() as session:
        await erase_patients(session, [regular], now=NOW)
    with pytest.raises(NotFound):
        await phone(database, [token], patient=regular)


async def test_a_practitioner_books_own_time_alone(database: Database) -> None:
    await open_desk(database)
    with pytest.raises(NotFound):
        await held(database, who="two", only_practitioner="one")
    others = await held(database, who="two")

    with pytest.raises(NotFound):
        await phone(database, [others], only="one", **CALLER)
    own = await held(database, only_practitioner="one")
    assert (await phone(database, [own], only="one", **CALLER)).appointments


async def test_staff_book_no_hold_of_a_visitor(database: Database) -> None:
    await open_desk(database)
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", NINE, "one"), now=NOW)

    with pytest.raises(NotFound):
        await phone(database, [token])


async def test_a_hold_of_staff_expires_as_every_other(database: Database) -> None:
    await open_desk(database)
    token = await held(database)

    with pytest.raises(HoldExpired):
        await phone(database, [token], at=NOW + 5 * MINUTE)


async def test_a_squeeze_in_and_an_odd_time_are_booked_as_they_were_held(database: Database) -> None:
    await open_desk(database)
    await visit(database)
    with pytest.raises(SlotTaken):
        await held(database, NINE + 5 * MINUTE)

    beside = await phone(database, [await held(database, NINE + 5 * MINUTE, squeeze_in=True)])

    row = await stored(database, beside.appointments[0].id)
    assert (row.squeeze_in, row.starts_at) == (True, NINE + 5 * MINUTE)


async def test_the_same_questions_are_asked_on_the_phone(database: Database) -> None:
    await open_desk(database, SAMPLE)
    at = datetime.fromisoformat("2026-11-24T10:00:00-05:00")
    token = await held(database, at, service="dry-needling", who="sample-practitioner-c")

    with pytest.raises(ScreeningIncomplete):
        await phone(database, [token])
    blocked = dict.fromkeys(QUESTIONS, Answer.YES)
    with pytest.raises(CallTheClinic):
        await phone(database, [token], **CALLER, answers=blocked)
    assert (
        await phone(database, [token], **CALLER, answers=dict.fromkeys(QUESTIONS, Answer.NO))
    ).appointments


@pytest.mark.parametrize(("language", "read"), [("fr", "fr"), ("de", "en")])
async def test_consent_is_recorded_as_given_on_the_phone(
    database: Database, language: str, read: str
) -> None:
    text = asking_for_consent(CLINIC.replace('languages = ["en"]', 'languages = ["en", "fr"]'))
    await open_desk(database, text)
    token = await held(database)
    with pytest.raises(ConsentRequired):
        await phone(database, [token])

    booking = await phone(database, [token], **CALLER, language=language, consents=True)

    caller = await contact(database, booking)
    async with database.read() as session:
        consent = await session.get_one(Consent, caller.id)
        assert (consent.version, consent.language, consent.by_phone) == ("2026-11", read, True)
        export = await export_patients(session, [caller], now=NOW)
        [patient] = as_json(export)["patients"]
        assert patient["consents"][0]["givenBy"] == "phone"
        assert '"system": "email"' not in str(as_fhir(export)).replace("'", '"')


async def test_a_booking_is_undone_without_a_word(database: Database) -> None:
    await open_desk(database)
    booking = await phone(database, [await held(database)], **CALLER, email="caller@example.com")

    [row] = await undo(database, at=NOW + MINUTE)

    assert (row.id, row.stands) == (booking.appointments[0].id, False)
    assert await mails(database, at=NOW + HOUR) == []
    assert [event.kind for event in await heard(database)] == [BOOKED, CANCELLED]
    assert (await phone(database, [await held(database)])).appointments


async def test_a_booking_that_is_moved_at_once_is_one_mail_with_the_last_time(database: Database) -> None:
    await open_desk(database)
    booking = await phone(database, [await held(database)], **CALLER, email="caller@example.com")

    await move(database, booking.appointments[0].id, TEN, at=NOW + MINUTE)

    assert await mails(database, at=NOW + 3 * MINUTE) == []
    [(kind, text)] = await mails(database, at=NOW + 4 * MINUTE)
    assert (kind, "10:00" in text, "9:00" in text) == (BOOKED, True, False)


async def test_a_booking_without_notice_sends_no_mail(database: Database) -> None:
    await open_desk(database)
    await phone(database, [await held(database)], **CALLER, email="caller@example.com", notify=False)

    assert await mails(database, at=NOW + HOUR) == []
