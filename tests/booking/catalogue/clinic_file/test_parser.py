"""Every mistake in a clinic's file is reported, with its path and what to do."""

import tomllib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from tests.booking.catalogue.clinic_file.clinic_texts import as_toml, keys, mistakes
from tests.support.clinics import SAMPLE, edit_file

A = "practitioners[sample-practitioner-a]"
C = "practitioners[sample-practitioner-c]"
NEEDLING = "services[dry-needling]"


def test_the_sample_is_right() -> None:
    assert len(parse_clinic_file(SAMPLE).practitioners) == 5


MISTAKES: list[tuple[str, str, str, str]] = [
    ('"America/Toronto"', '"America/Toront"', "clinic.time_zone", "no time zone"),
    ('"416.545.1881"', '"12"', "clinic.phone", "no phone number"),
    ('"416.545.1881"', '"ring us"', "clinic.phone", "no phone number"),
    ('"reception@example.com"', '"reception"', "clinic.email", "no e-mail address"),
    ('"https://example.com"', '"example"', "clinic.website", "web address"),
    ('languages = ["en", "fr"]   ', "languages = []   ", "clinic.languages", "at least"),
    ('slot_step = "15 min"', 'slot_step = "7 min"', "policy.slot_step", "multiple of 5"),
    ('slot_step = "15 min"', 'slot_step = "0 min"', "policy.slot_step", "from 5 min to"),
    ('slot_step = "15 min"', "slot_step = 15", "policy.slot_step", "looks like"),
    ('horizon = "60 days"', 'horizon = "367 days"', "policy.horizon", "to 366 days"),
    ('hold = "5 min"', 'hold = "2 h"', "policy.hold", "to 60 min"),
    ('hold = "5 min"', 'hold = "5 fortnights"', "policy.hold", "looks like"),
    ('"CA-ON"', '"CA-XX"', "locations[main-street].public_holidays", "no public holidays"),
    ('"CA-ON"', "7", "locations[main-street].public_holidays", "looks like"),
    (
        'mon-fri = ["07:00-19:00"]',
        'mon-fri = ["19:00-07:00"]',
        "locations[main-street].hours",
        "closes before",
    ),
    ('mon-fri = ["07:00-19:00"]', 'mon-fri = ["7-19"]', "locations[main-street].hours", "no time"),
    ('mon-fri = ["07:00-19:00"]', 'mon-fri = ["07:00-24:30"]', "locations[main-street].hours", "24:00"),
    (
        'mon-fri = ["07:00-19:00"]',
        'mon-fri = ["07:03-19:00"]',
        "locations[main-street].hours",
        "multiples of 5",
    ),
    ('mon-fri = ["07:00-19:00"]', 'mon-fri = "07:00-19:00"', "locations[main-street].hours", "are a list"),
    ('mon-fri = ["07:00-19:00"]', 'fri-mon = ["07:00-19:00"]', "locations[main-street].hours", "backwards"),
    ('mon-fri = ["07:00-19:00"]', 'someday = ["07:00-19:00"]', "locations[main-street].hours", "no day"),
    (
        'hours = { mon-fri = ["07:00-19:00"] }',
        "hours = 7",
        "locations[main-street].hours",
        "a week looks like",
    ),
    (
        'mon-fri = ["07:00-19:00"]',
        'mon-fri = ["07:00-19:00"], fri = ["07:00-08:00"]',
        "locations[main-street].hours",
        "fri is given twice",
    ),
    ('["07:00-15:00"]', '["07:00-12:00", "11:00-15:00"]', f"{A}.hours[1].week", "overlap"),
    ('["07:00-15:00"]', '["06:00-15:00"]', f"{A}.hours[1].week", "outside the location's hours"),
    ('["11:30-12:00"]', '["15:30-16:00"]', f"{A}.hours[1].breaks", "outside the working hours"),
    ("to = 2027-01-01", "to = 2026-12-01", "locations[main-street].closures[1].to", "ends before"),
    ("to = 2027-01-01", 'to = "soon"', "locations[main-street].closures[1].to", "date"),
    ('yes = "call"', 'yes = "maybe"', "screening[pregnancy].yes", "must be"),
    ('duration = "45 min"', 'duration = "43 min"', f"{NEEDLING}.duration", "multiple of 5"),
    ('duration = "45 min"', 'duration = "0 min"', f"{NEEDLING}.duration", "from 5 min to"),
    ('buffer_after = "10 min"', 'buffer_after = "-10 min"', f"{NEEDLING}.buffer_after", "looks like"),
    ('buffer_after = "10 min"', 'buffer_after = "9 min"', f"{NEEDLING}.buffer_after", "multiple of 5"),
    ("visits = 3", "visits = 0", "services[dry-needling-course].visits", "at least 1"),
    ("visits = 3", "visits = 1000", "services[dry-needling-course].visits", "at most 12"),
    ("visits = 3", 'visits = "3"', "services[dry-needling-course].visits", "whole number"),
    ('price = "110.00"', 'price = "110"', f"{NEEDLING}.price", "a price looks like"),
    ('price = "110.00"\n', "", f"{NEEDLING}", "a price needs a currency"),
    (
        'slug = "dry-needling"',
        'slug = "Dry Needling"',
        "services[Dry Needling].slug",
        "no slug",
    ),
    ('slug = "dry-needling-follow-up"', 'slug = "dry-needling"', f"{NEEDLING}.slug", "two with the slug"),
    ('requires = "dry-needling"', 'requires = "magic"', f"{NEEDLING}.requires", "nobody who offers it holds"),
    (
        'screening = ["pregnancy",',
        'screening = ["pregnacy",',
        f"{NEEDLING}.screening[1]",
        "no screening question 'pregnacy'",
    ),
    ('screening = ["pregnancy",', 'screening = ["bleeding",', f"{NEEDLING}.screening[2]", "asked twice"),
    ("valid_until = 2026-12-18", 'note = "no date"', f"{C}.certifications[1].valid_until", "missing"),
    ("valid_until = 2026-12-18", 'valid_until = "soon"', f"{C}.certifications[1].valid_until", "date"),
    (
        "valid_until = 2031-12-31",
        "valid_until = 2020-12-31",
        f"{A}.certifications[1].valid_until",
        "ends before",
    ),
    (
        '{ kind = "dry-needling", valid_until = 2026-12-18 }',
        '{ kind = "dry-needling", valid_until = 2026-12-18 }, '
        '{ kind = "dry-needling", valid_until = 2027-12-18 }',
        f"{C}.certifications[2].kind",
        "two 'dry-needling' certificates",
    ),
    (
        "to = 2026-12-16",
        "to = 2026-12-13",
        "practitioners[sample-practitioner-b].time_off[1].to",
        "ends before",
    ),
    ("to = 2026-12-16", "to = 7", "practitioners[sample-practitioner-b].time_off[1].to", "must be a date"),
    ('name = "Sample Practitioner A"', 'nmae = "Sample Practitioner A"', f"{A}.nmae", "did you mean 'name'"),
    ('name = "Sample Practitioner A"', 'name = ""', f"{A}.name", "empty"),
    ('name = "Sample Practitioner A"', "name = 7", f"{A}.name", "text in quotes"),
    (
        'services = ["dry-needling",',
        'services = ["dry-needle",',
        f"{A}.services[1]",
        "no service 'dry-needle'",
    ),
    (
        'services = ["dry-needling", "dry-needling-follow-up",',
        'services = ["dry-needling", "dry-needling",',
        f"{A}.services[2]",
        "named twice",
    ),
    (
        '[[practitioners.hours]]\nweek = { mon-thu = ["07:00-15:00"] }',
        '[[practitioners.hours]]\nlocation = "elsewhere"\nweek = { mon-thu = ["07:00-15:00"] }',
        f"{A}.hours[1].location",
        "no location 'elsewhere'",
    ),
    (
        '[[practitioners.hours]]\nweek = { mon-thu = ["07:00-15:00"] }',
        '[[practitioners.hours]]\nweek = {}\n[[practitioners.hours]]\nweek = { mon-thu = ["07:00-15:00"] }',
        f"{A}.hours[2].location",
        "two weeks at",
    ),
    (
        'name = { en = "Main Street clinic", fr = "Clinique de la rue Main" }',
        'name = { en = "Main Street clinic" }',
        "locations[main-street].name",
        "the text in 'fr' is missing",
    ),
    (
        'name = { en = "Main Street clinic", fr = "Clinique de la rue Main" }',
        'name = { en = "Main Street clinic", fr = "Clinique", de = "Klinik" }',
        "locations[main-street].name",
        "'de' is not one of",
    ),
    (
        'name = { en = "Main Street clinic", fr = "Clinique de la rue Main" }',
        'name = { en = "", fr = "" }',
        "locations[main-street].name",
        "not be empty",
    ),
    (
        'name = { en = "Main Street clinic", fr = "Clinique de la rue Main" }',
        "name = 7",
        "locations[main-street].name",
        "a text is",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "message"), MISTAKES)
