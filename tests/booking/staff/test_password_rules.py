"""Passwords: long enough, none that is tried first, and no rule about signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.staff.password_rules import MAX_LENGTH, MIN_LENGTH, check_password, normalized

NAMES = ("Sample Receptionist", "desk@clinic.example", "Sample Health Services")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "vier wörter ohne ziffern",
        "k7#Qz!v2Lp9&",
        "mot de passe du chat gris",
        "my password is a poem by somebody",
        "受付の四つの言葉はここにあります",
        "x" * 500 + "abcdef" + "y" * 494,
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(password: str) -> None:
    check_password(password, names=NAMES)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", InvalidInputCode.OUT_OF_RANGE),
        ("k7#Qz!v2Lp9", InvalidInputCode.OUT_OF_RANGE),
        ("correct horse " * 72, InvalidInputCode.TOO_LONG),
        ("correct horse \ud800 staple", InvalidInputCode.WRONG_FORMAT),
        ("aaaaaaaaaaaaaaaa", InvalidInputCode.WRONG_FORMAT),
        ("121212121212", InvalidInputCode.WRONG_FORMAT),
        ("abcdefghijklm", InvalidInputCode.WRONG_FORMAT),
        ("zyxwvutsrqponm", InvalidInputCode.WRONG_FORMAT),
        ("asdfgasdfgasdfg", InvalidInputCode.WRONG_FORMAT),
        ("Password2026!", InvalidInputCode.WRONG_FORMAT),
        ("Mot-De-Passe-123", InvalidInputCode.WRONG_FORMAT),
        ("SampleReceptionist1", InvalidInputCode.WRONG_FORMAT),
        ("desk@clinic.example", InvalidInputCode.WRONG_FORMAT),
        ("Sample Health Services!", InvalidInputCode.WRONG_FORMAT),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, code: InvalidInputCode) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password, names=NAMES)
    assert (refused.value.code, refused.value.path) == (code, ("password",))
    assert not password or password not in str(refused.value)


@given(st.text())
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        check_password(text, names=NAMES)
    except InvalidInput:
        return
    assert MIN_LENGTH <= len(normalized(text)) <= MAX_LENGTH
    normalized(text).encode()
