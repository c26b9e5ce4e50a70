"""Easy!Appointments 1.4 to 1.6: a dump of its MySQL database, by `mysqldump` or its own backup."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel import Locale

from booking.imports.clinic import (
    ForeignClinic,
    ForeignPractitioner,
    ForeignRules,
    ForeignService,
    ForeignVisit,
)
from booking.imports.easyappointments.days_off import blocked_periods, time_off_of
from booking.imports.easyappointments.working_plan import days_of, week_of
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
    zone_or,
)

SYSTEM = "Easy!Appointments"
MARK = "services_providers"
"""The table whose name tells the prefix of all: `ea_` unless somebody chose another."""
TABLES = {
    "appointments",
    "blocked_periods",
    "roles",
    "services",
    "services_providers",
    "settings",
    "user_settings",
    "users",
    "working_plan_exceptions",
}
NOT_COMING = ("cancel", "draft", "annul", "brouillon", "storn", "abgesagt", "entwurf")
"""How statuses begin of visits that don't take place; a clinic words its statuses as it likes."""
COMING = ("", "booked", "confirmed", "rescheduled")
OWN_STATUS = "With a status of the clinic's own: taken as visits that take place"
PRIVATE = "Private there, bookable by everybody here: take these services out if that should not be"
CUSTOM_FIELDS = tuple(f"custom_field_{number}" for number in range(1, 6))
LANGUAGES: dict[str, str] = {name.lower(): code for code, name in Locale("en").languages.items()}


def read_easyappointments(text: str, *, zone: str | None = None, now: datetime) -> ForeignClinic:
    """The clinic, its people and the visits that begin after `now`.

    `zone` is the clinic's, and the clock of providers for whom nobody chose one; None for the dump's default.

    Raises:
        UnreadableImport: the dump is broken, or of something else.
    """
    return _Reader(_tables(text), now, zone).clinic()


def _tables(text: str) -> Tables:
    found = parse_dump(text, Dialect.MYSQL, lambda table: any(table.endswith(name) for name in TABLES))
    prefix = next((table.removesuffix(MARK) for table in found if table.endswith(MARK)), None)
    if prefix is None or f"{prefix}users" not in found:
        raise UnreadableImport(
            "this is no dump of Easy!Appointments: the tables ea_users and ea_services_providers are missing"
        )
    return {name: found.get(f"{prefix}{name}", ()) for name in TABLES}


