"""A language for tests: `ø` for each letter of English, with the days, months and clock of Germany."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale

from booking.i18n.locales import FOLDER, TEXT_SECTIONS
from tests.support.clinics import SAMPLE, edit_file

BY_LANGUAGE = re.compile(r'\{ en = ("(?:[^"\\]|\\.)*"), fr = "(?:[^"\\]|\\.)*" \}')
NAME_OR_ADDRESS = re.compile(r"^(name = |address = )([\"\[].*)$", re.MULTILINE)
LETTER_OR_PLACEHOLDER = re.compile(r"\{\w+\}|[^\W\d_]")
NAMES_OF_OTHERS = ("English", "Français", "Toronto", "EST", "GMT")
FORMATS = {
    "day": "EEEE, d. MMMM",
    "firstOfMonth": "EEEE, d. MMMM",
    "day.year": "EEEE, d. MMMM y",
    "firstOfMonth.year": "EEEE, d. MMMM y",
    "shortDay": "d. MMM",
    "clock": "HH:mm 'Uhr'",
    "wholeClock": "HH:mm 'Uhr'",
    "shortClock": "HH:mm",
    "hour": "H 'Uhr'",
    "month": "LLLL y",
    "opening.am": "H:mm 'Uhr'",
    "opening.pm": "H:mm 'Uhr'",
    "openingHour.am": "H 'Uhr'",
    "openingHour.pm": "H 'Uhr'",
}


def pseudo_german(text: str) -> str:
    """Each letter as `ø`; placeholders as they are."""
    return LETTER_OR_PLACEHOLDER.sub(lambda part: part[0] if part[0].startswith("{") else "ø", text)


def locale_file() -> dict[str, object]:
    """The content of a `de.json`."""
    english = json.loads((FOLDER / "en.json").read_text("utf-8"))
    texts: Mapping[str, Mapping[str, str]] = {
        section: {key: pseudo_german(text) for key, text in english[section].items()}
        for section in TEXT_SECTIONS
    }
    return {"locale": "de-DE", "formats": FORMATS, "zones": {}, **texts}


def clinic_file() -> str:
    """The sample clinic, with texts of its own in German alone."""
    text = BY_LANGUAGE.sub(lambda found: pseudo_german(found[1]), SAMPLE)
    text = NAME_OR_ADDRESS.sub(lambda found: found[1] + pseudo_german(found[2]), text)
    return edit_file({'languages = ["en", "fr"]': 'languages = ["de"]'}, text)


def foreign_words(text: str) -> set[str]:
    """The words that are neither of the clinic nor of this language."""
    german = Locale("de")
    names = {name for width in ("wide", "abbreviated", "short") for name in _names(german, width)}
    known = names | {"Deutsch", "Englisch", "Französisch", "Uhr", *NAMES_OF_OTHERS}
    return {word for word in re.findall(r"[^\W\d_]+", text) if word.strip("ø") and word not in known}


def _names(locale: Locale, width: str) -> set[str]:
    days, months = locale.days["format"][width], locale.months["format"].get(width, {})
    return {name.rstrip(".") for name in (*days.values(), *months.values())}


def write_locales(folder: Path) -> None:
    """English, French, and `de.json` beside them."""
    for path in FOLDER.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "de.json").write_text(json.dumps(locale_file()), "utf-8")