def test_a_mistake_is_reported_with_its_path(old: str, new: str, path: str, message: str) -> None:
    reported = mistakes(edit_file({old: new}))

    assert any(line.startswith(f"{path}: ") and message in line for line in reported), reported


def test_a_service_that_nobody_offers_is_a_mistake() -> None:
    reported = mistakes(
        SAMPLE.replace('"physiotherapy-assessment", ', "").replace('"physiotherapy-assessment",', "")
    )

    assert (
        "services[physiotherapy-assessment]: nobody offers this service: name it in a practitioner's services"
        in reported
    )


def test_with_several_locations_hours_must_say_where() -> None:
    another = """
[[locations]]
slug = "high-street"
name = { en = "High Street clinic", fr = "Clinique de la rue High" }
address = ["2 High Street"]
hours = { mon-fri = ["07:00-19:00"] }
"""
    reported = mistakes(SAMPLE.replace("\n[[screening]]", another + "\n[[screening]]", 1))

    assert f"{A}.hours[1].location: which location? The clinic has several" in reported


def test_all_mistakes_are_reported_at_once() -> None:
    reported = mistakes(
        edit_file({'"America/Toronto"': '"Nowhere"', 'duration = "45 min"': 'duration = "44 min"'})
    )

    assert [line.split(":")[0] for line in reported] == ["clinic.time_zone", f"{NEEDLING}.duration"]


