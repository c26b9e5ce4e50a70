"""Sample mails: of the clinic's own catalogue, with invented visits, and nothing written."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.domain.errors import NotFound
from booking.notifications.samples.catalogue import catalogue_of_database, catalogue_of_file
from booking.notifications.samples.registry import (
    SAMPLE_MAILS,
    SampleRequest,
    parts_of,
    sample_mail,
    sent_kinds,
)
from booking.notifications.samples.visits import sample_visits
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.outbox import OutboxEvent
from booking.storage.queries.catalogue import all_rows
from tests.booking.notifications.bookings import SITE
from tests.support.clinics import NOW, edit_file, open_clinic, small_clinic

WITH_WAITING_LIST = edit_file({"[[locations]]": "[waiting_list]\n\n[[locations]]"})
FROM_FILE = catalogue_of_file(parse_clinic_file(WITH_WAITING_LIST))
ABOUT_ENTRIES = ("waiting", "opening")
REQUEST = SampleRequest(FROM_FILE, "en", SITE, NOW)


async def test_the_database_gives_the_same_mails_as_the_file(clinic: Database) -> None:
    await open_clinic(clinic, WITH_WAITING_LIST)
    async with clinic.read() as session:
        loaded = await catalogue_of_database(session)
        events = await all_rows(session, OutboxEvent)

    assert sent_kinds(loaded) == sent_kinds(FROM_FILE) == list(SAMPLE_MAILS)
    for kind in SAMPLE_MAILS:
        for language in ("en", "fr"):
            of_file = sample_mail(kind, replace(REQUEST, language=language))
            of_database = sample_mail(kind, replace(REQUEST, language=language, catalogue=loaded))
            assert parts_of(of_database) == parts_of(of_file), kind
    assert all("appointment" not in event.kind for event in events)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("booked", "Your visit is booked: "),
        ("course", "Your 3 visits are booked"),
        ("moved", "Your visit is moved: "),
        ("cancelled", "Your visit is cancelled: "),
        ("offer", "Please choose another time: "),
        ("reminder", "Reminder: "),
        ("waiting", "You are on the waiting list"),
        ("opening", "A time is free for you: "),
        ("staff-booked", "A visit is booked: "),
        ("staff-moved", "A visit is moved: "),
        ("staff-cancelled", "A visit is cancelled: "),
    ],
)
def test_each_kind_is_what_it_says(kind: str, subject: str) -> None:
    mail = parts_of(sample_mail(kind, REQUEST))

    assert mail.subject.startswith(subject)
    assert ("SAMPLE-1" in mail.text) == ("SAMPLE-1" in mail.html) == (kind not in ABOUT_ENTRIES)
    assert bool(mail.calendars) == (kind in ("booked", "course", "moved", "cancelled"))


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(NotFound, match="booked, course, moved, cancelled, offer, reminder"):
        sample_mail("birthday", REQUEST)


def test_a_clinic_without_a_waiting_list_has_no_mails_of_one() -> None:
    catalogue = catalogue_of_file(parse_clinic_file(small_clinic()))

    assert set(SAMPLE_MAILS) - set(sent_kinds(catalogue)) == {"course", *ABOUT_ENTRIES}
    with pytest.raises(NotFound, match="This clinic sends no mail 'waiting', but booked, moved, "):
        sample_mail("waiting", replace(REQUEST, catalogue=catalogue))


def test_a_clinic_that_has_courses_alone_shows_one_visit_of_a_course_moved() -> None:
    catalogue = catalogue_of_file(parse_clinic_file(small_clinic(service="visits = 2")))

    mail = parts_of(sample_mail("moved", replace(REQUEST, catalogue=catalogue)))

    assert "Visit 1 of 2" in mail.text


@given(st.integers(0, 24 * 366))
def test_sample_visits_are_ahead_and_a_week_apart(hours: int) -> None:
    service = FROM_FILE.course()
    assert service
    now = NOW + timedelta(hours=hours)

    visits = sample_visits(FROM_FILE, service, now=now, status=AppointmentStatus.BOOKED)

    starts = [visit.starts_at for visit in visits]
    assert timedelta(days=6) < starts[0] - now < timedelta(days=15)
    assert {(start.weekday(), start.hour) for start in starts} == {(1, 10)}
    assert [later - earlier for earlier, later in pairwise(starts)] == [timedelta(weeks=1)] * 2
