"""Cal.com: what a dump of its database, or answers of its API, say of a clinic."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from booking.imports.calcom.reader import read_calcom
from booking.imports.clinic import ForeignPractitioner, ForeignRules, ForeignService, ForeignVisit
from booking.imports.errors import UnreadableImport
from tests.booking.imports.foreign_files import CALCOM, EXPORTED, answer, booking, calcom_answers, event_type
from tests.support.clinics import edit_file

TORONTO, LONDON = "America/Toronto", "Europe/London"


def test_the_clinic_its_services_and_its_people() -> None:
    clinic = read_calcom([CALCOM], now=EXPORTED)

    assert (clinic.name, clinic.time_zone, clinic.email) == ("Sample Clinic", TORONTO, "")
    assert clinic.address == "1 Sample Street, Toronto"
    assert clinic.rules == ForeignRules(slot_step=15, minimum_notice=120, horizon_days=60)
    assert clinic.services == [
        ForeignService("1", "First visit", 30, "Bring *loose* clothes", Decimal(110), "CAD", 0, 10),
        ForeignService("2", "Secret", 15, buffer_before=5),
        ForeignService("3", "Group", 45),
        ForeignService("4", "Remote", 25),
    ]
    weekdays = {day: [(540, 1020)] for day in range(5)}
    assert clinic.practitioners == [
        ForeignPractitioner(
            "1",
            "Sample Practitioner A",
            TORONTO,
            ["1", "2", "3"],
            {**weekdays, 5: [(600, 720)]},
            {date(2030, 1, 10): [], date(2030, 1, 11): [(540, 720)]},
            [(datetime.fromisoformat("2030-01-21"), datetime.fromisoformat("2030-01-22T23:59:59"))],
        ),
        ForeignPractitioner(
            "2", "Sample Practitioner B", LONDON, ["4", "3"], {0: [(540, 1020)], 6: [(540, 1020)]}, {}, []
        ),
    ]


def test_visits_that_are_coming_and_accepted() -> None:
    clinic = read_calcom([CALCOM], now=EXPORTED)

    remote, first, other = clinic.visits
    assert first == ForeignVisit(
        "calcom uidsample11",
        "1",
        "1",
        datetime(2030, 1, 8, 15, tzinfo=UTC),
        30,
        "Sample Patient 1",
        "sample.patient.1@example.com",
        "",
        "fr",
        "Knee,\\ left\nSecond line",
    )
    # The event type of a team's member is a copy of the team's.
    assert (remote.service, remote.practitioner, remote.phone) == ("4", "2", "+14165550112")
    assert other.key == "calcom uidsample16"
    assert dict(clinic.visit_notes) == {
        "Visits that have begun stay in Cal.com: 1": [],
        "Visits of several people: booked for the first of them": ["2030-01-08 10:00"],
        "Visits that are cancelled or rejected: not booked": ["2030-01-08 11:00"],
        "Visits that wait for an answer: not booked, answer them": ["2030-01-08 12:00"],
        "Visits without a patient: not booked": ["2030-01-08 13:00"],
    }


def test_notes_say_what_is_another_thing_here() -> None:
    assert dict(read_calcom([CALCOM], now=EXPORTED).notes) == {
        "With several schedules there; here the hours are those of the default one": [
            "Sample Practitioner A"
        ],
        "Hidden there, bookable by everybody here: take these services out if that should not be": ["Secret"],
        "To be confirmed by hand there; here a visit is booked at once": ["Secret"],
        "Recurring there; here each visit is booked by itself, unless you make it a course (`visits`)": [
            "Secret"
        ],
        "For several people at once there; here a visit is one person's": ["Group"],
        "With all hosts at once there; here a visit is with one practitioner": ["Group"],
        "With hours of their own there; here they can be booked in the practitioner's hours": ["Group"],
        "Notice and horizon differ by event type there; here the longest of each counts for all": [],
    }


def test_answers_of_the_api_say_the_same() -> None:
    clinic = read_calcom(calcom_answers(), now=EXPORTED)

    assert clinic.rules == ForeignRules(slot_step=15, minimum_notice=120, horizon_days=60)
    assert clinic.services == [
        ForeignService("1", "First visit", 30, "", Decimal(110), "CAD", 0, 10),
        ForeignService("3", "Group", 45),
    ]
    first, second = clinic.practitioners
    assert first == ForeignPractitioner(
        "1",
        "Sample Practitioner A",
        TORONTO,
        ["1", "3"],
        {0: [(540, 1020)], 1: [(540, 1020)], 6: [(600, 720)]},
        {date(2030, 1, 8): []},
        [],
    )
    assert (second.name, second.services, second.week) == ("B", ["3"], {})
    [visit] = clinic.visits
    assert (visit.key, visit.starts_at) == ("calcom uidsample11", datetime(2030, 1, 7, 15, tzinfo=UTC))
    assert (visit.service, visit.practitioner, visit.minutes) == ("1", "1", 30)
    assert (visit.name, visit.phone, visit.language) == ("Sample Patient 1", "+14165550111", "en")


@pytest.mark.parametrize("answered", ["attendeePhoneNumber", "smsReminderNumber"])
def test_a_number_may_be_among_the_answers_of_a_booking(answered: str) -> None:
    event_types = answer([event_type(1, "Visit", 30)])
    visit = booking(11, "2030-01-07T15:00:00.000Z")
    visit["attendees"][0]["phoneNumber"] = None
    visit["bookingFieldsResponses"] = {answered: "+14165550112"}

    clinic = read_calcom([event_types, answer([visit])], zone=TORONTO, now=EXPORTED)

    assert clinic.visits[0].phone == "+14165550112"


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["-- nothing"], "there are no event types of Cal.com"),
        ([CALCOM, CALCOM], "several files are answers of Cal.com's API, in JSON; a dump is one"),
        (["[1]"], "file 1: this is no answer of Cal.com's API"),
        ([answer([{"id": 1}])], "file 1: this is no answer of /v2/me, /v2/event-types"),
        ([answer([]), '{\n"data":'], "file 2, line 2: this is no JSON; is it cut off?"),
        ([json.dumps({"status": "error"})], "file 1: Cal.com refused: is the API key right"),
        ([answer([])], "there are no event types of Cal.com"),
        ([edit_file({"09:00:00\t17:00:00": "nine\tfive"}, CALCOM)], "'nine' should be a time of a day"),
    ],
)
def test_what_makes_no_sense_is_explained(texts: list[str], sentence: str) -> None:
    with pytest.raises(UnreadableImport) as refused:
        read_calcom(texts, now=EXPORTED)

    assert str(refused.value).startswith(sentence)
