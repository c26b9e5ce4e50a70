"""Text messages leave within the day's number, to patients without an e-mail address alone."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from booking.patients.erase import erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.find import PatientCriteria, find_patients
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.sms import SmsStatus
from booking.storage.queries.messages.sms import refuse_sms
from tests.booking.appointments.by_staff.front_desk import call_off, move
from tests.booking.reminders.reminded_clinic import DAY, FOUR, HOUR, MINUTE, NINE
from tests.booking.sms.loopback_gateway import SENDER, SITE, TOKEN
from tests.booking.sms.texted_clinic import (
    E164,
    REMINDER,
    TextedClinic,
    book_by_phone,
    gateway_at,
    texting_clinic,
)
from tests.support.clinics import open_clinic


async def test_a_patient_without_an_address_is_reminded_by_text(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)

    assert await clinic.texts() == [REMINDER]

    [form] = clinic.provider.taken
    [message] = await clinic.log()
    assert form == {
        "To": E164,
        "From": SENDER,
        "Body": REMINDER,
        "StatusCallback": f"{SITE}/sms/status?message={message.id}",
        "ValidityPeriod": "14400",
    }
    assert (message.status, message.segments, message.error_code) == (SmsStatus.ACCEPTED, 1, None)
    clinic.now += DAY
    assert await clinic.texts() == []


async def test_one_message_is_about_all_visits_of_a_person_on_a_day(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE, NINE + HOUR)
    await book_by_phone(clinic, NINE, who="two", name="Sample Sister")

    texts = await clinic.texts()

    assert len(texts) == 2
    both = "your visits are on Tuesday, November 24: 9:00 a.m., 10:00 a.m. Reply"
    assert [both in each for each in texts].count(True) == 1


async def test_who_has_an_address_or_no_mobile_gets_none(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE, email="patient@example.com")
    await book_by_phone(clinic, NINE + HOUR, phone="416 555 0123 ext. 4")
    await book_by_phone(clinic, NINE + 2 * HOUR, phone="+44 20 7946 0000")  # a landline in London

    assert await clinic.texts() == []
    assert await clinic.log() == []


async def test_french_patients_are_written_to_in_french_in_one_segment(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE, language="fr")

    [french] = await clinic.texts()

    assert french.startswith(
        "Sample Clinic : rendez-vous le mardi 24 novembre à 9 h. Répondez C pour confirmer"
    )
    assert [message.segments for message in await clinic.log()] == [1]


async def test_the_service_is_named_only_if_the_clinic_says_so(clinic: TextedClinic) -> None:
    await open_clinic(
        clinic.database, texting_clinic("name_service = true", reminders="days_before = [1]"), now=FOUR
    )
    await book_by_phone(clinic, NINE)

    [named] = await clinic.texts()

    assert "9:00 a.m. (Visit). Reply" in named
    assert "Visit" not in REMINDER.replace("your visit", "")


async def test_none_leaves_for_a_visit_that_moved_or_was_called_off(clinic: TextedClinic) -> None:
    moved, cancelled = await book_by_phone(clinic, NINE, NINE + HOUR)
    await clinic.take_due()
    await move(clinic.database, moved.id, NINE + 2 * DAY, at=FOUR)
    await call_off(clinic.database, cancelled.id, at=FOUR)

    assert await clinic.texts() == []


async def test_without_its_table_nothing_is_sent(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    plain = texting_clinic(reminders="days_before = [1]").replace("[sms]\n", "")
    await open_clinic(clinic.database, plain, now=FOUR)

    assert await clinic.texts() == []


async def test_no_more_leave_than_the_clinic_allows_on_a_day(
    clinic: TextedClinic, failures: list[Exception]
) -> None:
    """Of two processes at once. The rest is tried again, as long as it is of use."""
    for number in range(5):
        await book_by_phone(clinic, NINE + number * HOUR / 2, phone=f"416 555 010{number}")
    other = TextedClinic(clinic.database, FOUR, gateway=clinic.gateway, provider=clinic.provider)
    other.relay.on_failure = failures.append
    await clinic.take_due()

    await asyncio.gather(clinic.deliver(), other.deliver())

    assert len(clinic.provider.taken) == 3
    message = "3 text messages have left today: no more may (sms.most_a_day)"
    assert [str(each) for each in failures] == [message, message]
    clinic.now = NINE - 30 * MINUTE  # The next day.
    assert len(await clinic.texts()) == 2


async def test_the_database_refuses_more_than_the_most_of_a_day(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    await clinic.texts()

    with pytest.raises(IntegrityError):
        async with clinic.database.write() as session:
            await session.execute(text("UPDATE sms_days SET messages = most + 1"))


async def test_quiet_hours_hold_for_a_message_that_is_late(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    clinic.provider.answers = [(503, "")]
    await clinic.texts()
    clinic.now = FOUR + 6 * HOUR

    assert await clinic.texts() == []

    clinic.now = NINE - HOUR
    assert await clinic.texts() == [REMINDER]


async def test_a_number_that_refuses_messages_gets_none(clinic: TextedClinic) -> None:
    await book_by_phone(clinic, NINE)
    await clinic.texts()
    [message] = await clinic.log()
    async with clinic.database.write() as session:
        await refuse_sms(session, message.phone_index, now=clinic.now)
        await refuse_sms(session, message.phone_index, now=clinic.now + MINUTE)  # Twice is once.
    await book_by_phone(clinic, NINE + DAY)
    clinic.now += DAY

    assert await clinic.texts() == []


async def test_a_stop_that_the_gateway_alone_has_heard_is_learned(
    clinic: TextedClinic, failures: list[Exception]
) -> None:
    await book_by_phone(clinic, NINE, NINE + DAY)
    clinic.provider.answers = [(400, {"code": 21610, "status": 400})]
    await clinic.texts()
    clinic.now += DAY

    assert await clinic.texts() == []
    assert failures == []


async def test_a_confirmed_visit_is_not_asked_about_again(clinic: TextedClinic) -> None:
    [visit] = await book_by_phone(clinic, NINE)
    async with clinic.database.write() as session:
        await session.execute(
            update(Appointment).where(Appointment.id == visit.id).values(confirmed_at=clinic.now)
        )

    [asked] = await clinic.texts()

    assert asked.endswith("9:00 a.m. Reply STOP for no more messages. Tel. 416.545.1881")


async def test_an_export_lists_messages_and_an_erasure_removes_them(clinic: TextedClinic) -> None:
    [visit] = await book_by_phone(clinic, NINE)
    await clinic.texts()
    async with clinic.database.read() as session:
        contacts = await find_patients(session, PatientCriteria(phone=E164))
        exported = as_json(await export_patients(session, contacts, now=clinic.now))
    [told] = exported["patients"][0]["textMessages"]
    assert (datetime.fromisoformat(told["sentAt"]), told["status"]) == (FOUR, "accepted")

    async with clinic.database.write() as session:
        await erase_patients(session, [visit.patient], now=NINE + DAY)

    assert await clinic.log() == []


def test_the_token_is_in_no_printed_gateway() -> None:
    assert TOKEN not in repr(gateway_at("https://api.twilio.com"))
