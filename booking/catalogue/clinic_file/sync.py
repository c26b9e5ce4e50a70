"""A clinic's file -> the database. Applying it twice changes nothing; appointments always stay."""

from collections.abc import Hashable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect

from booking.catalogue.clinic_file.mapping import Row, rows_of_clinic_file
from booking.catalogue.clinic_file.model import ClinicFile
from booking.storage.base import Table
from booking.storage.models.catalogue import Clinic
from booking.storage.queries.appointments import UpcomingAppointment, upcoming_appointments
from booking.storage.queries.catalogue import all_rows
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession


async def sync_clinic_file(session: BookingSession, file: ClinicFile, *, now: datetime) -> list[str]:
    """What changed, a sentence each, and which appointments that concerns; nothing if nothing did.

    In the caller's transaction. What has gone from the file is withdrawn, not deleted.
    """
    await lock_setup(session)
    wanted = rows_of_clinic_file(file)
    changes = await _sync_clinic(session, wanted.clinic)
    for table, rows in wanted.named.items():
        changes += await _sync_named(session, table, rows)
    await session.flush()
    for table, rows in wanted.parts.items():
        changes += await _sync_parts(session, table, rows)
    await session.flush()
    return changes + (await _affected_appointments(session, now=now) if changes else [])


async def _sync_clinic(session: BookingSession, wanted: Row) -> list[str]:
    row = await session.get(Clinic, 1)
    if row is None:
        session.add(Clinic(id=1, **wanted))
        return ["The clinic was added."]
    return [f"The clinic's {', '.join(changed)} changed."] if (changed := _update(row, wanted)) else []


async def _sync_named(session: BookingSession, table: type[Table], rows: list[Row]) -> list[str]:
    there = {row.slug: row for row in await all_rows(session, table)}  # type: ignore[attr-defined]
    changes = []
    for wanted in rows:
        name = f"{table.__name__} {wanted['slug']!r}"
        row = there.pop(wanted["slug"], None)
        if row is None:
            session.add(table(**wanted))
            changes.append(f"{name} was added.")
        elif changed := _update(row, wanted):
            changes.append(f"{name}: {', '.join(changed)} changed.")
    for slug, row in there.items():
        if getattr(row, "listed", False):
            row.listed = False  # type: ignore[attr-defined]
            changes.append(f"{table.__name__} {slug!r} was withdrawn.")
    return changes


def _update(row: Table, wanted: Row) -> list[str]:
    """The columns that had to be set."""
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    return changed


async def _sync_parts(session: BookingSession, table: type[Table], rows: list[Row]) -> list[str]:
    columns = [column.key for column in inspect(table).columns if column.key != "id"]
    missing: dict[Hashable, list[Row]] = {}
    for row in rows:
        missing.setdefault(_value(row, columns), []).append(row)
    removed = 0
    for there in await all_rows(session, table):
        same = missing.get(_value(vars(there), columns))
        if same:
            same.pop()
        else:
            await session.delete(there)
            removed += 1
    await session.flush()  # What goes makes room for what comes: they may share a key.
    added = [row for same in missing.values() for row in same]
    session.add_all([table(**row) for row in added])
    if not (added or removed):
        return []
    return [f"{table.__name__}: {len(added)} added, {removed} removed."]


def _value(row: dict[str, Any], columns: list[str]) -> Hashable:
    return tuple(str(row.get(column)) for column in columns)


async def _affected_appointments(session: BookingSession, *, now: datetime) -> list[str]:
    """Appointments ahead that the clinic, as it is now, could no longer keep: somebody has to call."""
    found = []
    for case in await upcoming_appointments(session, now):
        day = case.appointment.starts_at.astimezone(ZoneInfo(case.location.time_zone)).date()
        if reason := _why_not(case, day):
            found.append(
                f"Appointment {case.appointment.reference} on {day} is kept, but {reason}. "
                "Please call the patient."
            )
    return found


def _why_not(case: UpcomingAppointment, day: date) -> str | None:
    held = case.certification
    if not case.practitioner.listed:
        return f"{case.practitioner.name} was withdrawn"
    if not case.location.listed:
        return f"the location {case.location.slug!r} was withdrawn"
    if case.is_away:
        return f"{case.practitioner.name} is away"
    if case.service.requires and not (held and (held.valid_from or day) <= day <= held.valid_until):
        return f"{case.practitioner.name} has no certificate for it on that day"
    return None
