"""A language is one file: each says all that the others say, and nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from booking.i18n import locales as module
from booking.i18n.locales import FOLDER, TEXT_SECTIONS, LocaleError, locales

ROOT = Path(__file__).parents[3]
ENGLISH = json.loads((FOLDER / "en.json").read_text("utf-8"))
FRENCH = json.loads((FOLDER / "fr.json").read_text("utf-8"))
SAME_IN_FRENCH = {
    "check.length.h",
    "desk.clinic.unit.min",
    "desk.day.column.patient",
    "desk.day.date",
    "desk.day.hours",
    "desk.day.hoursAndMinutes",
    "desk.day.minutes",
    "desk.numbers.column.service",
    "links.outlook",
    "manage.timeAndPlace",
    "service.duration",
    "service.price",
    "time.lead",
}


def source(*patterns: str) -> str:
    paths = [path for pattern in patterns for path in ROOT.glob(pattern)]
    return "\n".join(path.read_text("utf-8") for path in paths)


def stem(key: str) -> str:
    """Without the plural form."""
    return re.sub(r"\.(one|other)$", "", key)


def test_there_are_two_languages() -> None:
    assert list(locales()) == ["en", "fr"]
    assert [texts.name for texts in locales().values()] == ["English", "Français"]


def test_french_is_not_english() -> None:
    english, french = (
        {key: text for section in TEXT_SECTIONS for key, text in content[section].items()}
        for content in (ENGLISH, FRENCH)
    )

    assert {key for key, text in french.items() if text == english[key]} == SAME_IN_FRENCH
    assert list(french) == list(english)


def test_no_text_is_written_twice() -> None:
    sections = ("widget", "waitingList", "server", "check")
    texts = [text for section in sections for text in ENGLISH[section].values()]

    assert {text for text in texts if texts.count(text) > 1} == set()


def test_every_text_of_the_widget_is_used() -> None:
    quoted = set(re.findall(r"'([\w.]+)'", source("widget/**/*.js")))

    assert len(quoted & set(ENGLISH["widget"])) > 50
    loaded = [*ENGLISH["widget"], *ENGLISH["waitingList"]]
    assert {key for key in loaded if stem(key) not in quoted} == set()


def test_every_text_of_the_server_is_used() -> None:
    code = source(
        "booking/**/*.py",
        "web/**/*.py",
        "web/**/*.html",
        "booking/**/*.html",
        "graphql_api/**/*.py",
        "rendering/*.py",
    )
    quoted = set(re.findall(r'"(\w+(?:\.\w+)*)"', code))

    # Pages that say what happened put their two keys together.
    composed = {f"{page}.{part}" for page in ("missing", "outOfOrder") for part in ("title", "text")}
    assert {key for key in ENGLISH["server"] if stem(key) not in quoted} <= composed


def test_every_text_of_the_desk_is_used() -> None:
    code = source("desk/**/*.py", "desk/**/*.html", "booking/**/*.py")
    quoted = set(re.findall(r"""["'](desk(?:\.\w+)+\.?)["']""", code))

    # A page may put a key together from its beginning, which ends with a full stop, and a value.
    composed = tuple(beginning for beginning in quoted if beginning.endswith("."))
    unused = {key for key in ENGLISH["desk"] if stem(key) not in quoted and not key.startswith(composed)}
    assert unused == set()
    assert all(key.startswith("desk.") for key in ENGLISH["desk"])


def test_every_text_of_the_check_is_used_and_each_that_it_needs_is_there() -> None:
    named = set(
        re.findall(r'"(check(?:\.\w+)+)"', source("booking/**/*.py", "graphql_api/**/*.py", "desk/**/*.py"))
    )
    composed = ("check.weekday.", "check.length.")

    known = {stem(key) for key in ENGLISH["check"]}
    assert {key for key in known - named if not key.startswith(composed)} == set()
    assert named - known == set()


def test_every_key_that_the_code_names_has_a_text() -> None:
    code = source(
        "booking/notifications/*.py",
        "booking/calendars/*.py",
        "web/**/*.py",
        "web/**/*.html",
        "desk/**/*.py",
        "desk/**/*.html",
        "desk/**/*.js",
    )
    named = set(re.findall(r'\btexts?(?:\([^()]*\))?(?:\.count)?\(\s*"([\w.]+)"', code))
    known = {stem(key) for section in TEXT_SECTIONS for key in ENGLISH[section]} | {"problem.other"}

    assert len(named) > 100
    # The ends of these are found out when a page is made.
    assert {key for key in named - known if not key.startswith("desk.")} == {"screening.", "details."}
    assert {key for key in named - known if key.startswith("desk.") and not key.endswith(".")} == set()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of languages in which English is as it is."""
    (tmp_path / "en.json").write_text(json.dumps(ENGLISH), "utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


def read(folder: Path, language: str, content: dict[str, Any]) -> None:
    """Raises: LocaleError: the file is not like English."""
    (folder / f"{language}.json").write_text(json.dumps(content), "utf-8")
    locales.__wrapped__()


def rename(section: str, key: str, new: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content[section][new] = content[section].pop(key)

    return change


def write(section: str, key: str, text: str) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        content[section][key] = text

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (rename("widget", "close", "shut"), "close is missing; shut has no use"),
        (write("server", "close", "Close"), "close has no use; close is in two sections"),
        (write("widget", "time.visit", "Visit:"), "time.visit must have {n}: 'Visit:'"),
        (write("widget", "back", "{n}"), "back must have no placeholder: '{n}'"),
        (write("widget", "back", " "), "back is empty"),
        (write("widget", "time.visit", "{n!r}:"), "time.visit must have {n}: '{n!r}:'"),
        (write("widget", "time.visit", "{n}}:"), "time.visit must have {n}: '{n}}:'"),
        (write("widget", "service.visits.few", "{n}"), "service.visits.few has no use"),
        (rename("widget", "service.visits.one", "x"), "service.visits.one is missing; x has no use"),
        (write("formats", "day", "EEEEEEEE"), "day: Invalid length"),
        (lambda content: content.update(locale="xx-YY"), "xx_YY"),
        (lambda content: content.pop("zones"), "zones"),
    ],
)
def test_a_mistake_in_a_locale_file_is_reported_when_the_server_starts(
    folder: Path, change: Callable[[dict[str, Any]], None], told: str
) -> None:
    content = json.loads(json.dumps(ENGLISH))
    read(folder, "de", content)
    change(content)

    with pytest.raises(LocaleError, match=re.escape(told)) as refused:
        read(folder, "de", content)
    assert "locales/de.json" in str(refused.value)


def test_a_language_needs_each_plural_form_of_its_own(folder: Path) -> None:
    polish = ENGLISH | {"locale": "pl"}

    with pytest.raises(
        LocaleError, match=r"service\.visits\.few is missing; service\.visits\.many is missing"
    ):
        read(folder, "pl", polish)


def test_a_folder_without_the_fallback_language_is_reported(folder: Path) -> None:
    (folder / "en.json").unlink()

    with pytest.raises(LocaleError, match=r"has no en\.json"):
        locales.__wrapped__()


def test_a_locale_file_that_is_no_json_is_reported(folder: Path) -> None:
    (folder / "de.json").write_text("{", "utf-8")

    with pytest.raises(LocaleError, match=r"de\.json: Expecting"):
        locales.__wrapped__()
