"""What the plain pages say, in every language all of it; and times and prices as people write them."""

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from web.noscript.texts import FOLDER, WIDGETS_OWN, texts_in

TORONTO = ZoneInfo("America/Toronto")
OWN = {language: json.loads((FOLDER / f"{language}.json").read_text("utf-8")) for language in ("en", "fr")}
WIDGETS = {
    language: json.loads((WIDGETS_OWN / f"{language}.json").read_text("utf-8")) for language in ("en", "fr")
}
SOURCES = [*FOLDER.glob("*.py"), *(FOLDER.parent / "templates" / "noscript").glob("*.html")]
KEYS = re.compile(r'(?:texts?|other|text\.count)\("([\w.]+)"|"((?:problem|time)\.\w+)"')


def test_a_language_says_what_the_other_says() -> None:
    def slots(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    assert list(OWN["fr"]) == list(OWN["en"])
    assert {key: slots(text) for key, text in OWN["fr"].items()} == {
        key: slots(text) for key, text in OWN["en"].items()
    }
    assert [key for key, text in OWN["fr"].items() if text == OWN["en"][key]] == []


def test_every_text_is_there_and_used_and_none_is_written_twice() -> None:
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    named = {first or second for first, second in KEYS.findall(source)}
    known = {re.sub(r"\.(one|other)$", "", key) for key in WIDGETS["en"] | OWN["en"]}
    assert len(named) > 50
    # Their ends are found out when a page is made.
    assert {key for key in named if re.sub(r"\.(one|other)$", "", key) not in known} <= {
        "screening.",
        "details.",
    }
    assert {key for key in OWN["en"] if key not in named} == set()
    assert OWN["en"].keys() & WIDGETS["en"].keys() == set()


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", "110.00", "CAD", "$110"),
        ("en", "112.50", "CAD", "$112.50"),
        ("en", "90.00", "CHF", "CHF\u00a090"),
        ("fr", "110.00", "CAD", "110\u00a0$"),
        ("fr", "112.50", "EUR", "112,50\u00a0€"),
    ],
)
def test_a_price_is_written_as_people_do(language: str, amount: str, currency: str, shown: str) -> None:
    assert texts_in(language).price(amount, currency) == shown


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (
            datetime(2026, 11, 24, 12, tzinfo=UTC),
            "Tuesday, November 24, 7:00 a.m.",
            "mardi 24 novembre, 7 h 00",
        ),
        (
            datetime(2026, 12, 1, 17, tzinfo=UTC),
            "Tuesday, December 1, 12:00 p.m.",
            "mardi 1er décembre, 12 h 00",
        ),
        # Clocks go back, and this hour comes twice.
        (
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            "Sunday, November 1, 1:30 a.m.\u00a0EDT",
            "dimanche 1er novembre, 1 h 30\u00a0HAE",
        ),
        (
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "Sunday, November 1, 1:30 a.m.\u00a0EST",
            "dimanche 1er novembre, 1 h 30\u00a0HNE",
        ),
    ],
)
def test_a_time_is_on_the_clock_of_its_place(at: datetime, english: str, french: str) -> None:
    here = at.astimezone(TORONTO)
    told = [
        texts_in(language).time(here).replace("\u00a0a", " a").replace("\u00a0p", " p")
        for language in ("en", "fr")
    ]
    assert [re.sub("\u00a0h\u00a0", " h ", text) for text in told] == [english, french]


def test_times_say_whose_clock_they_are_on() -> None:
    here = datetime(2026, 11, 24, 12, tzinfo=UTC).astimezone(TORONTO)
    assert texts_in("en").zone_note(here) == "Times are in Toronto time (EST)."
    assert texts_in("fr").zone_note(here) == "Les heures sont à l’heure de Toronto (HNE)."
