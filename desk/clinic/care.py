"""What needs care at the clinic, each with a link to where it is mended: `GET /desk/clinic/care`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.agenda.care import Care, read_care
from booking.catalogue.clinic_file.spelling import WEEKDAYS
from booking.catalogue.clinic_file.warnings import FileWarning
from booking.catalogue.lookup import all_locations, all_practitioners, all_services, location_zones
from booking.domain.translations import in_language
from booking.i18n.locales import locales
from booking.i18n.sentences import Sentence
from booking.i18n.texts import Texts
from booking.storage.session import BookingSession
from desk.clinic.screens import CLINIC, Screen
from desk.http.request import DeskRequest

CARE = f"{CLINIC}/care"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LISTS = ("practitioners", "services", "locations", "resources")
MAX_VISITS = 20
"""As many are listed; of more their number is told."""


class Named(Protocol):
    """An item of one of the clinic's lists."""

    @property
    def name(self) -> str | dict[str, str]: ...


@dataclass(frozen=True)
class CareLine:
    """`name` is what it is about; `note` says what booked visits have to do with it, "" if nothing."""

    address: str
    name: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class CareGroup:
    """The lines of one of the clinic's lists, or of its settings."""

    title: str
    lines: Sequence[CareLine]


@dataclass(frozen=True)
class HolidayLine:
    """The public holidays on which a location is closed."""

    location: str
    days: Sequence[str]


@dataclass(frozen=True)
class _Names:
    """What the lines name, in the reader's language, by table and slug."""

    items: Mapping[str, Mapping[str, str]]
    zones: Mapping[str, ZoneInfo]

    @classmethod
    async def read(cls, session: BookingSession, language: str) -> "_Names":
        services, locations = await all_services(session), await all_locations(session)
        practitioners = await all_practitioners(session)
        items = {
            "practitioners": {slug: row.name for slug, row in practitioners.items()},
            "services": {slug: in_language(row.name, language) for slug, row in services.items()},
            "locations": {slug: in_language(row.name, language) for slug, row in locations.items()},
        }
        return cls(items, await location_zones(session))


async def care_page(request: DeskRequest) -> Response:
    """Without the names of patients: they are on the sheets of the visits."""
    texts = request.texts
    async with request.site.database.read() as session:
        care = await read_care(session, now=request.now, language=texts.language, languages=list(locales()))
        names = await _Names.read(session, texts.language)
    return await request.page(
        "clinic/care.html",
        visits=[*_visits(care, names, texts)][:MAX_VISITS],
        visit_count=len(care.impossible),
        groups=[*_groups(care, texts)],
        holidays=[
            HolidayLine(
                names.items["locations"][slug],
                [texts.label(_day(day, texts), name) for day, name in days.items()],
            )
            for slug, days in care.holidays.items()
        ],
    )


def _visits(care: Care, names: _Names, texts: Texts) -> Iterator[CareLine]:
    for visit in care.impossible:
        at = visit.starts_at.astimezone(names.zones[visit.location])
        service = names.items["services"][visit.service]
        practitioner = names.items["practitioners"][visit.practitioner]
        words = f"{service}, {practitioner}"
        yield CareLine(f"/desk/visits/{visit.id}", texts.day_and_time(at), words, visit.reference)


def _groups(care: Care, texts: Texts) -> Iterator[CareGroup]:
    """Those that have lines."""
    for table in LISTS:
        lines = [_line(each, care, texts) for each in care.warnings if each.table == table]
        if lines:
            yield CareGroup(texts("desk.clinic.lists." + table), lines)
    settings = [_line(each, care, texts) for each in care.warnings if each.table not in LISTS]
    if settings:
        yield CareGroup(texts("desk.care.settings"), settings)


def _line(warning: FileWarning, care: Care, texts: Texts) -> CareLine:
    address = Screen(warning.table, warning.slug).address
    if warning.slug:
        items = getattr(care.file, warning.table)
        name = next(_name(each, texts.language) for each in items if each.slug == warning.slug)
    else:
        name = texts("desk.clinic.title." + warning.table)
    visits = care.visits_after.get((warning.slug, warning.kind), 0)
    note = texts.count("desk.care.visitsAfter", visits) if visits else ""
    return CareLine(address, name, _words(warning, texts), note)


def _name(item: Named, language: str) -> str:
    return item.name if isinstance(item.name, str) else in_language(item.name, language)


def _words(warning: FileWarning, texts: Texts) -> str:
    """A whole sentence for owners; that of the check behind its key where there is none."""
    key = "desk.care.told." + warning.told.key.rpartition(".")[2]
    values = {name: _value(value, texts) for name, value in warning.told.values}
    for known in (f"{key}.{warning.key}", key):
        if known in texts.texts:
            return texts(known, **values)
    words = warning.in_words(texts)
    return texts.label(warning.key, words) if warning.key else words


def _value(value: str | int | Sentence, texts: Texts) -> str | int:
    """Days as the desk writes them."""
    if isinstance(value, Sentence):
        _, _, day = value.key.partition("check.weekday.")
        return texts.weekday(WEEKDAYS.index(day)) if day else value.in_words(texts)
    return (
        _day(date.fromisoformat(value), texts) if isinstance(value, str) and DAY.fullmatch(value) else value
    )


def _day(day: date, texts: Texts) -> str:
    return texts("desk.numbers.date", day=texts.day(day), year=day.year)