@dataclass
class _Reader:
    tables: Tables
    now: datetime
    wanted_zone: str | None

    def __post_init__(self) -> None:
        self.notes, self.visit_notes = Notes(), Notes()
        self.settings = {text_of(row, "name"): text_of(row, "value") for row in self.tables["settings"]}
        roles = {text_of(row, "id"): text_of(row, "slug") for row in self.tables["roles"]}
        self.users: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self.tables["users"]:
            self.users[roles.get(text_of(row, "id_roles"), "")][text_of(row, "id")] = row
        zones = [text_of(row, "timezone") for row in self.providers.values()]
        chosen = [
            self.wanted_zone or "",
            *filter(_is_chosen, [self.settings.get("default_timezone", ""), *zones]),
        ]
        self.zone = clinic_zone(chosen)

    @property
    def providers(self) -> dict[str, Row]:
        return self.users["provider"]

    def clinic(self) -> ForeignClinic:
        closures, blocked = blocked_periods(self.tables["blocked_periods"], self.now.date())
        practitioners = self._practitioners(blocked)
        services = self._services()
        visits = self._visits()
        self._others()
        return ForeignClinic(
            SYSTEM,
            one_line(self.settings.get("company_name", "")),
            self.zone,
            services,
            practitioners,
            visits,
            self.notes,
            self.visit_notes,
            email=self.settings.get("company_email", ""),
            website=self.settings.get("company_link", ""),
            address=self._address(),
            language=_language(self.settings.get("default_language", "")),
            rules=self._rules(),
            closures=closures,
        )

    def _address(self) -> str:
        """Where services take place, as customers see it; providers' own addresses may be their homes."""
        places = [place for row in self.tables["services"] if (place := one_line(text_of(row, "location")))]
        return most_common(places) or ""

    def _rules(self) -> ForeignRules:
        steps = [step for row in self.tables["services"] if (step := int_of(row, "slot_interval"))]
        if len({*steps}) > 1:
            self.notes.add(
                "Starting times differ by service there; here the most common `slot_step` counts for all"
            )
        notice = self.settings.get("book_advance_timeout", "")
        horizon = self.settings.get("future_booking_limit", "")
        return ForeignRules(
            most_common(steps),
            int(notice) if notice.isdecimal() else None,
            int(horizon) if horizon.isdecimal() else None,
        )

    def _services(self) -> list[ForeignService]:
        services = []
        for row in self.tables["services"]:
            name = one_line(text_of(row, "name"))
            if is_true(row, "is_private"):
                self.notes.add(
                    PRIVATE,
                    name,
                )
            if (int_of(row, "attendants_number") or 1) > 1:
                self.notes.add("For several people at once there; here a visit is one person's", name)
            services.append(
                ForeignService(
                    text_of(row, "id"),
                    name,
                    int_of(row, "duration") or 0,
                    plain_text(text_of(row, "description")),
                    _price(text_of(row, "price")),
                    text_of(row, "currency"),
                )
            )
        return services

    def _practitioners(self, blocked: Sequence[tuple[datetime, datetime]]) -> list[ForeignPractitioner]:
        offers: dict[str, list[str]] = defaultdict(list)
        for row in self.tables["services_providers"]:
            offers[text_of(row, "id_users")].append(text_of(row, "id_services"))
        settings = {text_of(row, "id_users"): row for row in self.tables["user_settings"]}
        today = self.now.date()
        practitioners = []
        for key, row in self.providers.items():
            own = settings.get(key, {})
            exceptions = [
                each
                for each in self.tables["working_plan_exceptions"]
                if text_of(each, "id_users_provider") == key
            ]
            if is_true(row, "is_private"):
                self.notes.add("Private there, bookable by everybody here", _name(row))
            if is_true(own, "google_sync") or is_true(own, "caldav_sync"):
                self.notes.add(
                    "Their calendars elsewhere are not read yet: `book-online busy` connects them", _name(row)
                )
            practitioners.append(
                ForeignPractitioner(
                    key,
                    _name(row),
                    self._zone_of(row),
                    offers[key],
                    week_of(own),
                    days_of(own, exceptions, since=today),
                    [*blocked, *time_off_of(self.tables["appointments"], key, since=today)],
                )
            )
        return practitioners

    def _zone_of(self, provider: Row) -> str:
        zone = text_of(provider, "timezone")
        if not _is_chosen(zone):
            self.notes.add(
                f"Without a time zone of their own: their times are read on the clock of {self.zone}",
                _name(provider),
            )
        return zone_or(zone, self.zone) if _is_chosen(zone) else self.zone

    def _visits(self) -> list[ForeignVisit]:
        visits, past = [], 0
        for row in self.tables["appointments"]:
            if is_true(row, "is_unavailability") or is_true(row, "is_unavailable"):
                continue
            starts_at, ends_at = moment_of(row, "start_datetime"), moment_of(row, "end_datetime")
            provider = self.providers.get(text_of(row, "id_users_provider"))
            if starts_at is None or ends_at is None or provider is None:
                self.visit_notes.add(
                    "Visits without a time or a provider: not booked", f"visit {row.get('id')}"
                )
                continue
            at = instant(starts_at, self._zone_of(provider))
            if at <= self.now:
                past += 1
            elif text_of(row, "status").lower().startswith(NOT_COMING):
                self.visit_notes.add("Visits that are cancelled or drafts: not booked", _when(starts_at))
            else:
                if text_of(row, "status").lower() not in COMING:
                    self.visit_notes.add(
                        OWN_STATUS, f"{_when(starts_at)}: {one_line(text_of(row, 'status'))}"
                    )
                visits.append(self._visit(row, at, length_in_minutes(starts_at, ends_at)))
        if past:
            self.visit_notes.add(f"Visits that have begun stay in {SYSTEM}: {past}")
        return sorted(visits, key=lambda visit: (visit.starts_at, visit.key))

    def _visit(self, row: Row, starts_at: datetime, minutes: int) -> ForeignVisit:
        customer: Row = self.users["customer"].get(text_of(row, "id_users_customer"), {})
        return ForeignVisit(
            f"easyappointments {text_of(row, 'hash') or row.get('id')}",
            text_of(row, "id_services"),
            text_of(row, "id_users_provider"),
            starts_at,
            minutes,
            _name(customer),
            text_of(customer, "email"),
            text_of(customer, "phone_number") or text_of(customer, "mobile_number"),
            _language(text_of(customer, "language")),
            plain_text(text_of(row, "notes")),
        )

    def _others(self) -> None:
        customers = self.users["customer"].values()
        kept = {text_of(row, "id_users_customer") for row in self.tables["appointments"]}
        alone = sum(text_of(row, "id") not in kept for row in customers)
        if alone:
            self.visit_notes.add(f"Customers without any visit are not taken over: {alone}")
        if any(text_of(row, name) for row in customers for name in ("notes", *CUSTOM_FIELDS)):
            self.visit_notes.add("Customers' custom fields and notes are not taken over")
        if staff := [_name(row) for role in ("admin", "secretary") for row in self.users[role].values()]:
            self.notes.add(
                "Accounts and passwords are not taken over: `book-online staff add` makes new ones", *staff
            )


def _is_chosen(zone: str) -> bool:
    """UTC is the default, which few clinics keep the time of."""
    return zone not in ("", "UTC")


def _name(user: Row) -> str:
    return one_line(f"{text_of(user, 'first_name')} {text_of(user, 'last_name')}")


def _when(wall: datetime | date) -> str:
    return f"{wall:%Y-%m-%d %H:%M}"


def _price(text: str) -> Decimal | None:
    """None for a price of 0, which is the default there."""
    try:
        price = Decimal(text or "0")
    except InvalidOperation as reason:
        raise UnreadableImport(f"{text!r} should be the price of a service") from reason
    return price if price.is_finite() and price > 0 else None


def _language(name: str) -> str:
    """Languages have English names there: `french`."""
    return LANGUAGES.get(name.lower(), "")
