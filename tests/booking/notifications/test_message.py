"""The mail that a patient gets when an appointment is booked, moved or cancelled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.events import EventKind
from booking.notifications.message import compose_mail
from booking.storage.database import Database
from tests.booking.notifications.bookings import (
    EVENT,
    SENDER,
    SITE,
    SampleBooking,
    calendar_of,
    make_booking,
    text_of,
)
from tests.support.clinics import NOW, edit_file, open_clinic, small_clinic

TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
NEXT_TUESDAY = datetime(2026, 12, 1, 18, 15, tzinfo=UTC)
COURSE = [datetime(2026, 12, day, 15, 0, tzinfo=UTC) for day in (1, 7, 9)]
FOOT = "This address was given for a visit with us. If that was not you, please call us."
LATER = NOW + timedelta(minutes=5)


async def course(database: Database, language: str = "en") -> SampleBooking:
    return await make_booking(database, *COURSE, service="dry-needling-course", language=language)


async def test_a_booked_visit(database: Database) -> None:
    await open_clinic(database)
    booking = await make_booking(database, TUESDAY)

    mail = await booking.mail()

    assert mail["Subject"] == "Your visit is booked: Tuesday, November 24, 9:15\N{NO-BREAK SPACE}a.m."
    assert text_of(mail) == (
        f"""Your visit is booked

We look forward to seeing you.
Open the attached file to add this to your calendar.

When: Tuesday, November 24
  9:15 a.m. to 10:15 a.m. EST
What: Physiotherapy assessment
With: Sample Practitioner A
Where: Main Street clinic
  1 Main Street, Suite 100
  Toronto ON  M5X 1A1
  Canada
  Four minutes on foot from Sample Station; the door is beside the pharmacy.
  Parking is behind the building, two hours free.
Reference: {booking.appointments[0].reference}

How to prepare
Bring any reports or images that you have.

Do you need to change something?
Move or cancel online until Monday, November 23, 9:15 a.m.
Move or cancel:
{SITE}/manage?lang=en#{booking.token}
Please keep this link. It is only for you.

Call us: 416.545.1881

Sample Health Services
{FOOT}
"""
    )


async def test_a_booked_visit_in_french(clinic: Database) -> None:
    booking = await make_booking(clinic, NEXT_TUESDAY, language="fr")

    mail = await booking.mail()

    text = text_of(mail)
    assert mail["Content-Language"] == "fr"
    assert mail["Subject"].replace("\N{NO-BREAK SPACE}", " ") == (
        "Votre rendez-vous est confirmé : mardi 1er décembre à 13 h 15"
    )
    assert (
        "Quand : mardi 1er décembre\n  13 h 15 à 14 h 15 HNE\nQuoi : Évaluation en physiothérapie\n" in text
    )
    assert "Où : Clinique de la rue Main\n" in text
    assert "Apportez les rapports ou les images que vous avez." in text
    assert "en ligne jusqu’au lundi 30 novembre à 13 h 15.\n" in text
    assert "SUMMARY:Évaluation en physiothérapie" in calendar_of(mail)


@pytest.mark.parametrize(("patients_language", "language"), [("fr-CA", "fr"), ("en-GB", "en"), ("nl", "fr")])
async def test_the_language_is_the_patients_or_else_the_clinics_own(
    clinic: Database, patients_language: str, language: str
) -> None:
    await open_clinic(clinic, edit_file({'languages = ["en", "fr"]': 'languages = ["fr", "en"]'}))

    mail = await (await make_booking(clinic, TUESDAY, language=patients_language)).mail()

    assert mail["Content-Language"] == language


async def test_a_mail_about_a_course_lists_all_its_appointments(clinic: Database) -> None:
    booking = await course(clinic)

    mail = await booking.mail()

    references = [visit.reference for visit in booking.appointments]
    assert mail["Subject"] == "Your 3 visits are booked"
    assert f"""What: Dry needling, course of 3 follow-ups
With: Sample Practitioner A
Where: Main Street clinic
  1 Main Street, Suite 100
  Toronto ON  M5X 1A1
  Canada
  Four minutes on foot from Sample Station; the door is beside the pharmacy.
  Parking is behind the building, two hours free.

Visit 1 of 3
When: Tuesday, December 1
  10:00 a.m. to 10:30 a.m. EST
Reference: {references[0]}
Online changes: Until Monday, November 30, 10:00 a.m.

Visit 2 of 3
When: Monday, December 7
  10:00 a.m. to 10:30 a.m. EST
Reference: {references[1]}
Online changes: Until Sunday, December 6, 10:00 a.m.

