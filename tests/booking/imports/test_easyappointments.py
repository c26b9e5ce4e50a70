"""Easy!Appointments: what a dump of its database says of a clinic."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from booking.imports.clinic import ForeignPractitioner, ForeignRules, ForeignService, ForeignVisit
from booking.imports.easyappointments.reader import read_easyappointments
from booking.imports.errors import UnreadableImport
from tests.booking.imports.foreign_files import EASYAPPOINTMENTS, EXPORTED
from tests.support.clinics import edit_file

TORONTO = "America/Toronto"
at = datetime.fromisoformat


def test_the_clinic_its_rules_and_its_closures() -> None:
    clinic = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED)

    assert (clinic.name, clinic.time_zone) == ("Sample Clinic 'North'", TORONTO)
    assert (clinic.email, clinic.website) == ("reception@example.com", "https://example.com")
    assert (clinic.address, clinic.language) == ("1 Sample Street, Toronto", "en")
    assert clinic.rules == ForeignRules(slot_step=15, minimum_notice=90, horizon_days=90)
    assert clinic.closures == [(date(2030, 2, 4), date(2030, 2, 5), "Renovation")]


def test_services_as_plain_text_with_prices() -> None:
    first, massage, *_ = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED).services

    assert first == ForeignService(
        "1",
        "Physiothérapie, première visite",
        45,
        "We look at you & plan.\nBring comfortable clothes.",
        Decimal("110.00"),
        "CAD",
    )
    assert massage == ForeignService("2", "Massage", 58, "", Decimal("90.50"), "$")


def test_practitioners_with_weeks_days_and_time_off() -> None:
    first, second = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED).practitioners

    meeting = (at("2030-01-14T09:00"), at("2030-01-14T10:00"))
    assert first == ForeignPractitioner(
        "2",
        "Sample Practitioner A",
        TORONTO,
        ["1", "3"],
        {0: [(540, 720), (750, 1020)], 1: [(540, 1020)], 3: [(540, 1020)], 4: [(542, 720)]},
        {date(2030, 1, 15): [(660, 1080)]},
        [meeting, (at("2030-01-10T14:00"), at("2030-01-10T16:00"))],
    )
    assert second == ForeignPractitioner(
        "3",
        "Sample Practitioner B",
        TORONTO,
        ["2", "4"],
        {0: [(480, 720)], 2: [(480, 1440)], 4: [(480, 720)]},
        {date(2030, 1, day): [] for day in (16, 17, 18)},
        [meeting],
    )


def test_visits_that_are_coming_and_stand() -> None:
    visits = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED).visits

    assert [visit.key.removeprefix("easyappointments aaaaaaaaaaa") for visit in visits] == [
        "2",
        "3",
        "5",
        "7",
    ]
    assert visits[0] == ForeignVisit(
        "easyappointments aaaaaaaaaaa2",
        "1",
        "2",
        datetime(2030, 1, 8, 15, tzinfo=UTC),
        45,
        "Sample Patient 1",
        "sample.patient.1@example.com",
        "416 555 0111",
        "fr",
        'Wants the room with the "window"; it\'s quiet\nSecond line',
    )


def test_notes_say_what_is_another_thing_here() -> None:
    clinic = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED)

    assert dict(clinic.notes) == {
        "Their calendars elsewhere are not read yet: `book-online busy` connects them": [
            "Sample Practitioner A"
        ],
        f"Without a time zone of their own: their times are read on the clock of {TORONTO}": [
            "Sample Practitioner B"
        ],
        "Private there, bookable by everybody here: take these services out if that should not be": [
            "Yoga class"
        ],
        "For several people at once there; here a visit is one person's": ["Yoga class"],
        "Accounts and passwords are not taken over: `book-online staff add` makes new ones": ["Sample Admin"],
        "Starting times differ by service there; here the most common `slot_step` counts for all": [],
    }
    assert dict(clinic.visit_notes) == {
        "Visits that are cancelled or drafts: not booked": ["2030-01-08 11:00"],
        "Visits that have begun stay in Easy!Appointments: 1": [],
        "Customers without any visit are not taken over: 1": [],
        "Customers' custom fields and notes are not taken over": [],
    }


def test_a_zone_is_the_clock_of_those_who_chose_none() -> None:
    nobody_chose = EASYAPPOINTMENTS.replace("America/Toronto", "UTC")

    clinic = read_easyappointments(nobody_chose, zone="Europe/London", now=EXPORTED)

    assert {each.time_zone for each in clinic.practitioners} == {clinic.time_zone} == {"Europe/London"}
    assert clinic.visits[0].starts_at == datetime(2030, 1, 8, 10, tzinfo=UTC)


def test_a_clinic_words_its_statuses_itself() -> None:
    text = EASYAPPOINTMENTS.replace("'Confirmed'", "'À rappeler'").replace("'Cancelled'", "'Annulé'")

    clinic, expected = (read_easyappointments(each, now=EXPORTED) for each in (text, EASYAPPOINTMENTS))

    assert clinic.visits == expected.visits
    own = "With a status of the clinic's own: taken as visits that take place"
    assert dict(clinic.visit_notes) == {own: ["2030-01-08 10:00: À rappeler"], **dict(expected.visit_notes)}


def test_tables_may_have_another_prefix_and_an_older_column() -> None:
    older = EASYAPPOINTMENTS.replace("`ea_", "`booking_").replace("is_unavailability", "is_unavailable")

    clinic, expected = (read_easyappointments(text, now=EXPORTED) for text in (older, EASYAPPOINTMENTS))

    assert (clinic.services, clinic.practitioners) == (expected.services, expected.practitioners)
    assert clinic.visits == expected.visits


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        (
            {
                "CREATE TABLE `ea_services_providers`": "CREATE TABLE `x`",
                "INTO `ea_services_providers`": "INTO `x`",
            },
            "this is no dump of Easy!Appointments: the tables ea_users",
        ),
        ({"2030-01-08 10:00:00": "soon"}, "the column 'start_datetime' should have a date with a time"),
        ({r"{\"start\":\"09:00\"": r"{\"start\":\"9 o\""}, "'9 o' should be a time of a day, such as 09:30"),
        ({r"{\"sunday\":null,": "[1,"}, "the column 'working_plan' should have a JSON"),
        ({r"\"2030-01-15\":": r"\"soon\":"}, "'soon' should be a day, such as 2030-01-31"),
        ({",45,110.00": ",'long',110.00"}, "the column 'duration' should have a whole number"),
        ({",110.00,": ",'free',"}, "'free' should be the price of a service"),
    ],
)
def test_a_dump_that_makes_no_sense_is_explained(edits: dict[str, str], sentence: str) -> None:
    with pytest.raises(UnreadableImport) as refused:
        read_easyappointments(edit_file(edits, EASYAPPOINTMENTS), now=EXPORTED)

    assert str(refused.value).startswith(sentence)


def test_no_patients_data_are_in_a_traceback() -> None:
    [visit, *_] = read_easyappointments(EASYAPPOINTMENTS, now=EXPORTED).visits

    assert "Patient" not in repr(visit)
