"""Which language a reader gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.i18n.negotiation import preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR-ca", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.2, fr;q=0.9", "fr"),
        ("de, fr;q=0.5", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("de, *;q=0.5, fr;q=0.1", "en"),
        ("fr;q=0", "en"),
        ("en;q=0, *", "fr"),
        ("fr-CA, fr;q=0", "en"),
        ("en;q=0, fr;q=0", "en"),
        ("fr;Q=0.5, en;q=0.2", "fr"),
        ("fr ; q=0.9, en;q=0.2", "fr"),
        ("fr;q=nonsense, en", "en"),
        ("fr;q=7", "en"),
        (";;,,;q=1", "en"),
    ],
)
def test_a_reader_gets_the_available_language_with_the_highest_weight(header: str, language: str) -> None:
    assert preferred_language(header, ["en", "fr"]) == language


def test_a_language_without_a_region_accepts_a_regional_text() -> None:
    assert preferred_language("fr", ["en-CA", "fr-CA"]) == "fr-CA"


def test_an_exact_language_comes_before_a_related_one() -> None:
    assert preferred_language("fr-CA", ["fr", "fr-CA"]) == "fr-CA"
    assert preferred_language("zh-hant-TW", ["en", "zh-Hant"]) == "zh-Hant"


@given(header=st.text(max_size=60))
def test_any_text_is_accepted_as_an_accept_language_header(header: str) -> None:
    assert preferred_language(header, ["en", "fr"]) in ("en", "fr")
