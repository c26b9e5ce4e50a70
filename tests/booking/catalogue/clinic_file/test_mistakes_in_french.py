"""Each mistake of a clinic's file is told in French, too."""

import re
from pathlib import Path

import pytest

from booking.catalogue.clinic_file import fields
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.i18n.locales import texts_for
from tests.booking.catalogue.clinic_file.test_malformed_files import INVALID_VALUES
from tests.support.clinics import SAMPLE, edit_file, practitioner, small_clinic

ENGLISH, FRENCH = texts_for("en"), texts_for("fr")
WRITTEN = re.compile(r"«[^»]*»|\"[^\"]*\"|'[^']*'|`[^`]*`|\{[^}]*\}|TOML.*|sont .*")
"""What a sentence repeats from the file, or shows as an example of it."""
ONE = practitioner("one", "09:00-12:00", "certifications = 7")
ONE_WEEK = practitioner("one", "09:00-12:00")
NO_TIMES = "extra_hours = [{ date = 7, times = [] }]"
MAY_DAY = '{ date = 2027-05-01, times = ["09:00-12:00"] }'
OVERLAP = '{ date = 2027-05-01, times = ["09:00-12:00", "11:00-13:00"] }'
TIME_OFF = (
    "from = 2027-01-08, to = 2027-01-08, until = 2027-02-01",
    'from = 2027-01-08, to = 2027-01-15, every = "week", until = 2027-01-07',
    'from = 2027-01-08, to = 2027-01-08T12:00:30, every = "week"',
    'from = 2027-01-08, to = 2027-01-08, every = "month"',
)
CLOSED = f"closures = [{{ from = 2027-05-01, to = 2027-05-01 }}]\nspecial_hours = [{MAY_DAY}]\nhours ="
WEEKS = practitioner("one", "12:00-09:00").replace("mon-sun", "sun-mon")
FILES = [
    small_clinic(duration="44 min"),
    small_clinic(duration="soon", policy={"horizon": "99999 days", "minimum_notice": "500 days"}),
    small_clinic(practitioners=ONE),
    small_clinic(practitioners=WEEKS),
    small_clinic(practitioners=practitioner("one", "9-5").replace("mon-sun", "someday")),
    small_clinic(practitioners=practitioner("One", "09:00-12:00", "languages = []\nphoto = 1")),
    small_clinic(practitioners=practitioner("one", "09:00-12:00").replace('"visit"', '"visit", "visit"')),
    small_clinic(practitioners=practitioner("one", "09:00-12:00") * 2),
    small_clinic(practitioners=practitioner("one", "09:00-12:00").replace('["visit"]', '["other"]')),
    edit_file({"valid_until = 2031-12-31": "valid_until = 2020-12-31"}),
    edit_file({'requires = "dry-needling"': 'requires = "magic"', 'country = "CA"': 'country = "FR"'}),
    edit_file({'languages = ["en", "fr"]': 'languages = ["en", "fr", "de"]'}),
    edit_file({'languages = ["en", "fr"]': 'languages = ["en"]', '"America/Toronto"': '"Mars"'}),
    edit_file({'price = "110.00"': "", 'time_zone = "America/Toronto"': ""}),
    small_clinic(practitioners=ONE_WEEK.replace("week =", 'every = "9 weeks"\nweek =')),
    small_clinic(practitioners=ONE_WEEK.replace("week =", 'every = "2 weeks"\nweek =')),
    small_clinic(practitioners=ONE_WEEK.replace("week =", "from = 2027-01-04\nuntil = 2027-01-03\nweek =")),
    small_clinic(practitioners=f"{ONE_WEEK}[[practitioners.hours]]\nfrom = 2027-01-04\nweek = {{}}"),
    small_clinic(practitioners=practitioner("one", "09:00-12:00", NO_TIMES)),
    small_clinic(practitioners=practitioner("one", "09:00-12:00", f"extra_hours = [{MAY_DAY}, {MAY_DAY}]")),
    small_clinic(practitioners=practitioner("one", "09:00-12:00", f"extra_hours = [{OVERLAP}]")),
    small_clinic().replace("hours =", CLOSED, 1),
    *(
        small_clinic(practitioners=practitioner("one", "09:00-12:00", f"time_off = [{{ {said} }}]"))
        for said in TIME_OFF
    ),
    SAMPLE + "\n[aftercare]\nx = 1\n[polcy]\nx = 1\n",
    SAMPLE.replace('yes = "call"', 'yes = "maybe"') + "\n[mails]\nlogo = 7\nbooked = '<b>'",
    SAMPLE + "\n[mails]\nlogo = 'https://example.com/logo.png'\nmoved = '" + "x" * 700 + "'",
    'features = ["aftercare", "aftercare"]\n' + SAMPLE,
    *(edit_file({old: new}) for old, new, _ in INVALID_VALUES),
]


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", WRITTEN.sub("", text))}


def check_texts(language: str) -> set[str]:
    return {text for key, text in texts_for(language).texts.items() if key.startswith("check.")}


@pytest.mark.parametrize("number", range(len(FILES)))
def test_a_mistake_is_told_in_french(number: int) -> None:
    only_english = set().union(*map(words, check_texts("en"))) - set().union(*map(words, check_texts("fr")))
    with pytest.raises(ClinicFileError) as refused:
        parse_clinic_file(FILES[number])

    assert {"must", "there", "twice"} <= only_english
    for mistake in refused.value.mistakes:
        french = mistake.in_words(FRENCH)
        assert mistake.in_words(ENGLISH) == mistake.message
        assert french != mistake.message
        assert words(french) & only_english == set(), french


def test_the_files_have_mistakes_of_many_kinds() -> None:
    told = set()
    for text in FILES:
        with pytest.raises(ClinicFileError) as refused:
            parse_clinic_file(text)
        told |= {getattr(mistake.told, "key", "") for mistake in refused.value.mistakes}
    assert len(told) > 35


def test_the_checker_has_no_sentence_without_a_text() -> None:
    modules = Path(fields.__file__).parent.rglob("*.py")

    assert [path.name for path in modules if "raise ValueError(" in path.read_text("utf-8")] == []
