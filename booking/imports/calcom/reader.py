"""Cal.com: a plain dump of its PostgreSQL database by `pg_dump`, or saved answers of its API."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from booking.imports.calcom.api_answers import tables_of_answers
from booking.imports.calcom.json_columns import address_of, is_group, phone_of, price_of
from booking.imports.calcom.schedules import Schedule, schedules_of
from booking.imports.clinic import (
    ForeignClinic,
    ForeignPractitioner,
    ForeignRules,
    ForeignService,
    ForeignVisit,
)
from booking.imports.errors import UnreadableImport
from booking.imports.notes import Notes
from booking.imports.sql_dump.parser import parse_dump
from booking.imports.sql_dump.tokens import Dialect
from booking.imports.tables import Row, Tables, int_of, is_true, moment_of, text_of
from booking.imports.values import (
    clinic_zone,
    instant,
    length_in_minutes,
    most_common,
    one_line,
    plain_text,
    wall_time,
    zone_or,
)

SYSTEM = "Cal.com"
TABLES = {
    "Attendee",
    "Availability",
    "Booking",
    "EventType",
    "Host",
    "OutOfOfficeEntry",
    "Schedule",
    "Team",
    "_user_eventtype",
    "users",
}
HIDDEN = "Hidden there, bookable by everybody here: take these services out if that should not be"
GROUP = "For several people at once there; here a visit is one person's"
CONFIRMED = "To be confirmed by hand there; here a visit is booked at once"
RECURRING = "Recurring there; here each visit is booked by itself, unless you make it a course (`visits`)"
COLLECTIVE = "With all hosts at once there; here a visit is with one practitioner"
OWN_HOURS = "With hours of their own there; here they can be booked in the practitioner's hours"
RULES = "Notice and horizon differ by event type there; here the longest of each counts for all"


def read_calcom(texts: Sequence[str], *, zone: str | None = None, now: datetime) -> ForeignClinic:
    """The clinic, its people and the visits that begin after `now`: of one dump, or of several answers.

    `zone` is the clinic's, and the clock of schedules that have none; None for the most common one.

    Raises:
        UnreadableImport: a text is broken, or of something else.
    """
    return _Reader(_tables(texts), now, zone).clinic()


def _tables(texts: Sequence[str]) -> Tables:
    if texts[0].lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        tables = tables_of_answers(texts)
    elif len(texts) > 1:
        raise UnreadableImport("several files are answers of Cal.com's API, in JSON; a dump is one")
    else:
        tables = parse_dump(texts[0], Dialect.POSTGRESQL, TABLES.__contains__)
    if not tables.get("EventType"):
        raise UnreadableImport(
            "there are no event types of Cal.com: neither the table EventType of a dump, nor an answer of "
            "/v2/event-types"
        )
    return {name: tables.get(name, ()) for name in TABLES}


@dataclass
class _Reader:
    tables: Tables
    now: datetime
    wanted_zone: str | None

    def __post_init__(self) -> None:
        self.notes, self.visit_notes = Notes(), Notes()
        self.users = {text_of(row, "id"): row for row in self.tables["users"]}
        self.event_types = {text_of(row, "id"): row for row in self.tables["EventType"]}
        self.schedules = schedules_of(self.tables, since=self.now.date())
        zones = [zone for each in self.schedules.values() if (zone := zone_or(each.zone, ""))]
        zones = zones or [
            zone for row in self.users.values() if (zone := zone_or(text_of(row, "timeZone"), ""))
        ]
        self.zone = clinic_zone([self.wanted_zone or "", most_common(zones) or ""])

    def clinic(self) -> ForeignClinic:
        practitioners = self._practitioners()
        only = practitioners[0] if len(practitioners) == 1 else None
        team = next((one_line(text_of(row, "name")) for row in self.tables["Team"]), "")
        email = next((text_of(row, "email") for row in self.users.values()), "")
        return ForeignClinic(
            SYSTEM,
            team or (only.name if only else ""),
            self.zone,
            self._services(),
            practitioners,
            self._visits(),
            self.notes,
            self.visit_notes,
            email=email if only else "",
            address=most_common([text for row in self.tables["EventType"] if (text := address_of(row))])
            or "",
            rules=self._rules(),
        )

    def _service_of(self, event_type: str) -> str:
        """A managed event type is copied to each member of its team: all copies are one service."""
        parent = text_of(self.event_types.get(event_type, {}), "parentId")
        return parent if parent in self.event_types else event_type

    def _rules(self) -> ForeignRules:
        rows = self.tables["EventType"]
        steps = [step for row in rows if (step := int_of(row, "slotInterval") or int_of(row, "length"))]
        notices = [notice for row in rows if (notice := int_of(row, "minimumBookingNotice")) is not None]
        horizons = [days for row in rows if (days := int_of(row, "periodDays")) and _is_rolling(row)]
        if len({*notices}) > 1 or len({*horizons}) > 1:
            self.notes.add(RULES)
        return ForeignRules(
            min(steps) if steps else None,
            max(notices) if notices else None,
            max(horizons) if horizons else None,
        )

    def _services(self) -> list[ForeignService]:
        services = []
        for key, row in self.event_types.items():
            if self._service_of(key) != key:
                continue
            name = one_line(text_of(row, "title"))
            price, currency = price_of(row)
            self._note_service(row, name)
            services.append(
                ForeignService(
                    key,
                    name,
                    int_of(row, "length") or 0,
                    plain_text(text_of(row, "description")),
                    price,
                    currency,
                    int_of(row, "beforeEventBuffer") or 0,
                    int_of(row, "afterEventBuffer") or 0,
                )
            )
        return services

    def _note_service(self, row: Row, name: str) -> None:
        for sentence, applies in {
            HIDDEN: is_true(row, "hidden"),
            GROUP: is_group(row),
            CONFIRMED: is_true(row, "requiresConfirmation"),
            RECURRING: text_of(row, "recurringEvent") not in ("", "null"),
            COLLECTIVE: text_of(row, "schedulingType").lower() == "collective",
            OWN_HOURS: bool(text_of(row, "scheduleId")),
        }.items():
            if applies:
                self.notes.add(sentence, name)

    def _practitioners(self) -> list[ForeignPractitioner]:
        offers: dict[str, list[str]] = defaultdict(list)
        links = [(text_of(row, "B"), text_of(row, "A")) for row in self.tables["_user_eventtype"]]
        links += [(text_of(row, "userId"), text_of(row, "eventTypeId")) for row in self.tables["Host"]]
        links += [(text_of(row, "userId"), key) for key, row in self.event_types.items()]
        for user, event_type in links:
            service = self._service_of(event_type)
            if user in self.users and service in self.event_types and service not in offers[user]:
                offers[user].append(service)
        return [self._practitioner(key, row, offers[key]) for key, row in self.users.items() if offers[key]]

    def _practitioner(self, key: str, row: Row, services: Sequence[str]) -> ForeignPractitioner:
        name = one_line(text_of(row, "name") or text_of(row, "username"))
        own = {text_of(each, "id") for each in self.tables["Schedule"] if text_of(each, "userId") == key}
        default = text_of(row, "defaultScheduleId")
        chosen = default if default in own else min(own, default="")
        schedule = self.schedules.get(chosen, Schedule(""))
        if len(own) > 1:
            self.notes.add("With several schedules there; here the hours are those of the default one", name)
        zone = zone_or(schedule.zone, "") or zone_or(text_of(row, "timeZone"), self.zone)
        away = [
            (wall_time(begins, zone), wall_time(ends, zone))
            for each in self.tables["OutOfOfficeEntry"]
            if text_of(each, "userId") == key
            and (begins := _utc(moment_of(each, "start")))
            and (ends := _utc(moment_of(each, "end")))
            and self.now < ends > begins
        ]
        return ForeignPractitioner(key, name, zone, services, schedule.week, schedule.days, away)

    def _visits(self) -> list[ForeignVisit]:
        attendees: dict[str, list[Row]] = defaultdict(list)
        for row in self.tables["Attendee"]:
            attendees[text_of(row, "bookingId")].append(row)
        visits, past = [], 0
        for row in self.tables["Booking"]:
            starts_at, ends_at = _utc(moment_of(row, "startTime")), _utc(moment_of(row, "endTime"))
            people, status = attendees[text_of(row, "id")], text_of(row, "status").lower()
            if starts_at is None or ends_at is None:
                self.visit_notes.add("Visits without a time: not booked", text_of(row, "uid"))
            elif starts_at <= self.now:
                past += 1
            elif status in ("cancelled", "rejected"):
                self.visit_notes.add(
                    "Visits that are cancelled or rejected: not booked", self._when(starts_at)
                )
            elif status not in ("accepted", ""):
                self.visit_notes.add(
                    "Visits that wait for an answer: not booked, answer them", self._when(starts_at)
                )
            elif not people:
                self.visit_notes.add("Visits without a patient: not booked", self._when(starts_at))
            else:
                if len(people) > 1:
                    self.visit_notes.add(
                        "Visits of several people: booked for the first of them", self._when(starts_at)
                    )
                visits.append(self._visit(row, people[0], starts_at, length_in_minutes(starts_at, ends_at)))
        if past:
            self.visit_notes.add(f"Visits that have begun stay in {SYSTEM}: {past}")
        return sorted(visits, key=lambda visit: (visit.starts_at, visit.key))

    def _visit(self, row: Row, person: Row, starts_at: datetime, minutes: int) -> ForeignVisit:
        return ForeignVisit(
            f"calcom {text_of(row, 'uid') or text_of(row, 'id')}",
            self._service_of(text_of(row, "eventTypeId")),
            text_of(row, "userId"),
            starts_at,
            minutes,
            one_line(text_of(person, "name")),
            text_of(person, "email"),
            text_of(person, "phoneNumber") or phone_of(row),
            text_of(person, "locale"),
            plain_text(text_of(row, "description")),
        )

    def _when(self, moment: datetime) -> str:
        return f"{wall_time(moment, self.zone):%Y-%m-%d %H:%M}"


def _is_rolling(row: Row) -> Any:
    return text_of(row, "periodType").lower().startswith("rolling")


def _utc(moment: datetime | None) -> datetime | None:
    """The database's times are UTC, without saying so."""
    return moment and instant(moment.replace(tzinfo=moment.tzinfo or UTC), "UTC")
