"""One practitioner's column of a day: the ground, and what stands on it in order of time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from booking.agenda.ground import Ground, ground_of
from booking.agenda.stretch import BusyCopy, PractitionerRows, Stretch
from booking.agenda.values import Blocked, Busy, Column, Entry, Gap, Held, Span, Visit
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.queries.desk.agenda import AgendaVisit
from booking.timegrid.ticks import TICK, Window, instant_at, tick_at, ticks_between

LONG_ENOUGH = timedelta(minutes=30)
"""The first gap of this length is where a receptionist looks when the phone rings."""


def column_of(
    stretch: Stretch, rows: PractitionerRows, window: Window, *, with_names: bool, now: datetime
) -> Column:
    """The ticks of `window` are a day of the stretch."""
    start, end = instant_at(window.first), instant_at(window.end)
    ground = ground_of(window, rows.working_times, rows.blocks, rows.reserved)
    entries: list[Entry] = [
        _visit(stretch, row, with_names)
        for row in rows.visits
        if row.status != AppointmentStatus.CANCELLED and row.starts_at < end and row.ends_at > start
    ]
    entries += [
        Held(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            expires_at=row.expires_at,
            by_staff=row.by_staff,
            squeeze_in=row.squeeze_in,
        )
        for row in rows.holds
        if row.starts_at < end and row.ends_at > start
    ]
    busy, free = _busy(rows.busy, ground.free, window)
    entries += [*_blocked(ground, window), *busy, *_gaps(free, window, now=now)]
    entries.sort(key=lambda entry: (entry.starts_at, _is_beside(entry), entry.ends_at))
    return Column(rows.practitioner.slug, rows.practitioner.name, _spans(window, ground.hours), entries)


def _is_beside(entry: Entry) -> bool:
    return isinstance(entry, Visit | Held) and entry.squeeze_in


def _visit(stretch: Stretch, row: AgendaVisit, with_names: bool) -> Visit:
    details = stretch.details.get(row.id)
    return Visit(
        id=row.id,
        reference=row.reference,
        version=row.version,
        status=row.status,
        waiting_since=row.status_changed_at if row.status is AppointmentStatus.ARRIVED else None,
        service=row.service,
        service_name=stretch.services[row.service].name,
        location=row.location,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        patient=row.patient,
        name=details.name if details and with_names else None,
        contact=stretch.contacts.get(row.patient) if with_names else None,
        has_topics=bool(details and (details.topics or row.has_patient_note)),
        has_note=row.has_note,
        is_confirmed=row.is_confirmed,
        squeeze_in=row.squeeze_in,
        is_possible=row.impossible_since is None,
    )


def _blocked(ground: Ground, window: Window) -> Iterator[Blocked]:
    for block, bits in ground.blocked:
        for part, (start, end) in enumerate(_spans(window, bits), 1):
            yield Blocked(id=block.id, part=part, starts_at=start, ends_at=end, label=block.label)


def _busy(copies: Sequence[BusyCopy], free: int, window: Window) -> tuple[list[Busy], int]:
    """Free time at which calendars elsewhere say busy, and the bits that are left."""
    entries: list[Busy] = []
    for copy in copies:
        bits = 0
        for first, last in copy.intervals:
            bits |= window.bits(*ticks_between(first, last))
        for start, end in _spans(window, free & bits):
            entries.append(Busy(starts_at=start, ends_at=end, copied_at=copy.copied_at))
        free &= ~bits
    return entries, free


def _gaps(free: int, window: Window, *, now: datetime) -> Iterator[Gap]:
    """Free time that has not begun yet counts from the next tick on."""
    next_tick = tick_at(now + TICK - timedelta.resolution)
    is_next_found = False
    for start, end in _spans(window, free & window.bits(next_tick, window.end)):
        is_next = not is_next_found and end - start >= LONG_ENOUGH
        is_next_found |= is_next
        yield Gap(starts_at=start, ends_at=end, is_next=is_next)


def _spans(window: Window, bits: int) -> Sequence[Span]:
    return [Span(instant_at(first), instant_at(last)) for first, last in window.runs(bits)]
