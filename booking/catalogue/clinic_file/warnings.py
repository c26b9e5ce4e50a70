"""What a clinic's file may say, but most likely doesn't mean: told by `check`, and no mistake."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import combinations

from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import PractitionerSection
from booking.catalogue.clinic_file.model.services import ServiceSection
from booking.catalogue.clinic_file.spelling import WEEKDAYS
from booking.catalogue.clinic_file.validation import day_at_both, hours_without_breaks, place_of
from booking.timegrid.ticks import DAY


def clinic_file_warnings(file: ClinicFile, *, today: date, languages: Collection[str]) -> list[str]:
    """A sentence for each, with its place; `languages` are those that the program has words in."""
    return [
        *_clinic(file, languages),
        *(sentence for service in file.services for sentence in _service(file, service, today)),
        *_locations(file, today),
        *_practitioners(file, today),
    ]


def _clinic(file: ClinicFile, languages: Collection[str]) -> Iterator[str]:
    for language in file.clinic.languages:
        if language.partition("-")[0] not in {known.partition("-")[0] for known in languages}:
            yield f"clinic.languages: there are no words in {language!r}; {', '.join(languages)} have them"
    if file.policy.minimum_notice >= file.policy.horizon:
        yield "policy.minimum_notice: reaches beyond the horizon, so that nothing can be booked"
    yield from _reminders(file)
    if file.sms and not (file.reminders and file.reminders.reminder_days):
        yield "sms: text messages are reminders, and there is no table [reminders] with days"
    yield from _waiting_list(file)


def _reminders(file: ClinicFile) -> Iterator[str]:
    reminders = file.reminders
    if reminders is None:
        return
    if reminders.quiet_hours:
        begins, ends = reminders.quiet_hours
        # On the clock's face, from where the quiet begins.
        if (reminders.reminder_time - begins) % DAY < (ends - begins) % DAY:
            yield "reminders.at: is within the quiet hours, so that reminders are sent when those end"
    if all(days >= file.policy.horizon.days for days in reminders.reminder_days):
        yield "reminders.days_before: reaches beyond the horizon, or is empty, so that nobody is reminded"


def _waiting_list(file: ClinicFile) -> Iterator[str]:
    waiting_list, policy = file.waiting_list, file.policy
    if waiting_list is None:
        return
    notice = waiting_list.waiting_list_notice
    if notice is not None and notice > policy.minimum_notice:
        yield (
            "waiting_list.minimum_notice: is longer than that of the policy, so that times are offered to "
            "everybody but those who wait"
        )
    notice = policy.minimum_notice if notice is None else notice
    if notice >= policy.horizon:
        yield "waiting_list.minimum_notice: reaches beyond the horizon, so that nothing is ever offered"


def _service(file: ClinicFile, service: ServiceSection, today: date) -> Iterator[str]:
    place = f"services[{service.slug}]"
    offering = [each for each in file.practitioners if service.slug in each.services]
    certified = [
        each
        for each in offering
        if service.requires
        in (None, *(held.kind for held in each.certifications if held.valid_until >= today))
    ]
    if offering and not certified:
        yield f"{place}.requires: nobody who offers it holds a valid {service.requires!r} certificate today"
    minutes = service.duration.total_seconds() / 60
    longest = [
        span.closes - span.opens
        for each in certified
        for hours in each.hours
        for spans in hours_without_breaks(hours).values()
        for span in spans
    ]
    if longest and max(longest) < minutes and not any(length == 1440 for length in longest):
        yield f"{place}.duration: is longer than any shift of those who offer it"


def _locations(file: ClinicFile, today: date) -> Iterator[str]:
    for location in file.locations:
        for number, closure in enumerate(location.closures, 1):
            if closure.last_day < today:
                yield f"locations[{location.slug}].closures[{number}]: is over since {closure.last_day}"


def _practitioners(file: ClinicFile, today: date) -> Iterator[str]:
    last_day = today + file.policy.horizon
    needed = {service.requires: service.slug for service in file.services if service.requires}
    for practitioner in file.practitioners:
        place = f"practitioners[{practitioner.slug}]"
        if not any(spans for hours in practitioner.hours for spans in hours.week.values()):
            yield f"{place}.hours: none, so that nobody can book with them"
        yield from _ways(file, practitioner, place)
        if not practitioner.services:
            yield f"{place}.services: none, so that nobody can book with them"
        for held in practitioner.certifications:
            if held.kind in needed and held.valid_until < last_day:
                verb = "has expired" if held.valid_until < today else "expires within the horizon"
                yield f"{place}.certifications: {held.kind!r} {verb}, on {held.valid_until}"


def _ways(file: ClinicFile, practitioner: PractitionerSection, place: str) -> Iterator[str]:
    minutes = int(file.policy.travel_time / timedelta(minutes=1))
    for hours, other in combinations(practitioner.hours, 2) if minutes else ():
        if (day := day_at_both(file, hours, other, minutes)) is not None:
            places = f"{place_of(file, hours)!r} and {place_of(file, other)!r}"
            yield (
                f"{place}.hours: on {WEEKDAYS[day]} less than the travel time of {minutes} min is between "
                f"{places}, so that not all times there can be booked"
            )
