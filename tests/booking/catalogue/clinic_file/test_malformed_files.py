"""Odd values in a clinic's file are reported like any other mistake, and never crash."""

from pathlib import Path

import pytest

from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from tests.booking.catalogue.clinic_file.clinic_texts import keys, mistakes
from tests.support.clinics import SAMPLE, edit_file

B = "practitioners[sample-practitioner-b]"
C = "practitioners[sample-practitioner-c]"
TIME_OFF = "{ from = 2026-12-14, to = 2026-12-16 }"
UNTIL = "valid_until = 2026-12-18"
NOT_A_DATE = f"{C}.certifications[1].valid_until: must be a date, like 2027-03-15 (without quotes)"


INVALID_VALUES = [
    ('"CA-ON"', '"__name__"', "locations[main-street].public_holidays: a region looks like"),
    ('"CA-ON"', '"country_holidays"', "locations[main-street].public_holidays: a region looks like"),
    ('"CA-ON"', '"HolidayBase"', "locations[main-street].public_holidays: a region looks like"),
    ('"America/Toronto"', '"localtime"', "clinic.time_zone: 'localtime' is no time zone"),
    ('country = "CA"', 'country = "UK"', "clinic.country: 'UK' is no country"),
    ('languages = ["en", "fr"]   ', 'languages = ["en", "en"]', "clinic.languages[2]: 'en' is named"),
    ('languages = ["fr", "en"]', 'languages = ["fr", "fr"]', "practitioners[sample-practitioner-e].lang"),
    ('horizon = "60 days"', 'horizon = "36 h"', "policy.horizon: must be whole days"),
    (UNTIL, "valid_until = 0", NOT_A_DATE),
    (UNTIL, 'valid_until = "2026-12-18"', NOT_A_DATE),
    (UNTIL, "valid_until = 2026-12-18T00:00:00", NOT_A_DATE),
    ("to = 2026-12-16", "to = 9999-12-31", f"{B}.time_off[1].to: the year must be from 1900 to 9998"),
    (
        "Practitioner A",
        "Practitioner\\u0000",
        "practitioners[sample-practitioner-a].name: has a character",
    ),
    ("Main Street clinic", "\\u0000", "locations[main-street].name: has a character"),
    (
        "{ from = 2026-12-14",
        "{ from_ = 2026-12-14",
        f"{B}.time_off[1].from_: unknown key; did you mean 'f",
    ),
    ('price = "110.00"', 'price = "١١٠.٠٠"', "services[dry-needling].price: '١١٠.٠٠' is no price"),
    ("visits = 3", f"visits = {'9' * 5000}", "this is not TOML: Exceeds the limit"),
]


@pytest.mark.parametrize(("old", "new", "reported"), INVALID_VALUES)
def test_an_invalid_value_is_reported_with_its_path(old: str, new: str, reported: str) -> None:
    lines = mistakes(edit_file({old: new}))

    assert any(line.startswith(reported) for line in lines), lines


@pytest.mark.parametrize(
    "off",
    [
        "{ from = 2026-12-14T10:00:00Z, to = 2026-12-14T04:00:00 }",
        "{ from = 2026-12-16T10:00:00-05:00, to = 2026-12-14 }",
        # The clocks in Toronto jump from 2:00 to 3:00 that night: 2:15 is what they show as 3:15.
        "{ from = 2027-03-14T02:15:00, to = 2027-03-14T03:10:00 }",
    ],
)
def test_time_off_is_compared_as_instants(off: str) -> None:
    assert mistakes(edit_file({TIME_OFF: off})) == [f"{B}.time_off[1].to: the time off ends before it starts"]


def test_a_key_in_the_wrong_place_is_not_suggested_instead_of_itself() -> None:
    reported = mistakes(edit_file({'address = ["1 Main': 'phone = "416.545.1881"\naddress = ["1 Main'}))

    keys_here = (
        "address, closures, directions, hours, name, parking, public_holidays, slug, special_hours, time_zone"
    )
    assert reported == [f"locations[main-street].phone: unknown key; the keys here are {keys_here}"]


def test_mistakes_are_reported_in_the_files_order() -> None:
    edits = {
        "valid_until = 2031-12-31": "valid_until = 2020-12-31",
        'requires = "dry-needling"': 'requires = "magic"',
        'country = "CA"': 'country = "FR"',
    }

    assert [line.split(":")[0] for line in mistakes(edit_file(edits))] == [
        "clinic.phone",
        "services[dry-needling].requires",
        "practitioners[sample-practitioner-a].certifications[1].valid_until",
    ]


@pytest.mark.parametrize("text", ["\ufeff" + SAMPLE, SAMPLE.replace("\n", "\r\n")])
def test_a_file_from_any_editor_is_read(text: str) -> None:
    assert parse_clinic_file(text) == parse_clinic_file(SAMPLE)


def test_the_error_lists_its_mistakes() -> None:
    with pytest.raises(ClinicFileError) as caught:
        parse_clinic_file(edit_file({'horizon = "60 days"': 'horizon = "36 h"'}))

    line = SAMPLE[: SAMPLE.index('horizon = "60 days"')].count("\n") + 1
    expected = f"1 mistake in the clinic's file\n  line {line}: policy.horizon: must be whole days"
    assert str(caught.value) == expected


def test_every_key_is_in_the_reference_also_those_that_the_sample_leaves_out() -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "clinic-file.md").read_text("utf-8")

    assert {key for key in keys(ClinicFile) if f"`{key}`" not in page and f"[{key}]" not in page} == set()
