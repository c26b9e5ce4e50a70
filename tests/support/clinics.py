"""Clinics in a database, for tests that need one, and the instant at which the tests' clock stands."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.mapping import ClinicRows, Row, rows_of_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.storage.base import Table, insert_into
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Clinic, ConsentText
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession

FILE = Path(__file__).parents[2] / "clinic.toml"


def file_with_features(*features: str) -> str:
    """The sample clinic's file with these features, instead of those that a developer has enabled in it."""
    line = f"features = {json.dumps(features)}"
    text, count = re.subn(r"(?m)^features = .*$", line, FILE.read_text("utf-8"))
    assert count == 1
    return text


SAMPLE = file_with_features()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday, 7:00 in Toronto, on winter time."""


_read = cache(parse_clinic_file)
_said: dict[str, list[str]] = {}
"""What the first load of a file into an empty database said."""


async def open_clinic(database: Database, text: str = SAMPLE, *, now: datetime = NOW) -> list[str]:
    """Applies a clinic's file, and returns the changes and the visits that it rules out.

    Most tests begin with it. So where no clinic is yet, only the first load of a file is a real one; later
    ones insert its rows, which takes a quarter of the time, with the same outcome (test_sync.py compares).
    """
    async with database.write() as session:
        await lock_setup(session)
        if await session.get(Clinic, 1) is not None:
            return await _load(session, text, now)
        if text in _said:
            await _insert(session, _rows(text))
        else:
            _said[text] = await _load(session, text, now)
        return [*_said[text]]


async def load_clinic(database: Database, text: str = SAMPLE, *, now: datetime = NOW) -> list[str]:
    """The same, for a test of the load itself."""
    async with database.write() as session:
        return await _load(session, text, now)


async def _load(session: BookingSession, text: str, now: datetime) -> list[str]:
    return (await load_clinic_file(session, _read(text), now=now, allow_rewrite=True)).sentences


@cache
def _rows(text: str) -> ClinicRows:
    return rows_of_clinic_file(_read(text))


async def _insert(session: BookingSession, rows: ClinicRows) -> None:
    new: dict[type[Table], list[Row]] = {Clinic: [{"id": 1, **rows.clinic}], ConsentText: rows.consent_texts}
    for table, wanted in (new | rows.named | rows.parts).items():
        if wanted:
            await session.execute(insert_into(table), wanted)
    await get_clinic(session, refresh=True)  # Triggers of the database have changed its row.


def edit_file(edits: Mapping[str, str], text: str = SAMPLE) -> str:
    """The file with each of these pieces, which must be in it, replaced once."""
    for old, new in edits.items():
        assert old in text, f"{old!r} is not in the file"
        text = text.replace(old, new, 1)
    return text


def open_on_any_day(text: str = SAMPLE) -> str:
    """The same clinic without holidays, closures and time off, where no certificate ends.

    For a server whose clock is the real one: its tests run on any day.
    """
    text = edit_file(
        {
            'public_holidays = "CA-ON"': "public_holidays = false",
            "from = 2026-12-24\nto = 2027-01-01": "from = 2020-12-24\nto = 2021-01-01",
            "time_off = [{ from = 2026-12-14, to = 2026-12-16 }]": "time_off = []",
        },
        text,
    )
    return re.sub(r"valid_until = \d{4}", "valid_until = 2099", text)


def with_longer_visits_of_b() -> str:
    """The sample clinic, where a physiotherapy follow-up with practitioner B is an hour for $120."""
    before, name, after = SAMPLE.partition('name = "Sample Practitioner B"')
    own = '{ slug = "physiotherapy-follow-up", duration = "60 min", price = "120.00" }'
    return before + name + edit_file({'"physiotherapy-follow-up"': own}, after)


CONSENT = {
    "en": "We use your details to plan your visits.\n\nQuestions? https://example.com/privacy",
    "fr": "Nous utilisons vos coordonnées pour planifier vos visites.\n\nhttps://example.com/vie-privee",
}


def asking_for_consent(
    text: str = SAMPLE, *, version: str = "2026-11", consent: Mapping[str, str] = CONSENT
) -> str:
    """The clinic's file, which asks patients to agree to a text."""
    by_language = ", ".join(f"{language} = {json.dumps(words)}" for language, words in consent.items())
    section = f'[consent]\nversion = "{version}"\ntext = {{ {by_language} }}\n[[locations]]'
    return edit_file({"[[locations]]": section}, text)


def small_clinic(
    *,
    zone: str = "America/Toronto",
    hours: str = "09:00-12:00",
    service: str = "",
    policy: Mapping[str, str] | None = None,
    practitioners: str = "",
    duration: str = "30 min",
) -> str:
    """One location that is always open, one service, and one practitioner unless others are given."""
    rules = {"slot_step": "15 min", "minimum_notice": "0 min", "horizon": "366 days", "hold": "5 min"}
    rules |= {"cancellation_notice": "0 min"} | dict(policy or {})
    return f"""
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "{zone}"
languages = ["en"]
[policy]
{chr(10).join(f'{key} = "{value}"' for key, value in rules.items())}
[[locations]]
slug = "here"
name = "Here"
address = ["1 Main Street"]
hours = {{ mon-sun = ["00:00-24:00"] }}
[[services]]
slug = "visit"
name = "Visit"
duration = "{duration}"
{service}
{practitioners or practitioner("one", hours)}
"""


def practitioner(slug: str, hours: str, more: str = "") -> str:
    return f"""
[[practitioners]]
slug = "{slug}"
name = "Sample Practitioner {slug}"
services = ["visit"]
{more}
[[practitioners.hours]]
week = {{ mon-sun = ["{hours}"] }}
"""


def two_places() -> str:
    """The practitioners one and two work from 9 to 12, on each day one `here` and the other at `west`."""
    days = "mon wed fri", "tue thu sat"
    practitioners = "".join(
        f"""
[[practitioners]]
slug = "{slug}"
name = "Sample Practitioner {slug}"
services = ["visit"]
"""
        + "".join(
            f"""
[[practitioners.hours]]
location = "{location}"
week = {{ {", ".join(f'{day} = ["09:00-12:00"]' for day in days_there.split())} }}
"""
            for location, days_there in zip(places, days, strict=True)
        )
        for slug, places in (("one", ("here", "west")), ("two", ("west", "here")))
    )
    west = """
[[locations]]
slug = "west"
name = "West"
address = ["2 West Street"]
hours = { mon-sun = ["00:00-24:00"] }
[[services]]"""
    return small_clinic(practitioners=practitioners).replace("\n[[services]]", west, 1)
