"""Times, zones, plurals and prices as people write them in a language."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.i18n.locales import texts_for

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("language", "amount", "currency", "price"),
    [
        ("en", "110.00", "CAD", "$110"),
        ("en", "112.50", "CAD", "$112.50"),
        ("en", "112.50", "USD", "$112.50"),
        ("en", "90.00", "CHF", "CHF\u00a090"),
        ("fr", "110.00", "CAD", "110\u00a0$"),
        ("fr", "112.50", "EUR", "112,50\u00a0€"),
    ],
)
def test_a_price_has_the_format_of_its_language(
    language: str, amount: str, currency: str, price: str
) -> None:
    assert texts_for(language).price(amount, currency) == price


@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        ("en", 0, "0 visits"),
        ("en", 1, "1 visit"),
        ("en", 2, "2 visits"),
        ("fr", 0, "0 rendez-vous"),
        ("fr", 1, "1 rendez-vous"),
        ("fr", 2, "2 rendez-vous"),
    ],
)
def test_a_number_has_the_form_of_its_language(language: str, n: int, text: str) -> None:
    assert texts_for(language).count("service.visits", n) == text


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (
            datetime(2026, 11, 24, 12, tzinfo=UTC),
            "Tuesday, November 24, 7:00\u00a0a.m.",
            "mardi 24 novembre à 7\u00a0h",
        ),
        (
            datetime(2026, 12, 1, 17, tzinfo=UTC),
            "Tuesday, December 1, 12:00\u00a0p.m.",
            "mardi 1er décembre à 12\u00a0h",
        ),
        # Clocks go back, and this hour comes twice.
        (
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            "Sunday, November 1, 1:30\u00a0a.m.\u00a0EDT",
            "dimanche 1er novembre à 1\u00a0h\u00a030\u00a0HAE",
        ),
        (
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "Sunday, November 1, 1:30\u00a0a.m.\u00a0EST",
            "dimanche 1er novembre à 1\u00a0h\u00a030\u00a0HNE",
        ),
    ],
)
def test_a_time_is_on_the_clock_of_its_location(at: datetime, english: str, french: str) -> None:
    local = at.astimezone(TORONTO)

    assert texts_for("en").day_and_time(local) == english
    assert texts_for("fr").day_and_time(local) == french


@pytest.mark.parametrize(
    ("now", "day", "english", "french"),
    [
        ("2026-12-31T23:30", "2026-12-31", "Thursday, December 31", "jeudi 31 décembre"),
        ("2026-12-31T23:30", "2027-01-01", "Friday, January 1, 2027", "vendredi 1er janvier 2027"),
        ("2026-12-31T23:30", "2027-01-04", "Monday, January 4, 2027", "lundi 4 janvier 2027"),
        ("2027-01-01T00:00", "2027-01-04", "Monday, January 4", "lundi 4 janvier"),
        ("2027-01-01T00:00", "2026-12-31", "Thursday, December 31, 2026", "jeudi 31 décembre 2026"),
    ],
)
def test_a_day_of_another_year_than_the_readers_says_which(
    now: str, day: str, english: str, french: str
) -> None:
    zone = ZoneInfo("America/Toronto")
    local = datetime.fromisoformat(now).replace(tzinfo=zone)

    for language, words in (("en", english), ("fr", french)):
        assert texts_for(language).read_at(local.astimezone(UTC), zone).day(date.fromisoformat(day)) == words


def test_times_say_whose_clock_they_are_on() -> None:
    local = datetime(2026, 11, 24, 12, tzinfo=UTC).astimezone(TORONTO)

    assert texts_for("en").zone_note(local) == "Times are in Toronto time (EST)."
    assert texts_for("fr").zone_note(local) == "Heure de Toronto (HNE)."

    summer = local.replace(month=10)
    assert texts_for("en").zone_note(summer, local) == "Times are in Toronto time (EDT / EST)."


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("America/Halifax", "HAA", "HNA"),
        ("America/Edmonton", "HAR", "HNR"),
        ("America/Vancouver", "HAP", "HNP"),
        ("America/Sao_Paulo", "UTC-03", "UTC-03"),
    ],
)
def test_a_zone_of_the_americas_has_its_french_name(zone: str, summer: str, winter: str) -> None:
    days = [datetime(2026, month, 5, 9, tzinfo=ZoneInfo(zone)) for month in (7, 1)]

    assert [texts_for("fr").zone(day) for day in days] == [summer, winter]


@pytest.mark.parametrize(
    ("zone", "name"), [("America/Vancouver", "MST"), ("America/Edmonton", "CST"), ("America/Toronto", "EST")]
)
def test_a_zone_that_has_changed_its_law_has_the_name_of_its_offset(zone: str, name: str) -> None:
    """British Columbia and Alberta stay on summer time from November 2026 on."""
    assert texts_for("en").zone(datetime(2026, 12, 5, 9, tzinfo=ZoneInfo(zone))) == name


@pytest.mark.parametrize(
    ("languages", "best"),
    [("fr", "fr"), ("FR-ca", "fr"), ("nl", "en"), ("nl,fr;q=0.5", "fr"), ("", "en")],
)
def test_texts_are_in_the_best_language_that_has_a_file(languages: str, best: str) -> None:
    assert texts_for(languages).language == best


@pytest.mark.parametrize(
    ("languages", "best"), [("*", "fr"), ("", "fr"), ("de", "fr"), ("de, en;q=0.1", "en"), ("en", "en")]
)
def test_texts_are_in_the_default_where_we_have_none_of_the_languages(languages: str, best: str) -> None:
    assert texts_for(languages, default="fr").language == best
    assert texts_for("de", default="es").language == "en"
