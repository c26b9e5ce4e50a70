"""What the widget says: every language says all of it, and nothing is said that nobody hears."""

import json
import re
from pathlib import Path

import pytest

WIDGET = Path(__file__).parents[2] / "widget"
STRINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in (WIDGET / "strings").glob("*.json")}
SOURCE = "\n".join(path.read_text("utf-8") for path in WIDGET.rglob("*.js"))
SETTINGS = {"locale", "direction"}
"""What the loader of the strings reads itself."""


def test_there_are_two_languages() -> None:
    assert set(STRINGS) == {"en", "fr"}


@pytest.mark.parametrize("language", STRINGS)
def test_a_language_says_what_the_others_say(language: str) -> None:
    said = STRINGS[language]
    assert list(said) == list(STRINGS["en"])
    assert {key: slots(text) for key, text in said.items()} == {
        key: slots(text) for key, text in STRINGS["en"].items()
    }
    assert [key for key, text in said.items() if not text.strip()] == []


def test_french_is_not_english() -> None:
    same = {key for key, text in STRINGS["fr"].items() if text == STRINGS["en"][key]}
    assert same == {"direction", "dayAndTime", "links.outlook", "service.duration", "time.lead"}


def test_every_text_is_used() -> None:
    quoted = set(re.findall(r"'([\w.]+)'", SOURCE))
    assert len(quoted & set(STRINGS["en"])) > 50
    unused = {key for key in STRINGS["en"] if re.sub(r"\.(one|other)$", "", key) not in quoted}
    assert unused == SETTINGS


def slots(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))
