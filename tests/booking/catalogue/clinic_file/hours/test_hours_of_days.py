"""Hours on single days, and time off that comes again: what a clinic's file may say of them."""

from datetime import date

import pytest

from booking.catalogue.clinic_file.export.clinic_text import exported_text
from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from tests.booking.catalogue.clinic_file.clinic_texts import mistakes
from tests.support.clinics import small_clinic

SATURDAY = '{ date = 2027-01-09, times = ["09:00-13:00"] }'


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        (f"[{SATURDAY}]", None),
        (f"[{SATURDAY}, {SATURDAY}]", "[2].date: there are two for 2027-01-09; put all times into one"),
        ("[{ date = 2027-01-09, times = [] }]", '[1].times: times of a day are a list, like ["09:00-13:00"]'),
        ('[{ date = 2027-01-09, times = ["09:00-13:00", "12:00-14:00"] }]', "[1].times: these times overlap"),
        (
            '[{ date = 2027-01-09, times = ["9-13"] }]',
            "[1].times: '9-13' is no time; a time looks like \"07:00-19:00\"",
        ),
        (f"[{SATURDAY[:-2]}, location = 'gone' }}]", "[1].location: there is no location 'gone'"),
    ],
)
def test_a_day_has_its_extra_hours_once(said: str, mistake: str | None) -> None:
    text = small_clinic().replace('services = ["visit"]', f'services = ["visit"]\nextra_hours = {said}')

    if mistake is None:
        parse_clinic_file(text)
    else:
        assert mistakes(text) == [f"practitioners[one].extra_hours{mistake}"]


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        (f"[{SATURDAY}]", None),
        (f"[{SATURDAY}, {SATURDAY}]", "[2].date: there are two for 2027-01-09; put all times into one"),
        (
            f"[{SATURDAY}]\nclosures = [{{ from = 2027-01-08, to = 2027-01-09 }}]",
            "[1].date: a closure says that it is closed on 2027-01-09",
        ),
    ],
)
def test_a_day_has_its_special_hours_once_and_not_in_a_closure(said: str, mistake: str | None) -> None:
    text = small_clinic().replace("hours =", f"special_hours = {said}\nhours =", 1)

    if mistake is None:
        parse_clinic_file(text)
    else:
        assert mistakes(text) == [f"locations[here].special_hours{mistake}"]


def test_a_practitioner_with_extra_hours_alone_can_be_booked() -> None:
    text = small_clinic().replace('services = ["visit"]', f'services = ["visit"]\nextra_hours = [{SATURDAY}]')
    alone = parse_clinic_file(text.replace('week = { mon-sun = ["09:00-12:00"] }', "week = {}"))

    assert clinic_file_warnings(alone, today=date(2026, 11, 23), languages=["en"]) == []


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ('from = 2027-01-08, to = 2027-01-08, every = "week"', None),
        ('from = 2027-01-08T12:00:00, to = 2027-01-09T00:00:00, every = "8 weeks", until = 2027-01-08', None),
        ('from = 2027-02-28, to = 2028-02-27, every = "year"', None),
        (
            "from = 2027-01-08, to = 2027-01-08, until = 2027-02-01",
            ".until: needs `every`",
        ),
        (
            'from = 2027-01-08, to = 2027-01-15, every = "week"',
            ".every: it would come again",
        ),
        (
            'from = 2027-01-08, to = 2028-01-08, every = "1 year"',
            ".every: it would come again",
        ),
        ('from = 2027-01-08, to = 2027-01-07, every = "week"', ".to: the time off ends before it starts"),
        (
            'from = 2027-01-08, to = 2027-01-08, every = "week", until = 2027-01-07',
            ".until: must not be before the first day",
        ),
        (
            'from = 2027-01-08, to = 2027-01-08T12:00:30, every = "week"',
            ".to: what comes again is on the clock of the place",
        ),
        (
            'from = 2027-01-08T12:00:00Z, to = 2027-01-08, every = "week"',
            ".from: what comes again is on the clock of the place",
        ),
        ('from = 2027-01-08, to = 2027-01-08, every = "month"', '.every: how often looks like "2 weeks"'),
    ],
)
def test_time_off_comes_again_on_the_clock_and_is_over_by_then(said: str, mistake: str | None) -> None:
    text = small_clinic().replace('services = ["visit"]', f'services = ["visit"]\ntime_off = [{{ {said} }}]')

    if mistake is None:
        parse_clinic_file(text)
    else:
        (found,) = mistakes(text)
        assert found.startswith(f"practitioners[one].time_off[1]{mistake}")


def test_midnight_at_the_end_of_a_day_comes_back_as_that_day() -> None:
    said = 'time_off = [{ from = 2027-01-08T00:00:00, to = 2027-01-09T00:00:00, every = "1 week" }]'
    text = small_clinic().replace('services = ["visit"]', f'services = ["visit"]\n{said}')

    written = exported_text(rows_of_clinic_file(parse_clinic_file(text)))

    assert 'time_off = [{ from = 2027-01-08, to = 2027-01-08, every = "1 week" }]' in written