@pytest.mark.parametrize("text", ["", "[clinic", "= 7", "clinic = 7", "a" * 10_000])
def test_a_text_that_is_no_clinic_file_is_refused(text: str) -> None:
    assert mistakes(text)


def test_a_mistake_in_the_toml_itself_has_its_line() -> None:
    assert "line 3" in mistakes('[clinic]\nname = "x"\nname = = 2\n')[0]


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [at, *(path for key, child in children for path in paths(child, (*at, key)))][1 if not at else 0 :]


PLACES = paths(tomllib.loads(SAMPLE))
MOMENTS = st.dates() | st.datetimes(timezones=st.none() | st.timezones())
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
ANYTHING: st.SearchStrategy[Any] = PLAIN | MOMENTS | st.sampled_from([[], {}])


@settings(max_examples=120)
@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_any_value_at_any_path_makes_a_clinic_or_a_list_of_mistakes(
    place: tuple[Any, ...], value: Any
) -> None:
    content = tomllib.loads(SAMPLE)
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with suppress(ClinicFileError):
        assert rows_of_clinic_file(parse_clinic_file(as_toml(content))).named


def test_the_sample_shows_every_key_but_the_rare_ones() -> None:
    rare = {"buffer_before", "location", "mails", "revision", "screening_valid", "time_zone", "travel_time"}
    missing = {
        key for key in keys(ClinicFile) - rare if f"{key} = " not in SAMPLE and f"{key}]]" not in SAMPLE
    }

    assert (
        missing
        - {
            "busy_calendars",
            "clinic",
            "consent",
            "desk",
            "policy",
            "reminders",
            "retention",
            "sms",
            "waiting_list",
        }
        == set()
    )
