"""A clinic's file -> the database. Applying it twice changes nothing; appointments always stay."""

from collections.abc import Hashable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from booking.clinic_file.rows import Row, rows_of
from booking.clinic_file.shape import ClinicFile
from booking.storage import queries
from booking.storage.migrate import one_at_a_time
from booking.storage.outlook import Ahead, appointments_ahead
from booking.storage.table import Table
from booking.storage.tables import Clinic


async def apply_clinic_file(session: AsyncSession, file: ClinicFile, *, now: datetime) -> list[str]:
    """What changed, a sentence each, and which appointments that concerns; nothing if nothing did.

    In the caller's transaction. What has gone from the file is withdrawn, not deleted.
    """
    await one_at_a_time(session)
    wanted = rows_of(file)
    changes = await _set_clinic(session, wanted.clinic)
    for table, rows in wanted.named.items():
        changes += await _set_named(session, table, rows)
    await session.flush()
    for table, rows in wanted.parts.items():
        changes += await _set_parts(session, table, rows)
    await session.flush()
    return changes + (await _concerned(session, now=now) if changes else [])


async def _set_clinic(session: AsyncSession, wanted: Row) -> list[str]:
    row = await session.get(Clinic, 1)
    if row is None:
        session.add(Clinic(id=1, **wanted))
        return ["The clinic was added."]
    return [f"The clinic's {', '.join(changed)} changed."] if (changed := _update(row, wanted)) else []


async def _set_named(session: AsyncSession, table: type[Table], rows: list[Row]) -> list[str]:
    there = {row.slug: row for row in await queries.all_of(session, table)}  # type: ignore[attr-defined]
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


async def _set_parts(session: AsyncSession, table: type[Table], rows: list[Row]) -> list[str]:
    columns = [column.key for column in inspect(table).columns if column.key != "id"]
    missing: dict[Hashable, list[Row]] = {}
    for row in rows:
        missing.setdefault(_value(row, columns), []).append(row)
    removed = 0
    for there in await queries.all_of(session, table):
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


async def _concerned(session: AsyncSession, *, now: datetime) -> list[str]:
    """Appointments ahead that the clinic, as it is now, could no longer keep: somebody has to call."""
    found = []
    for case in await appointments_ahead(session, now):
        day = case.appointment.starts_at.astimezone(ZoneInfo(case.location.time_zone)).date()
        if reason := _why_not(case, day):
            found.append(
                f"Appointment {case.appointment.reference} on {day} is kept, but {reason}. "
                "Please call the patient."
            )
    return found


def _why_not(case: Ahead, day: date) -> str | None:
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
