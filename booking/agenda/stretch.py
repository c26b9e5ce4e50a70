"""All that the agenda shows of a stretch of days, read with a number of statements that doesn't grow."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_practitioners, all_services
from booking.patients.contacts import (
    EncryptedVisit,
    PatientContact,
    VisitDetails,
    contacts_by_id,
    details_by_appointment,
)
from booking.scheduling.busy_calendars import copies_of
from booking.scheduling.working_time import WorkingTime, all_working_times
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.models.desk.blocked_time import BlockedTime
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.agenda import AgendaHold, AgendaVisit, agenda_holds, agenda_visits
from booking.storage.queries.desk.blocked_time import blocks_between
from booking.storage.queries.desk.busy_calendars import intervals_of_calendars
from booking.storage.queries.ticks import reserved_times
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import days_window
from booking.timegrid.ticks import Window, instant_at

Span = tuple[int, int]
"""Ticks from the first up to the second."""


class BusyCopy(NamedTuple):
    """When a calendar elsewhere says busy, in order; `copied_at` is None while the copy is fresh."""

    copied_at: datetime | None
    intervals: Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class PractitionerRows:
    """One practitioner's rows of the stretch, each kind in order of time but `reserved`."""

    practitioner: Practitioner
    working_times: Sequence[WorkingTime]
    visits: Sequence[AgendaVisit]
    holds: Sequence[AgendaHold]
    blocks: Sequence[BlockedTime]
    reserved: Sequence[Span]
    busy: Sequence[BusyCopy]
    """The fresh copies first."""


@dataclass(frozen=True)
class Stretch:
    """`details` are by appointment, without those of erased patients. `contacts` are by patient, of those for
    whom somebody else booked."""

    zone: ZoneInfo
    window: Window
    people: Sequence[PractitionerRows]
    services: Mapping[str, Service]
    details: Mapping[uuid.UUID, VisitDetails]
    contacts: Mapping[uuid.UUID, PatientContact]


async def load_stretch(
    session: BookingSession,
    first: date,
    last: date,
    *,
    only_practitioner: str | None,
    with_details: bool,
    now: datetime,
) -> Stretch:
    """The days from `first` to `last`, both included, of listed practitioners and others who have visits."""
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    window = days_window(first, last, zone)
    start, end = instant_at(window.first), instant_at(window.end)
    slugs = await practitioners_shown(session, only_practitioner)
    people = {slug: row for slug, row in (await all_practitioners(session)).items() if slug in slugs}
    working: dict[str, list[WorkingTime]] = defaultdict(list)
    for time in await all_working_times(session, first, last):
        working[time.practitioner].append(time)
    visits: dict[str, list[AgendaVisit]] = defaultdict(list)
    for visit in await agenda_visits(session, start, end, practitioners=people):
        visits[visit.practitioner].append(visit)
    holds: dict[str, list[AgendaHold]] = defaultdict(list)
    for hold in await agenda_holds(session, start, end, practitioners=people, now=now):
        holds[hold.practitioner].append(hold)
    blocks: dict[str, list[BlockedTime]] = defaultdict(list)
    for block in await blocks_between(session, start, end, practitioners=people):
        blocks[block.practitioner].append(block)
    reserved: dict[str, list[Span]] = defaultdict(list)
    for owned in await reserved_times(session, window.first, window.end, resources=people, now=now):
        reserved[owned.resource].append((owned.first, owned.last))
    busy = await _busy(session, people, start, end, now=now)
    standing = [row for rows in visits.values() for row in rows if row.status != AppointmentStatus.CANCELLED]
    encrypted = [EncryptedVisit(row.id, row.patient, row.data_key, row.name, row.topics) for row in standing]
    by_others = {row.patient for row in standing if row.has_contact_person}
    return Stretch(
        zone,
        window,
        [
            PractitionerRows(
                row,
                working[slug],
                visits[slug],
                holds[slug],
                blocks[slug],
                reserved[slug],
                busy[slug],
            )
            for slug, row in sorted(people.items(), key=lambda item: item[1].position)
            if row.listed or visits[slug]
        ],
        await all_services(session),
        await details_by_appointment(session, encrypted) if with_details else {},
        await contacts_by_id(session, by_others) if with_details and by_others else {},
    )


async def _busy(
    session: BookingSession, practitioners: Collection[str], start: datetime, end: datetime, *, now: datetime
) -> Mapping[str, Sequence[BusyCopy]]:
    """By practitioner; no statement while nobody has a calendar elsewhere."""
    busy: dict[str, list[BusyCopy]] = defaultdict(list)
    copies = await copies_of(session, practitioners)
    if not copies:
        return busy
    policy = (await get_clinic(session)).busy_calendars
    intervals = await intervals_of_calendars(session, [copy.id for copy in copies], start, end)
    for copy in sorted(copies, key=lambda copy: not policy.is_fresh(copy.copied_at, now)):
        copied_at = None if policy.is_fresh(copy.copied_at, now) else copy.copied_at
        busy[copy.practitioner].append(BusyCopy(copied_at, intervals.get(copy.id, ())))
    return busy


async def practitioners_shown(session: BookingSession, only_practitioner: str | None) -> set[str]:
    """Slugs, also of those whom the clinic lists no more: they may still have visits."""
    slugs = set(await all_practitioners(session))
    return slugs if only_practitioner is None else slugs & {only_practitioner}
