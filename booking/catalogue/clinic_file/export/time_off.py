"""Time off as a clinic's file says it, made of its rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.hours.time_off import first_moments
from booking.catalogue.clinic_file.mapping import Row, time_away
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.practitioners import PractitionerSection, TimeOffSection
from booking.catalogue.clinic_file.validation import zones_of_practitioner
from booking.timegrid.recurring_times import RecurringTime

COLUMNS = [field.name for field in fields(RecurringTime)]


def time_off_sections(
    file: ClinicFile, practitioner: PractitionerSection, rows: Sequence[Row]
) -> list[TimeOffSection]:
    """As days where it is from midnight to midnight, else on the clock of the place, else with an offset."""
    zones = zones_of_practitioner(file, practitioner)
    found = []
    for row in rows:
        wanted = row["starts_at"], row["ends_at"]
        starts, ends = ([*_spellings(moment, zones)] for moment in wanted)
        surely = _section(starts[-1], ends[-1])
        found.append(
            surely.model_copy(
                update={
                    name: next(
                        moment
                        for moment in moments
                        if time_away(surely.model_copy(update={name: moment}), zones) == wanted
                    )
                    for name, moments in (("starts_at", starts), ("ends_at", ends))
                }
            )
        )
    return found


def recurring_time_off(rows: Iterable[Row]) -> dict[str, list[TimeOffSection]]:
    """By practitioner, what comes again, in order of its first time."""
    of: dict[str, list[TimeOffSection]] = defaultdict(list)
    times = [(row["practitioner"], RecurringTime(*(row[name] for name in COLUMNS))) for row in rows]
    for practitioner, time in sorted(times, key=lambda item: (item[1].first, str(item[1]))):
        every = "year" if time.weeks is None else time.weeks
        of[practitioner].append(_section(*first_moments(time), every=every, until=time.until))
    return of


def _section(starts_at: date, ends_at: date, **others: Any) -> TimeOffSection:
    keys: dict[str, Any] = {"from": starts_at, "to": ends_at, **others}
    return TimeOffSection.model_construct(**keys)


def _spellings(moment: datetime, zones: Sequence[ZoneInfo]) -> Iterator[date]:
    """How the file might say it, the plainest first; the last is right in any zone."""
    walls = [moment.astimezone(zone) for zone in zones]
    yield from (wall.date() for wall in walls)
    yield from (wall.replace(tzinfo=None, fold=0) for wall in walls)
    # TOML's offsets are whole minutes; a zone's were not before clocks had standards.
    yield from (wall for wall in walls[:1] if not wall.utcoffset().seconds % 60)  # type: ignore[union-attr]
    yield moment.astimezone(UTC)
