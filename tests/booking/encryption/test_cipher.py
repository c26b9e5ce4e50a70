"""A value is read only with its own key, at its own place, unaltered."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.encryption.cipher import BLOCK_BYTES, Ciphertext, Place, UnreadableValue, new_data_key
from booking.encryption.contact_index import email_index, phone_index

KEY = new_data_key()
PLACE = Place("patients.name", uuid.UUID(int=1))
TEXTS = st.text(st.characters(codec=None))


@given(TEXTS)
def test_what_was_encrypted_is_decrypted(text: str) -> None:
    assert KEY.decrypt(KEY.encrypt(text, PLACE), PLACE) == text


@given(TEXTS)
def test_the_same_text_never_has_the_same_ciphertext(text: str) -> None:
    assert KEY.encrypt(text, PLACE) != KEY.encrypt(text, PLACE)


@given(st.text(max_size=BLOCK_BYTES // 4 - 1), st.text(max_size=BLOCK_BYTES // 4 - 1))
def test_the_length_of_a_short_text_does_not_show(one: str, other: str) -> None:
    assert len(KEY.encrypt(one, PLACE)) == len(KEY.encrypt(other, PLACE))


@given(TEXTS, st.data())
def test_an_altered_or_cut_ciphertext_is_refused(text: str, data: st.DataObject) -> None:
    ciphertext = KEY.encrypt(text, PLACE)
    at = data.draw(st.integers(0, len(ciphertext) - 1))
    altered = bytearray(ciphertext)
    altered[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(altered), ciphertext[:at], ciphertext + b"\x00"):
        with pytest.raises(UnreadableValue):
            KEY.decrypt(damaged, PLACE)


@pytest.mark.parametrize(
    "place",
    [
        Place("patients.name", uuid.UUID(int=2)),
        Place("patients.email", uuid.UUID(int=1)),
        Place("holds.name", uuid.UUID(int=1)),
    ],
)
def test_a_ciphertext_that_was_moved_is_refused(place: Place) -> None:
    with pytest.raises(UnreadableValue, match="moved here"):
        KEY.decrypt(KEY.encrypt("Sample Patient", PLACE), place)


def test_another_key_reads_nothing() -> None:
    with pytest.raises(UnreadableValue):
        new_data_key().decrypt(KEY.encrypt("Sample Patient", PLACE), PLACE)


def test_neither_a_key_nor_an_error_shows_a_secret() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert str(KEY.secret) not in repr(KEY)
    assert "Sample" not in str(UnreadableValue(PLACE))


def test_an_index_is_equal_for_equal_addresses_only() -> None:
    assert email_index(KEY, "A.Patient@Example.com") == email_index(KEY, "a.patient@example.com")
    assert email_index(KEY, "a@example.com") != email_index(KEY, "b@example.com")
    assert email_index(KEY, "a@example.com") != email_index(new_data_key(), "a@example.com")
    assert phone_index(KEY, "+14165450100;ext=4") == phone_index(KEY, "+14165450100")
    assert email_index(KEY, "+1416") != phone_index(KEY, "+1416")


def test_a_ciphertext_is_bytes_that_no_plain_value_is_taken_for() -> None:
    assert isinstance(KEY.encrypt("", PLACE), Ciphertext)
    assert not isinstance(b"", Ciphertext)
