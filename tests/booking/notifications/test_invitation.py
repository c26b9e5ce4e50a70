"""The calendar files of mails: requests and cancellations that calendars take over by themselves (iTIP)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import permutations
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from booking.domain.events import EventKind
from booking.storage.database import Database
from tests.booking.notifications.bookings import SENDER, calendar_files, calendar_of, make_booking, text_of
from tests.support.clinics import NOW, edit_file, open_clinic

TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
COURSE = [datetime(2026, 11, 30, 15, tzinfo=UTC) + timedelta(days=7 * number) for number in range(3)]
HOUR = timedelta(hours=1)


def as_read(mail: EmailMessage) -> EmailMessage:
    """As it is on the other side of the wire."""
    return message_from_bytes(mail.as_bytes(), policy=default)


def event_in(file: str) -> Any:
    [event] = Calendar.from_ical(file.encode()).events
    return event


async def test_a_mail_about_one_visit_is_an_invitation(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY, language="fr")

    read = as_read(await booking.mail())

    assert read.get_content_type() == "multipart/mixed"
    both, attached = read.iter_parts()
    assert [part.get_content_type() for part in both.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    invitation = list(both.iter_parts())[-1]
    assert dict(invitation["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "visit.ics")
    assert attached.get_content() == invitation.get_content().encode()

    file = invitation.get_content()
    assert Calendar.from_ical(file.encode())["METHOD"] == "REQUEST"
    event = event_in(file)
    assert (event.uid, event["SEQUENCE"]) == (f"{booking.appointments[0].id}@book-online", 0)
    assert event.summary == "Évaluation en physiothérapie - Services de santé Exemple"
    assert (event.start, event["STATUS"], event["CLASS"]) == (TUESDAY, "CONFIRMED", "PRIVATE")
    assert event["ORGANIZER"] == "mailto:reception@example.com"
    assert event["ORGANIZER"].params["CN"] == "Services de santé Exemple"
    assert event["ATTENDEE"] == "mailto:patient@example.com"
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")


async def test_another_reader_of_calendars_agrees(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)
    [(_, file)] = calendar_files(as_read(await booking.mail()))

    calendar = vobject.readOne(file)

    assert calendar.validate(raiseException=True)
    assert calendar.method.value == "REQUEST"
    assert calendar.vevent.dtstart.value == TUESDAY
    assert calendar.vevent.dtend.value - calendar.vevent.dtstart.value == HOUR
    assert calendar.vevent.organizer.value == "mailto:reception@example.com"
    assert calendar.vevent.attendee.value == "mailto:patient@example.com"


async def test_a_moved_visit_replaces_what_the_calendar_has_and_a_cancelled_one_ends_it(
    clinic: Database,
) -> None:
    booking = await make_booking(clinic, TUESDAY)
    mails = [await booking.mail()]
    mails.append(await booking.mail(await booking.move(TUESDAY + HOUR, at=NOW + HOUR)))
    mails.append(await booking.mail(await booking.cancel(at=NOW + 2 * HOUR)))

    files = [file for mail in mails for file in calendar_files(as_read(mail))]

    assert [method for method, _ in files] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [event_in(file) for _, file in files]
    assert {str(event.uid) for event in events} == {f"{booking.appointments[0].id}@book-online"}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [event.start for event in events] == [TUESDAY, TUESDAY + HOUR, TUESDAY + HOUR]
    assert events[-1]["STATUS"] == "CANCELLED"
    assert all(Calendar.from_ical(file.encode())["METHOD"] == method for method, file in files)
    # Mails may overtake each other: a calendar keeps the highest SEQUENCE.
    for order in permutations(events):
        assert kept(order) == {str(booking.appointments[0].id): None}
    assert kept(events[:2]) == {str(booking.appointments[0].id): TUESDAY + HOUR}


def kept(events: Sequence[Any]) -> dict[str, datetime | None]:
    """What a calendar shows after these mails, by RFC 5546: the time of each visit, None once cancelled."""
    latest: dict[str, Any] = {}
    for event in events:
        uid = str(event.uid).removesuffix("@book-online")
        if uid not in latest or event["SEQUENCE"] >= latest[uid]["SEQUENCE"]:
            latest[uid] = event
    return {uid: event.start if event["STATUS"] == "CONFIRMED" else None for uid, event in latest.items()}


async def test_each_visit_of_a_course_has_a_file_of_its_own(clinic: Database) -> None:
    booking = await make_booking(clinic, *COURSE, service="dry-needling-course")
    mail = as_read(await booking.mail())

    assert "Open the attached files to add these to your calendar." in text_of(mail)
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        "visit-1.ics",
        "visit-2.ics",
        "visit-3.ics",
    ]
    files = calendar_files(mail)
    assert [method for method, _ in files] == 3 * ["REQUEST"]
    assert [event_in(file).start for _, file in files] == COURSE

    # One of it is cancelled: its mail is about that one alone.
    [(method, file)] = calendar_files(as_read(await booking.mail(await booking.cancel(at=NOW, index=1))))
    assert (method, event_in(file).uid) == ("CANCEL", f"{booking.appointments[1].id}@book-online")


async def test_the_sender_organizes_where_the_clinic_has_no_address(empty: Database) -> None:
    name, email = 'en = "Sample Health Services"', 'email = "reception@example.com"'
    await open_clinic(empty, edit_file({name: "en = 'A \"B\"; C'", email: ""}))
    booking = await make_booking(empty, TUESDAY)

    [(_, file)] = calendar_files(as_read(await booking.mail()))

    organizer = event_in(file)["ORGANIZER"]
    assert (organizer, organizer.params["CN"]) == (f"mailto:{SENDER}", "A 'B'; C")


@pytest.mark.parametrize(
    "times",
    [
        [datetime(2027, 3, 15, 13, tzinfo=UTC)],  # the first day of summer time
        [datetime(2026, 11, 30, 15, tzinfo=UTC), datetime(2027, 3, 15, 14, tzinfo=UTC)],
    ],
)
async def test_both_readers_find_the_instants_on_both_sides_of_a_clock_change(
    empty: Database, times: list[datetime]
) -> None:
    await open_clinic(empty, edit_file({'horizon = "60 days"': 'horizon = "366 days"'}))
    for time in times:
        booking = await make_booking(empty, time)
        [(_, file)] = calendar_files(as_read(await booking.mail()))
        assert event_in(file).start == vobject.readOne(file).vevent.dtstart.value == time


async def test_the_manage_link_is_in_no_calendar_which_may_be_shared(clinic: Database) -> None:
    booking = await make_booking(clinic, TUESDAY)

    mail = await booking.mail()

    assert booking.token in text_of(mail)
    assert all(booking.token not in part.as_string() for part in mail.iter_attachments())
    assert all(booking.token not in file for _, file in calendar_files(mail))


async def test_an_undone_cancellation_has_a_mail_that_says_so(clinic: Database) -> None:
    booking = await make_booking(clinic, NOW + timedelta(days=3))
    await booking.cancel(at=NOW + timedelta(minutes=1))
    undone = await booking.undo_cancellation(at=NOW + timedelta(minutes=2))

    mail = await booking.mail(undone)

    assert str(mail["subject"]).startswith("Your visit is booked again: ")
    assert "Open the attached file to update your calendar." in text_of(mail)
    assert "SEQUENCE:2" in calendar_of(mail)
    # What a mail server that was down sends late is about the visit as it is.
    assert await booking.mail_or_none(booking.event(EventKind.CANCELLED)) is None


async def test_the_file_says_all_that_the_patient_needs_and_reminds_them_a_day_before(
    clinic: Database,
) -> None:
    booking = await make_booking(clinic, TUESDAY, service="dry-needling", language="fr")

    [(_, file)] = calendar_files(as_read(await booking.mail()))

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    event = event_in(file)
    text = str(event.description).replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("Avec : Sample Practitioner A, Physiothérapeute\n\nÀ quatre minutes à pied")
    assert "\nStationnement derrière l’immeuble, deux heures gratuites.\n\nComment vous préparer :\n" in text
    assert f"Référence : {booking.appointments[0].reference}\n" in text
    link = f"https://booking.example.com/manage?lang=fr#{booking.token}"
    assert f"en ligne jusqu’au lundi 23 novembre à 9 h 15.\n{link}\n" in text
    assert text.endswith("Services de santé Exemple\nAppelez-nous : 416.545.1881")
    assert event["URL"] == link
    [alarm] = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(days=-1))
    [(_, file)] = calendar_files(as_read(await booking.mail(await booking.cancel(at=NOW))))
    assert event_in(file).walk("VALARM") == []
