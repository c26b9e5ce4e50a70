"""Blocked time, extra hours and the visits in the way, in the words that the pages show."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments.blocked_time.coming import ComingBlock, VisitInside
from booking.catalogue.lookup import all_locations, all_practitioners, all_services, location_zones
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class Choice:
    """One of a list to choose from."""

    slug: str
    name: str


@dataclass(frozen=True)
class TimeLine:
    """Blocked time or extra hours as one line; `repeats` says on which days a series comes back."""

    id: uuid.UUID
    who: str
    what: str
    when: str
    where: str
    label: str
    repeats: str


@dataclass(frozen=True)
class VisitLine:
    """A visit in the way. Without a name or number where names are hidden, or the patient is erased."""

    id: uuid.UUID
    reference: str
    when: str
    service: str
    name: str | None
    phone: str | None
    has_mail: bool
    offered: str | None
    other_times: Sequence[str]

    @property
    def can_be_offered(self) -> bool:
        """Whether a mail with other times can be sent, and was not."""
        return self.has_mail and self.offered is None and bool(self.other_times)


@dataclass(frozen=True)
class BlockWords:
    """Writes rows in the words of a language, on the clock of their place."""

    texts: Texts
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    services: Mapping[str, Service]
    zones: Mapping[str, ZoneInfo]
    clinic_zone: ZoneInfo

    @classmethod
    async def of(cls, session: BookingSession, texts: Texts) -> "BlockWords":
        return cls(
            texts,
            await all_practitioners(session),
            await all_locations(session),
            await all_services(session),
            await location_zones(session),
            ZoneInfo((await get_clinic(session)).time_zone),
        )

    def practitioner_choices(self, only: str | None) -> list[Choice]:
        """The listed ones, in the clinic's order; one alone where somebody may write no other column."""
        rows = sorted(self.practitioners.values(), key=lambda row: row.position)
        return [Choice(row.slug, row.name) for row in rows if row.listed and only in (None, row.slug)]

    def location_choices(self) -> list[Choice]:
        rows = sorted(self.locations.values(), key=lambda row: row.position)
        return [Choice(row.slug, self.location(row.slug)) for row in rows if row.listed]

    def block(self, coming: ComingBlock) -> TimeLine:
        return self._line(coming.next, self.texts(f"desk.blocks.kind.{coming.next.kind}"), coming.blocks)

    def extra_hours(self, row: ExtraHours) -> TimeLine:
        return self._line(row, self.texts("desk.blocks.kind.extra"), [])

    def visit(self, visit: VisitInside, *, hides_names: bool) -> VisitLine:
        row, offered = visit.appointment, visit.offered_at
        zone = self.zones[row.location]
        return VisitLine(
            row.id,
            row.reference,
            self.texts.day_and_time(row.starts_at.astimezone(zone)),
            in_language(self.services[row.service].name, self.texts.language),
            None if hides_names else visit.name,
            None if hides_names else visit.phone,
            visit.has_mail,
            None if offered is None else self.texts.day_and_time(offered.astimezone(zone)),
            [
                self._other_time(slot.starts_at.astimezone(zone), slot.practitioner, row.practitioner)
                for slot in visit.other_times
            ],
        )

    def instant(self, at: datetime) -> str:
        """A time that the clock shows twice, with the zone's name of then."""
        return self.texts.clock(at, zoned=True)

    def _line(self, row: BlockedTime | ExtraHours, what: str, series: Sequence[BlockedTime]) -> TimeLine:
        zone = self.clinic_zone if row.location is None else self.zones[row.location]
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        return TimeLine(
            row.id,
            self.practitioners[row.practitioner].name,
            what,
            self._stretch(start, end),
            "" if row.location is None or len(self.locations) == 1 else self.location(row.location),
            row.label,
            self._repeats(series, zone) if len(series) > 1 else "",
        )

    def _stretch(self, start: datetime, end: datetime) -> str:
        if start.date() == end.date():
            return self.texts("dayAndTime", day=self.texts.day(start), time=self.texts.span(start, end))
        first, last = self.texts.day_and_time(start), self.texts.day_and_time(end)
        return self.texts("desk.blocks.fromTo", start=first, end=last)

    def _repeats(self, series: Sequence[BlockedTime], zone: ZoneInfo) -> str:
        days = [row.starts_at.astimezone(zone) for row in series]
        names = [self.texts.weekday(weekday) for weekday in sorted({day.weekday() for day in days})]
        last = self.texts.day(days[-1])
        return self.texts.count("desk.blocks.repeats", len(series), days=", ".join(names), last=last)

    def location(self, slug: str) -> str:
        return in_language(self.locations[slug].name, self.texts.language)

    def _other_time(self, start: datetime, practitioner: str, own: str) -> str:
        time = self.texts.day_and_time(start)
        if practitioner == own:
            return time
        return self.texts("desk.blocks.with", time=time, name=self.practitioners[practitioner].name)


def all_slugs(choices: Collection[Choice]) -> list[str]:
    return [choice.slug for choice in choices]