Visit 3 of 3
""" in text_of(mail)
    assert calendar_of(mail).count("BEGIN:VEVENT") == 3


async def test_an_appointment_that_was_cancelled_meanwhile_is_not_mailed_as_booked(clinic: Database) -> None:
    booking = await course(clinic)
    await booking.cancel(at=LATER, index=1)

    mail = await booking.mail()

    assert mail["Subject"] == "Your 2 visits are booked"
    assert "Visit 1 of 3" in text_of(mail)
    assert "Visit 2 of 3" not in text_of(mail)
    assert calendar_of(mail).count("BEGIN:VEVENT") == 2


async def test_a_booking_that_was_cancelled_meanwhile_is_mailed_as_cancelled_only(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)
    await booking.cancel(at=LATER)

    assert await booking.mail_or_none(booking.event()) is None
    assert (await booking.mail(booking.event(EventKind.CANCELLED)))["Subject"].startswith(
        "Your visit is cancelled"
    )


async def test_there_is_no_mail_about_unknown_appointments(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    assert await booking.mail_or_none(replace(booking.event(), appointments=(EVENT,))) is None


async def test_a_moved_visit_says_from_when_to_when(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    mail = await booking.mail(await booking.move(NEXT_TUESDAY, at=LATER))

    text = text_of(mail)
    assert mail["Subject"].startswith("Your visit is moved: Tuesday, December 1, 1:15")
    assert (
        "When: Tuesday, December 1\n  1:15 p.m. to 2:15 p.m. EST\nBefore: Tuesday, November 24, 9:15 a.m.\n"
        in text
    )
    assert "online until Monday, November 30, 1:15 p.m." in text
    assert f"{SITE}/manage?lang=en#{booking.token}" in text
    assert "SEQUENCE:1\r\n" in calendar_of(mail)


async def test_a_change_of_practitioner_alone_is_not_mailed_as_moved(clinic: Database) -> None:
    monday = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    booking = await make_booking(clinic, monday)

    mail = await booking.mail(await booking.move(monday, at=LATER, practitioner="sample-practitioner-b"))

    text = text_of(mail)
    assert mail["Subject"].startswith("Your visit is changed: Monday, November 30, 12:00")
    assert "With: Sample Practitioner B" in text
    assert "Before:" not in text


async def test_of_two_moves_only_the_last_is_mailed(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)
    first = await booking.move(NEXT_TUESDAY, at=LATER)
    second = await booking.move(NEXT_TUESDAY + timedelta(days=1), at=LATER + timedelta(minutes=1))

    assert await booking.mail_or_none(first) is None
    assert "Before: Tuesday, December 1, 1:15 p.m." in text_of(await booking.mail(second))


async def test_a_move_that_was_cancelled_meanwhile_is_not_mailed(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)
    moved = await booking.move(NEXT_TUESDAY, at=LATER)
    assert await booking.mail_or_none(moved) is not None

    await booking.cancel(at=LATER + timedelta(minutes=1))

    assert await booking.mail_or_none(moved) is None


async def test_a_cancelled_visit_says_so_and_how_to_book_again(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    mail = await booking.mail(await booking.cancel(at=LATER))

    text = text_of(mail)
    assert mail["Subject"].startswith("Your visit is cancelled: Tuesday, November 24, 9:15")
    again = "book/physiotherapy-assessment?lang=en&practitioner=sample-practitioner-a"
    assert f"Book again:\n{SITE}/{again}\n" in text
    assert "/manage?" not in text
    assert "How to prepare" not in text
    assert "STATUS:CANCELLED\r\n" in calendar_of(mail)


async def test_a_mail_lists_the_other_appointments_of_the_course_that_stand(clinic: Database) -> None:
    booking = await course(clinic)
    await booking.move(COURSE[0] + timedelta(days=1), at=LATER)

    mail = await booking.mail(await booking.cancel(at=LATER, index=1))

    assert "Visit 2 of 3\nWhen: Monday, December 7\n" in text_of(mail)
    assert f"""Your other visits
Wednesday, December 2, 10:00 a.m.
Wednesday, December 9, 10:00 a.m.
See your visits:
{SITE}/manage?lang=en#{booking.token}
""" in text_of(mail)


async def test_after_the_deadline_the_patient_is_asked_to_call(clinic: Database) -> None:
    await open_clinic(clinic, edit_file({'grace = "15 min"': 'grace = "0 min"'}))
    booking = await make_booking(clinic, NOW + timedelta(hours=3))

    text = text_of(await booking.mail())

    assert "It is too late to change this visit online. Please call us.\nSee your visit:\n" in text
    assert "online until" not in text


async def test_each_visit_of_a_course_has_its_own_deadline(clinic: Database) -> None:
    times = [NOW + timedelta(hours=3), *COURSE[1:]]
    booking = await make_booking(clinic, *times, service="dry-needling-course")
    soon = await make_booking(
        clinic, *(NOW + timedelta(hours=hours) for hours in (4, 5, 6)), service="dry-needling-course"
    )

    text, text_of_soon = text_of(await booking.mail()), text_of(await soon.mail())

    assert text.count("Online changes: Please call us") == 1
    assert text.count("Online changes: Until") == 2
    assert "Move or cancel:" in text
    assert text_of_soon.count("Online changes: Please call us") == 3
    assert "See your visits:" in text_of_soon


async def test_a_mail_without_a_manage_token_has_no_link(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    async with clinic.read() as session:
        mail = await compose_mail(
            session, booking.event(), site=SITE, sender=SENDER, manage_token=None, now=NOW
        )

    assert mail is not None
    assert "To move or cancel, please call us." in text_of(mail)
    assert SITE not in text_of(mail)


async def test_texts_that_the_clinic_has_not_given_are_left_out(empty: Database) -> None:
    await open_clinic(empty, small_clinic())

    mail = await (await make_booking(empty, TUESDAY, service="visit", practitioner="one")).mail()

    assert mail["Reply-To"] is None
    assert "How to prepare" not in text_of(mail)
    assert "\n\n\n" not in text_of(mail)


async def test_a_mail_about_a_visit_that_is_over_is_not_sent(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)
    ends_at = booking.appointments[0].ends_at

    assert await booking.mail_or_none(booking.event(), now=ends_at - timedelta(minutes=1)) is not None
    assert await booking.mail_or_none(booking.event(), now=ends_at) is None
