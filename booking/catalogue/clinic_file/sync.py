"""A clinic's file -> the database. Applying it twice changes nothing; appointments always stay."""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection

from booking.catalogue.clinic_file.mapping import Row, rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import ClinicFileError, Mistake
from booking.i18n.sentences import quoted, sentence
from booking.storage.base import Table
from booking.storage.models.catalogue.clinic import Clinic, ConsentText, Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import all_rows
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession

WITHDRAWABLE: dict[type[Location | Service | Practitioner], str] = {
    Location: "locations",
    Service: "services",
    Practitioner: "practitioners",
}


async def sync_clinic_file(session: BookingSession, file: ClinicFile) -> list[str]:
    """A sentence for each change; none if nothing changed.

    In the caller's transaction. A row that is gone from the file is withdrawn, not deleted.

    Raises:
        ClinicFileError: the text of consent differs from the one that was loaded with the same version.
    """
    await lock_setup(session)
    rows = rows_of_clinic_file(file)
    await (await session.connection()).run_sync(refuse_changed_consents, file)
    changes = await _sync_clinic(session, rows.clinic)
    changes += await _add_consent_texts(session, rows.consent_texts)
    for table, named in rows.named.items():
        changes += await _sync_named(session, table, named)
    await session.flush()
    for table, parts in rows.parts.items():
        changes += await _sync_parts(session, table, parts)
    await session.flush()
    return changes


def rewrite_reasons(connection: Connection, file: ClinicFile) -> list[str]:
    """Why the file is most likely another clinic's than the one in the database; none for a first load.

    It reads columns that the tables of every revision have.
    """
    if not inspect(connection).has_table(Clinic.__tablename__):
        return []
    clinic = connection.execute(select(Clinic.name, Clinic.time_zone)).one_or_none()
    if clinic is None:
        return []
    rows = rows_of_clinic_file(file)
    reasons = []
    if set(clinic.name.values()).isdisjoint(rows.clinic["name"].values()):
        reasons.append("its name changes")
    if clinic.time_zone != file.clinic.time_zone:
        reasons.append(f"its time zone changes from {clinic.time_zone} to {file.clinic.time_zone}")
    for table, noun in WITHDRAWABLE.items():
        listed = set(connection.scalars(select(table.slug).where(table.listed)))
        gone = listed - {row["slug"] for row in rows.named[table]}
        if len(gone) * 2 > len(listed):
            reasons.append(f"{len(gone)} of {len(listed)} {noun} would be withdrawn")
    return reasons


def refuse_changed_consents(connection: Connection, file: ClinicFile) -> None:
    """A text that patients have agreed to stays; tables of earlier revisions have none.

    Raises:
        ClinicFileError: the text of consent differs from the one that was loaded with the same version.
    """
    if not inspect(connection).has_table(ConsentText.__tablename__):
        return
    texts = connection.execute(select(ConsentText.version, ConsentText.language, ConsentText.text))
    stored = {(version, language): text for version, language, text in texts}
    mistakes = []
    for wanted in rows_of_clinic_file(file).consent_texts:
        version, language = wanted["version"], wanted["language"]
        if stored.get((version, language), wanted["text"]) != wanted["text"]:
            told = sentence("check.consent", version=quoted(version), language=quoted(language))
            mistakes.append(Mistake("consent.text", told, keys=("consent", "text")))
    if mistakes:
        raise ClinicFileError(mistakes)


async def _sync_clinic(session: BookingSession, wanted: Row) -> list[str]:
    clinic = await session.get(Clinic, 1)
    if clinic is None:
        session.add(Clinic(id=1, **wanted))
        return ["The clinic was added."]
    changed = _update(clinic, wanted)
    return [f"The clinic's {', '.join(changed)} changed."] if changed else []


async def _add_consent_texts(session: BookingSession, rows: list[Row]) -> list[str]:
    stored = {(row.version, row.language) for row in await all_rows(session, ConsentText)}
    changes = []
    for wanted in rows:
        version, language = wanted["version"], wanted["language"]
        if (version, language) not in stored:
            session.add(ConsentText(**wanted))
            changes.append(f"The text of consent {version!r} in {language!r} was added.")
    return changes


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
    """The order in which a text names its languages means nothing."""
    values = (row.get(column) for column in columns)
    return tuple(str(sorted(value.items()) if isinstance(value, dict) else value) for value in values)
