"""Contact details: what a patient typed is kept or refused, and never changed in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.contact import check_contact, trim

EMAIL, PHONE = "patient@example.com", "416 545 1881"
MARKS = "\u200b\u200e\u200f\u2060\ufeff \t\n"


def phone_of(typed: str, country: str = "CA") -> str:
    return check_contact("Sample Patient", EMAIL, typed, country=country).phone


def name_of(typed: str) -> str:
    return check_contact(typed, EMAIL, PHONE, country="CA").name


def is_refused(name: str = "Sample Patient", email: str = EMAIL, phone: str = PHONE) -> bool:
    try:
        check_contact(name, email, phone, country="CA")
    except ExceptionGroup:
        return True
    return False


@pytest.mark.parametrize(
    "extension",
    [
        *("x123", "X 123", "x.123", "ext. 123", "ext 123", ";ext=123", "#123", " # 123", ", extension 123"),
        *("poste 123", "Poste: 123", ", poste no 123", "poste n° 123", "POSTE 123"),
    ],
)
def test_an_extension_is_kept(extension: str) -> None:
    assert phone_of(f"416.545.1881 {extension}") == "+14165451881;ext=123"
    assert phone_of(f"+1 416 545 1881 {extension}") == "+14165451881;ext=123"


def test_a_number_with_its_extension_is_itself() -> None:
    assert phone_of(phone_of("416.545.1881 poste 45")) == "+14165451881;ext=45"


@pytest.mark.parametrize("typed", ["416.545.1881 poste", "poste 45", "416 545 1881 nonsense 45"])
def test_half_an_extension_is_refused(typed: str) -> None:
    assert is_refused(phone=typed)


@pytest.mark.parametrize(
    ("country", "typed", "number"),
    [
        ("LI", "237 5555", "+4232375555"),
        ("GB", "020 7946 0958", "+442079460958"),
        ("IE", "01 676 1234", "+35316761234"),
        ("MC", "93 15 29 29", "+37793152929"),
        ("CA", "416 545 1881", "+14165451881"),
        ("LI", "+41 44 668 18 00", "+41446681800"),
    ],
)
def test_a_number_without_a_country_code_is_of_the_clinics_country(
    country: str, typed: str, number: str
) -> None:
    assert phone_of(typed, country) == number


@given(st.text(MARKS, max_size=5), st.text(MARKS, max_size=5))
def test_invisible_characters_around_are_not_part_of_a_detail(before: str, after: str) -> None:
    found = check_contact(
        f"{before}Sample Patient{after}", f"{before}{EMAIL}{after}", f"{before}{PHONE}{after}", country="CA"
    )

    assert (found.name, found.email, found.phone) == ("Sample Patient", EMAIL, "+14165451881")


@given(st.text())
def test_trimming_twice_is_trimming_once(text: str) -> None:
    assert trim(trim(text)) == trim(text)
    assert trim(text) in text


@pytest.mark.parametrize(
    "name",
    [
        "\U0002ebf0某",  # of Unicode 15.1
        "\U0002ebf0",
        "\U000323b0",  # of Unicode 17, which no supported Python may know
        *("Zoë Müller", "O’Brien-Smith", "ஆறுமுகம்", "นภา", "عائشة", "שרה", "Ⴀ", "ⵜⴰⵏⵉⵔⵜ", "נ\u200dא", "𐐀"),
    ],
)
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert name_of(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "\u200b", "123", "A\x00B", "A\x1bB", "A\x7fB", "A\ud800", "A\ue000", "A\uffff", "A\ufdd0", "A ☺"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    assert is_refused(name=name)


def test_an_international_domain_is_taken() -> None:
    found = check_contact("Sample Patient", "patient@bücher.example", PHONE, country="CA")

    assert found.email == "patient@bücher.example"
