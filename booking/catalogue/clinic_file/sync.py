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
    """A sentence for each change and for each appointment that can't be kept; none if nothing changed.

    In the caller's transaction. A row that is gone from the file is withdrawn, not deleted.
    """
    await lock_setup(session)
    rows = rows_of_clinic_file(file)
    changes = await _sync_clinic(session, rows.clinic)
    for table, named in rows.named.items():
        changes += await _sync_named(session, table, named)
    await session.flush()
    for table, parts in rows.parts.items():
        changes += await _sync_parts(session, table, parts)
    await session.flush()
    return changes + (await _affected_appointments(session, now=now) if changes else [])


async def _sync_clinic(session: BookingSession, wanted: Row) -> list[str]:
    clinic = await session.get(Clinic, 1)
    if clinic is None:
        session.add(Clinic(id=1, **wanted))
        return ["The clinic was added."]
    changed = _update(clinic, wanted)
    return [f"The clinic's {', '.join(changed)} changed."] if changed else []


async def _sync_named(session: BookingSession, table: type[Table], rows: list[Row]) -> list[str]:
    stored = {row.slug: row for row in await all_rows(session, table)}  # type: ignore[attr-defined]
    changes = []
    for wanted in rows:
        name = f"{table.__name__} {wanted['slug']!r}"
        row = stored.pop(wanted["slug"], None)
        if row is None:
            session.add(table(**wanted))
            changes.append(f"{name} was added.")
        elif changed := _update(row, wanted):
            changes.append(f"{name}: {', '.join(changed)} changed.")
    for slug, row in stored.items():
        if getattr(row, "listed", False):
            row.listed = False  # type: ignore[attr-defined]
            changes.append(f"{table.__name__} {slug!r} was withdrawn.")
    return changes


def _update(row: Table, wanted: Row) -> list[str]:
    """Sets the columns that differ, and returns their names."""
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    return changed


async def _sync_parts(session: BookingSession, table: type[Table], rows: list[Row]) -> list[str]:
    columns = [column.key for column in inspect(table).columns if column.key != "id"]
    missing: dict[Hashable, list[Row]] = {}
    for wanted in rows:
        missing.setdefault(_value(wanted, columns), []).append(wanted)
    removed = 0
    for stored in await all_rows(session, table):
        same = missing.get(_value(vars(stored), columns))
        if same:
            same.pop()
        else:
            await session.delete(stored)
            removed += 1
    await session.flush()  # Removed rows make room for added ones: they may share a key.
    added = [row for same in missing.values() for row in same]
    session.add_all([table(**row) for row in added])
    if not (added or removed):
        return []
    return [f"{table.__name__}: {len(added)} added, {removed} removed."]


def _value(row: dict[str, Any], columns: list[str]) -> Hashable:
    return tuple(str(row.get(column)) for column in columns)


async def _affected_appointments(session: BookingSession, *, now: datetime) -> list[str]:
    """Appointments ahead that the new catalogue rules out: the clinic has to call their patients."""
    sentences = []
    for upcoming in await upcoming_appointments(session, now):
        day = upcoming.appointment.starts_at.astimezone(ZoneInfo(upcoming.location.time_zone)).date()
        if obstacle := _obstacle(upcoming, day):
            sentences.append(
                f"Appointment {upcoming.appointment.reference} on {day} is kept, but {obstacle}. "
                "Please call the patient."
            )
    return sentences


def _obstacle(upcoming: UpcomingAppointment, day: date) -> str | None:
    certification = upcoming.certification
    if not upcoming.practitioner.listed:
        return f"{upcoming.practitioner.name} was withdrawn"
    if not upcoming.location.listed:
        return f"the location {upcoming.location.slug!r} was withdrawn"
    if upcoming.is_away:
        return f"{upcoming.practitioner.name} is away"
    is_certified = certification and (certification.valid_from or day) <= day <= certification.valid_until
    if upcoming.service.requires and not is_certified:
        return f"{upcoming.practitioner.name} has no certificate for it on that day"
    return None
