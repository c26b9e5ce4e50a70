"""The languages of Book Online: each is one file, `locales/<language>.json`.

- `locale`: the locale of its weekdays, months, plural rules and prices (BCP 47).
- `formats`: dates and times as CLDR's patterns; `zones`: abbreviations that CLDR has wrong.
- `widget`: texts that a visitor's browser loads; `waitingList`: those that it loads for the waiting list
  alone; `server`: those of pages, mails and feeds alone; `desk`: those that the clinic's staff read;
  `check`: what is wrong with a clinic's file, for the command line and the desk.

A text with a number has a form for each of the language's plurals: `time.count.one`, `time.count.other`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import parse_pattern

from booking.i18n.negotiation import preferred_language
from booking.i18n.texts import Texts

FALLBACK = "en"
"""Its file says which texts there are; its texts are shown where a reader's language has no file."""
SECTIONS = ("formats", "widget", "waitingList", "server", "desk", "check")
TEXT_SECTIONS = SECTIONS[1:]
PLACEHOLDER = re.compile(r"\{[^{}]*\}|[{}]")
HERE = Path(__file__).parent
IN_WHEEL, IN_CHECKOUT = HERE.parent / "locales", HERE.parents[1] / "locales"
FOLDER = IN_WHEEL if IN_WHEEL.is_dir() else IN_CHECKOUT


class LocaleError(Exception):
    """A language's file differs from the fallback's in its keys or placeholders."""


def texts_for(languages: str, default: str = "") -> Texts:
    """The texts in the best of our languages: `languages` is one, or several as in `Accept-Language`.

    Where we have none of them, those in the `default`; where it is none of ours either, the fallback.
    """
    ours = locales()
    first = preferred_language(default, list(ours))
    return ours[preferred_language(languages, sorted(ours, key=lambda language: language != first))]


@cache
def locales() -> Mapping[str, Texts]:
    """All languages, the fallback first.

    Raises:
        LocaleError: a file lacks a text, has one too many, or has one with other placeholders.
    """
    paths = sorted(FOLDER.glob("*.json"), key=lambda path: (path.stem != FALLBACK, path.stem))
    contents = {path.stem: _read(path) for path in paths}
    if FALLBACK not in contents:
        raise LocaleError(f"{FOLDER} has no {FALLBACK}.json")
    return {language: _texts(language, content, contents[FALLBACK]) for language, content in contents.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as reason:
        raise LocaleError(f"{path}: {reason}") from reason
    return content


def _texts(language: str, content: dict[str, Any], reference: dict[str, Any]) -> Texts:
    try:
        locale = Locale.parse(content["locale"], sep="-")
        # Some languages have more forms, but for fractions or millions alone.
        forms = {locale.plural_form(n) for n in range(100)} | {"other"}
        mistakes = list(_mistakes(content, reference, forms))
        texts = {key: text for section in TEXT_SECTIONS for key, text in content[section].items()}
        formats, zones = content["formats"], content["zones"]
        made = Texts(language, locale, formats, zones, texts, content["widget"], content["waitingList"])
    except (KeyError, ValueError, UnknownLocaleError) as reason:
        raise LocaleError(f"locales/{language}.json: {reason!r}") from reason
    if mistakes:
        raise LocaleError(f"locales/{language}.json: {'; '.join(mistakes)}")
    return made


def _mistakes(content: dict[str, Any], reference: dict[str, Any], forms: Set[str]) -> Iterator[str]:
    for section in SECTIONS:
        texts, examples = content[section], reference[section]
        plurals = {key.removesuffix(".one") for key in examples if key.endswith(".one")}
        expected = {key: text for key, text in examples.items() if key.rpartition(".")[0] not in plurals}
        expected |= {f"{stem}.{form}": examples[f"{stem}.other"] for stem in plurals for form in forms}
        yield from (f"{key} is missing" for key in sorted(expected.keys() - texts))
        yield from (f"{key} has no use" for key in sorted(texts.keys() - expected))
        for key in sorted(expected.keys() & texts):
            given, needed = (set(PLACEHOLDER.findall(text)) for text in (texts[key], expected[key]))
            # "Your visit" need not say that it is one.
            needed -= {"{n}"} - given if key.rpartition(".")[0] in plurals else set()
            if given != needed:
                yield f"{key} must have {' '.join(sorted(needed)) or 'no placeholder'}: {texts[key]!r}"
            if not texts[key].strip():
                yield f"{key} is empty"
    keys = Counter(key for section in TEXT_SECTIONS for key in content[section])
    yield from (f"{key} is in two sections" for key, times in keys.items() if times > 1)
    for name, pattern in content["formats"].items():
        try:
            parse_pattern(pattern)
        except ValueError as reason:
            yield f"{name}: {reason}"
