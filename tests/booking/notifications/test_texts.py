"""What the mails say: every language says all of it, and nothing is said that nobody reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from booking.notifications import voice

NOTICES = Path(voice.__file__).parent
LANGUAGES = {path.stem: json.loads(path.read_text("utf-8")) for path in NOTICES.glob("*.json")}
TEXTS = {language: said["texts"] for language, said in LANGUAGES.items()}
SOURCE = "\n".join(path.read_text("utf-8") for path in NOTICES.glob("*.py"))


def test_there_are_two_languages() -> None:
    assert set(LANGUAGES) == {"en", "fr"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_what_the_others_say(language: str) -> None:
    said, english = LANGUAGES[language], LANGUAGES["en"]
    assert list(said) == list(english)
    assert (len(said["weekdays"]), len(said["months"])) == (7, 12)
    assert list(said["zones"]) == list(english["zones"])
    assert list(said["texts"]) == list(english["texts"])
    assert {key: slots(text) for key, text in said["texts"].items()} == {
        key: slots(text) for key, text in english["texts"].items()
    }
    assert [key for key, text in said["texts"].items() if not text.strip()] == []


def test_french_is_not_english() -> None:
    same = {key for key, text in TEXTS["fr"].items() if text == TEXTS["en"][key]}
    assert same == {"dayAndTime"}


def test_every_text_is_used() -> None:
    quoted = set(re.findall(r'"(\w+(?:\.\w+)*)"', SOURCE))
    assert len(quoted & set(TEXTS["en"])) > 25
    assert {key for key in TEXTS["en"] if plain(key) not in quoted} == set()


def test_every_text_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r'(?:say|count)\(\s*"([\w.]+)"', SOURCE))
    assert len(asked) > 25
    assert asked - {plain(key) for key in TEXTS["en"]} == set()


def plain(key: str) -> str:
    """Without what a number makes of it."""
    return re.sub(r"\.(one|other)$", "", key)


def slots(text: Any) -> set[str]:
    """On a clock of 12 hours the hour is another."""
    return {slot.replace("hour12", "hour") for slot in re.findall(r"\{\w+\}", text)}
