"""Names are compared by their words, without case, accents and punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.patients.name_words import beginnings_of_word, begins_with_words, indexed_beginnings, name_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Sample Patient", ["sample", "patient"]),
        ("  SAMPLE  sample\tPATIENT ", ["sample", "patient"]),
        ("Éloïse Cœur", ["eloise", "coeur"]),
        ("Łukasz Straße", ["lukasz", "strasse"]),
        ("S. O’Sample-Patient", ["s", "o", "sample", "patient"]),
        ("Sam\u00adple", ["sample"]),
        ("示例病人", ["示例病人"]),
        ("…", []),
    ],
)
def test_a_name_is_its_words(name: str, words: list[str]) -> None:
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        (["sam"], True),
        (["pat", "sam"], True),
        (["o"], True),
        (["osample"], True),
        (["samplepatient"], False),
        (["ample"], False),
        (["sam", "x"], False),
        ([], True),
    ],
)
def test_a_typed_word_is_the_beginning_of_a_word_or_of_a_name_with_an_apostrophe(
    typed: list[str], is_found: bool
) -> None:
    assert begins_with_words("Sam O'Sample Patient", typed) is is_found


def test_initials_are_not_indexed_and_single_characters_of_chinese_are() -> None:
    assert beginnings_of_word("s") == []
    assert beginnings_of_word("例") == ["例"]
    assert beginnings_of_word("sampleperson") == ["sampleperso", "samplepe", "sample", "samp", "sam", "sa"]


@given(st.text(max_size=30), st.integers(min_value=2, max_value=30))
def test_whoever_types_the_beginning_of_a_word_asks_for_what_is_indexed(name: str, length: int) -> None:
    for word in name_words(name)[:12]:
        assert {*beginnings_of_word(word[:length])} <= indexed_beginnings(name)
        assert begins_with_words(name, [word[:length]])
