"""All mistakes of a file are told in one round, with their lines; what is odd but allowed is a warning."""

from datetime import date

import pytest

from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.catalogue.clinic_file.parsing.positions import line_numbers
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.i18n.locales import texts_for
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.hours import TimeOff
from tests.support.clinics import SAMPLE, edit_file, practitioner, small_clinic

TODAY = date(2026, 11, 23)
WEST = """
[[locations]]
slug = "west"
name = "West"
address = ["2 Main Street"]
time_zone = "{zone}"
hours = {{ mon-sun = ["00:00-24:00"] }}
"""


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(ClinicFileError) as caught:
        parse_clinic_file(text)
    return [f"{mistake.line} {mistake}" for mistake in caught.value.mistakes]


def line(text: str, start: str) -> int:
    return next(number for number, each in enumerate(text.split("\n"), 1) if each.startswith(start))


def test_mistakes_of_structure_and_rules_and_several_of_one_value_are_told_together() -> None:
    text = small_clinic(duration="44 min", practitioners=practitioner("one", "09:01-12:00", "picture = 1"))
    text = text.replace('services = ["visit"]', 'services = ["visit", "other"]')
    text = text.replace('["09:01-12:00"]', '["09:01-12:00", "x"]')
    text = text.replace("languages", "langages")

    found = mistakes_of(text)

    assert [each for each in found if "langages: unknown key; did you mean 'languages'?" in each]
    week = line(text, "week =")
    assert f"{line(text, 'duration')} services[visit].duration: must be a multiple of 5 minutes" in found
    assert (
        f"{week} practitioners[one].hours[1].week: 'x' is no time; a time looks like \"07:00-19:00\"" in found
    )
    assert any("'09:01-12:00' must be on multiples" in each for each in found)
    assert f"{line(text, 'services =')} practitioners[one].services[2]: there is no service 'other'" in found
    assert any("picture: unknown key; the keys here are about, certifications" in each for each in found)


def test_one_file_leaves_nothing_behind_for_the_next() -> None:
    text = small_clinic(practitioners=practitioner("one", "09:00-12:00")).replace("languages", "langages")
    text = text.replace('services = ["visit"]', 'services = ["visit", "other"]')
    before = mistakes_of(text)
    assert any("there is no service 'other'" in each for each in before)

    mistakes_of("locations = 7")

    assert mistakes_of(text) == before


def test_a_wrong_value_causes_no_mistake_of_a_rule_about_it() -> None:
    assert len(mistakes_of(edit_file({'country = "CA"': 'country = "XX"'}))) == 1
    assert len(mistakes_of(edit_file({'languages = ["en", "fr"]': "languages = 7"}))) == 1
    assert len(mistakes_of(edit_file({'time_zone = "America/Toronto"': ""}))) == 1


def test_lines_are_those_of_the_text() -> None:
    text = '[a]\n"b c".d = [\n 1,\n]\n[[e]]\nf = """\n[x]\n"""\n[[e.g]]\n[[e]]\nh = { i = 1 }\n'

    assert line_numbers(text) == {
        ("a",): 1,
        ("a", "b c"): 2,
        ("a", "b c", "d"): 2,
        ("e", 0): 5,
        ("e", 0, "f"): 6,
        ("e", 0, "g", 0): 9,
        ("e", 1): 10,
        ("e", 1, "h"): 11,
        ("e", 1, "h", "i"): 11,
    }


def test_one_text_stands_for_all_languages() -> None:
    both = 'name = { en = "Main Street clinic", fr = "Clinique de la rue Main" }'
    file = parse_clinic_file(edit_file({both: 'name = "Sample"'}))

    assert rows_of_clinic_file(file).named[Location][0]["name"] == {"en": "Sample", "fr": "Sample"}


@pytest.mark.parametrize(
    ("zone", "there", "day"),
    [
        ("America/Toronto", "11:55-14:00", "mon"),
        ("America/Toronto", "12:00-14:00", None),
        # Three hours behind in summer, and two in winter by the law of 2026.
        ("America/Vancouver", "10:00-12:00", None),
        ("America/Vancouver", "09:55-12:00", "mon"),
        ("America/Vancouver", "06:00-06:05", "mon"),
    ],
)
def test_nobody_is_at_two_places_at_once(zone: str, there: str, day: str | None) -> None:
    one = practitioner("one", "09:00-12:00").replace("week =", 'location = "here"\nweek =')
    more = f'[[practitioners.hours]]\nlocation = "west"\nweek = {{ mon = ["{there}"] }}\n'
    text = small_clinic(practitioners=WEST.format(zone=zone) + one + more)

    if day is None:
        parse_clinic_file(text)
    else:
        (mistake,) = mistakes_of(text)
        assert mistake.endswith(f"hours[2].week: on {day} they are at 'here' at the same time")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (small_clinic(duration="4 h"), "services[visit].duration: is longer than any shift"),
        (small_clinic(policy={"minimum_notice": "366 days"}), "policy.minimum_notice: reaches beyond"),
        (small_clinic().replace('["en"]', '["zh"]'), "clinic.languages: there are no words in 'zh'"),
        (
            small_clinic(
                practitioners=practitioner("one", "09:00-12:00") + "[[practitioners]]\nslug = 'two'\n"
                "name = 'Sample Practitioner Two'\nservices = ['visit']"
            ),
            "practitioners[two].hours: none",
        ),
        (SAMPLE, "practitioners[sample-practitioner-c].certifications: 'dry-needling' expires within"),
        (
            small_clinic().replace(
                "[[services]]", "[[locations.closures]]\nfrom = 2026-01-01\nto = 2026-01-02\n[[services]]"
            ),
            "locations[here].closures[1]: is over",
        ),
    ],
)
def test_what_is_odd_but_allowed_is_a_warning(text: str, warning: str) -> None:
    warnings = clinic_file_warnings(parse_clinic_file(text), today=TODAY, languages=["en", "fr"])

    [found] = [each for each in warnings if str(each).startswith(warning)]
    assert found.in_words(texts_for("en")) == str(found.told)
    assert found.in_words(texts_for("fr")) not in str(found)
    assert clinic_file_warnings(parse_clinic_file(small_clinic()), today=TODAY, languages=["en"]) == []


@pytest.mark.parametrize(
    ("places", "starts_at", "ends_at"),
    [
        (["west"], "2027-03-15 07:00", "2027-03-16 06:59"),
        (["here"], "2027-03-15 04:00", "2027-03-16 03:59"),
        (["here", "west"], "2027-03-15 04:00", "2027-03-16 06:59"),
        ([], "2027-03-15 04:00", "2027-03-16 03:59"),
    ],
)
def test_a_day_off_is_a_day_of_the_places_where_they_work(
    places: list[str], starts_at: str, ends_at: str
) -> None:
    one = practitioner("one", "09:00-12:00", "time_off = [{ from = 2027-03-15, to = 2027-03-15 }]")
    weeks = "".join(
        f'[[practitioners.hours]]\nlocation = "{place}"\nweek = {{ {day} = ["09:00-12:00"] }}\n'
        for place, day in zip(places, ("mon", "tue"))
    )
    one = one[: one.index("[[practitioners.hours]]")] + weeks
    text = small_clinic(practitioners=WEST.format(zone="America/Vancouver") + one)

    (row,) = rows_of_clinic_file(parse_clinic_file(text)).parts[TimeOff]

    assert (f"{row['starts_at']:%Y-%m-%d %H:%M}", f"{row['ends_at']:%Y-%m-%d %H:%M}") == (starts_at, ends_at)
