"""What another system's clinic is as content of a clinic's file, and how its things are named there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from booking.catalogue.clinic_file.slugs import slug_of, unique_slugs
from booking.catalogue.clinic_file.spelling import spell_duration, spell_week
from booking.imports.clinic import ForeignClinic, ForeignPractitioner, ForeignService, Week
from booking.imports.errors import UnreadableImport
from booking.imports.time_off import time_off_content
from booking.imports.values import in_ticks, united
from booking.timegrid.opening_hours import TimeSpan

Content = dict[str, Any]
"""Tables, lists and values as TOML has them."""
MAX_DURATION = 12 * 60
MAX_BUFFER = 4 * 60
WEEK_MINUTES = 7 * 24 * 60
MAX_NOTICE = 366 * 24 * 60
MAX_HORIZON = 366
MAX_PRICE = Decimal(999_999)
USUAL_WEEK: Week = {day: [(9 * 60, 17 * 60)] for day in range(5)}


@dataclass(frozen=True)
class Draft:
    """What can be taken over, each with its slug in the clinic's file."""

    clinic: ForeignClinic
    services: Mapping[str, ForeignService]
    practitioners: Mapping[str, ForeignPractitioner]

    @property
    def service_slugs(self) -> dict[str, str]:
        """By the other system's id."""
        return {service.id: slug for slug, service in self.services.items()}

    @property
    def practitioner_slugs(self) -> dict[str, str]:
        """By the other system's id."""
        return {practitioner.id: slug for slug, practitioner in self.practitioners.items()}

    @property
    def hours(self) -> dict[str, list[str]]:
        """When anybody works in the clinic's own time zone; else an office's usual hours."""
        spelled = spell_week(_spans(self._week_in(self.clinic.time_zone)))
        return spelled or spell_week(_spans(USUAL_WEEK))

    def _week_in(self, zone: str) -> Week:
        weeks = [each.week for each in self.practitioners.values() if each.time_zone == zone]
        return {day: united(span for week in weeks for span in week.get(day, ())) for day in range(7)}

    def content(self, base: Mapping[str, Any]) -> Content:
        """The content of the clinic's file; `base` has what a new clinic's file says beside it."""
        content = {**base, "clinic": {**base["clinic"]}, "policy": {**base["policy"]}}
        for key, value in (("email", self.clinic.email), ("website", self.clinic.website)):
            if value:
                content["clinic"][key] = value
        content["policy"] |= self._policy()
        zones, spoken = self._zones(), content["clinic"]["languages"]
        content["locations"] = [self._location(base["locations"][0], zone) for zone in zones]
        content["services"] = [self._service(slug, each) for slug, each in self.services.items()]
        content["practitioners"] = [
            {**self._practitioner(slug, each, content["locations"], zones), "languages": spoken}
            for slug, each in self.practitioners.items()
        ]
        return content

    def _zones(self) -> list[str]:
        """The clinic's own first; each has a location, since hours are on a location's clock."""
        own = self.clinic.time_zone
        zones = [each.time_zone for each in self.practitioners.values()]
        return sorted({*zones} or {own}, key=lambda zone: (zone != own, zone))

    def _policy(self) -> Content:
        rules, policy = self.clinic.rules, {}
        if rules.slot_step:
            policy["slot_step"] = _minutes(min(_in_fives(rules.slot_step), 24 * 60))
        if rules.minimum_notice is not None:
            notice = min(rules.minimum_notice, MAX_NOTICE)
            # A long one in whole hours: a number in the file has five digits at most.
            policy["minimum_notice"] = _minutes(notice if notice < WEEK_MINUTES else -(-notice // 60) * 60)
        if rules.horizon_days:
            policy["horizon"] = spell_duration(timedelta(days=min(rules.horizon_days, MAX_HORIZON)))
        return policy

    def _location(self, base: Mapping[str, Any], zone: str) -> Content:
        location = {**base, "hours": spell_week(_spans(self._week_in(zone))) or self.hours}
        if zone != self.clinic.time_zone:
            self.clinic.notes.add(
                "People work on the clocks of several time zones: each zone has a location in the file", zone
            )
            location |= {
                "slug": slug_of(f"{base['slug']} {zone}", "place"),
                "name": f"{base['name']} ({zone})",
                "time_zone": zone,
            }
        location["closures"] = [
            {"from": first, "to": last, **({"reason": reason} if reason else {})}
            for first, last, reason in self.clinic.closures
        ]
        return location

    def _service(self, slug: str, service: ForeignService) -> Content:
        notes, duration = self.clinic.notes, _in_fives(service.duration)
        if duration != service.duration:
            notes.add(
                "Durations that are no multiple of 5 minutes: rounded up",
                f"{service.name}: {service.duration} min, here {duration} min",
            )
        content: Content = {
            "slug": slug,
            "name": service.name or slug,
            **({"description": service.description} if service.description else {}),
            "duration": _minutes(duration),
        }
        for key, buffer in (("buffer_before", service.buffer_before), ("buffer_after", service.buffer_after)):
            rounded = min(_in_fives(buffer), MAX_BUFFER)
            if rounded != buffer:
                notes.add("Buffers: rounded up to multiples of 5 minutes, 4 hours at most", service.name)
            if rounded > 0:
                content[key] = _minutes(rounded)
        if service.price is not None:
            currency = service.currency.strip().upper()
            if (
                currency.isascii()
                and currency.isalpha()
                and len(currency) == 3
                and service.price <= MAX_PRICE
            ):
                content |= {"price": f"{service.price:.2f}", "currency": currency}
            else:
                shown = f"{service.name}: {service.price:.2f} {service.currency}".strip()
                notes.add('Prices without a currency such as "CAD": left out', shown)
        return content

    def _practitioner(
        self, slug: str, each: ForeignPractitioner, locations: Sequence[Content], zones: Sequence[str]
    ) -> Content:
        notes, offered = self.clinic.notes, set(each.services)
        week = {day: in_ticks(spans) for day, spans in each.week.items()}
        if any([*week[day]] != [*spans] for day, spans in each.week.items()):
            notes.add("Hours that are no multiples of 5 minutes: the multiples inside", each.name)
        if not any(week.values()):
            notes.add("Without hours: nobody can book them until the file has some", each.name)
        content: Content = {
            "slug": slug,
            "name": each.name or slug,
            "services": [name for name, service in self.services.items() if service.id in offered],
        }
        if any(week.values()):
            place = {"location": locations[zones.index(each.time_zone)]["slug"]} if len(zones) > 1 else {}
            content["hours"] = [{**place, "week": spell_week(_spans(week))}]
        if time_off := time_off_content(each, notes):
            content["time_off"] = time_off
        return content


def draft_of(clinic: ForeignClinic) -> Draft:
    """What can be taken over; notes say what can't.

    Raises:
        UnreadableImport: there is nothing to book.
    """
    services = [each for each in clinic.services if _is_kept(clinic, each)]
    ids = {service.id for service in services}
    practitioners = [each for each in clinic.practitioners if ids & {*each.services}]
    if not services or not practitioners:
        raise UnreadableImport("there is nothing to take over: no service that anybody offers")
    for each in clinic.practitioners:
        if each not in practitioners:
            clinic.notes.add("People who offer no service: left out", each.name)
    return Draft(
        clinic,
        dict(zip(unique_slugs((each.name for each in services), "service"), services)),
        dict(zip(unique_slugs((each.name for each in practitioners), "practitioner"), practitioners)),
    )


def _is_kept(clinic: ForeignClinic, service: ForeignService) -> bool:
    if not 0 < service.duration <= MAX_DURATION:
        clinic.notes.add("Services without a duration, or of more than 12 hours: left out", service.name)
        return False
    if not any(service.id in practitioner.services for practitioner in clinic.practitioners):
        clinic.notes.add("Services that nobody offers: left out", service.name)
        return False
    return True


def _spans(week: Week) -> dict[int, tuple[TimeSpan, ...]]:
    return {day: tuple(TimeSpan(*span) for span in in_ticks(spans)) for day, spans in week.items()}


def _in_fives(minutes: int) -> int:
    return -(-minutes // 5) * 5


def _minutes(minutes: int) -> str:
    return spell_duration(timedelta(minutes=minutes))
