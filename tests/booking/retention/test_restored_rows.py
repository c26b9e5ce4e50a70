"""After an older backup is restored, rows of patients who were erased since are cleared again."""

import asyncio
import shutil
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, make_url, select, update

from booking.patients.erase import erase_patients
from booking.retention import worker
from booking.retention.kinds import Kind
from booking.retention.worker import RetentionWorker, count_expired, delete_expired
from booking.storage.base import core_table
from booking.storage.database import Database
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.key_store.reference import REFERENCE
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.session import BookingSession
from tests.booking.audit.trails import SERVER, verify
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, open_clinic, small_clinic
from tests.support.databases import open_database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = NOW + DAY + 3 * HOUR
PATIENTS = core_table(Patient)


@pytest.fixture
async def patients(database: Database) -> list[uuid.UUID]:
    """Three patients, the first of whom has a visit next year."""
    await open_clinic(database, small_clinic())
    times = (TUESDAY + 300 * DAY, TUESDAY, TUESDAY + HOUR / 2)
    bookings = [await make_booking(database, at, service="visit", practitioner="one") for at in times]
    return [booking.appointments[0].patient for booking in bookings]


async def backup(database: Database) -> tuple[list[dict[str, Any]], datetime | None]:
    """The patients' rows, and what the database remembers of the key store."""
    async with database.read() as session:
        rows = (await session.execute(select(PATIENTS))).mappings()
        return [dict(row) for row in rows], await session.scalar(select(REFERENCE.c.cleared_through))


async def restore(database: Database, saved: tuple[list[dict[str, Any]], datetime | None]) -> None:
    rows, cleared_through = saved
    async with database.write() as session:
        for row in rows:
            await session.execute(update(PATIENTS).where(PATIENTS.c.id == row["id"]).values(row))
        await session.execute(update(REFERENCE).values(cleared_through=cleared_through))


async def destroy(database: Database, *patients: uuid.UUID, now: datetime) -> None:
    """As an erasure does whose backup knows nothing of it, also where a visit lies ahead."""
    async with database.write() as session:
        keys = await session.scalars(select(Patient.data_key).where(Patient.id.in_(patients)))
        await session.data_keys.destroy([key for key in keys if key], now=now)


async def clear(database: Database, now: datetime) -> int:
    async with database.read() as session:
        counted = (await count_expired(session, now=now))[Kind.RESTORED_PATIENTS]
    cleared = (await delete_expired(database, SERVER, now=now))[Kind.RESTORED_PATIENTS]
    assert counted == cleared
    return cleared


async def test_rows_that_a_backup_brings_back_are_cleared_with_their_indexes(
    database: Database, patients: list[uuid.UUID]
) -> None:
    assert await clear(database, TUESDAY) == 0
    saved = await backup(database)
    later = TUESDAY + 9 * DAY
    await destroy(database, patients[0], now=later)
    async with database.write() as session:
        await erase_patients(session, [patients[1]], now=later)
    assert await clear(database, later + HOUR) == 1  # Whose erasure was cut off after the key.
    await restore(database, saved)

    assert await clear(database, later + 40 * DAY) == 2
    assert await clear(database, later + 40 * DAY) == 0
    async with database.read() as session:
        for patient in patients[:2]:
            row = await session.get_one(Patient, patient)
            assert (row.name, row.email, row.phone, row.email_index, row.phone_index) == (None,) * 5
        visits = select(func.count()).select_from(Appointment)
        assert await session.scalar(visits) == 3
        actions = await session.scalars(select(AuditEvent.action))
        assert list(actions) == [AuditAction.ERASE] * 3
    async with database.read() as session:
        row = await session.get_one(Patient, patients[2])
        assert row.email_index is not None
    assert (await verify(database)).fault is None


async def test_only_keys_that_were_destroyed_since_are_asked_for(
    database: Database, patients: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    await destroy(database, patients[1], now=TUESDAY + DAY)
    assert await clear(database, TUESDAY + DAY) == 1
    found: list[int] = []
    destroyed_since = DataKeys.destroyed_since

    async def counted(keys: DataKeys, since: datetime | None) -> list[uuid.UUID]:
        ids = await destroyed_since(keys, since)
        found.append(len(ids))
        return ids

    monkeypatch.setattr(DataKeys, "destroyed_since", counted)
    for hours in (1, 2, 3):  # The first looks for transactions that were slow.
        assert await clear(database, TUESDAY + DAY + hours * HOUR) == 0
    assert found == [1, 1, 0, 0, 0, 0]


async def test_many_rows_are_cleared_in_steps(
    database: Database, patients: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ROWS_A_STEP", 2)
    await destroy(database, *patients, now=TUESDAY)
    assert await clear(database, TUESDAY) == 3


async def test_a_database_in_which_nothing_was_encrypted_needs_no_key_store(
    database: Database, database_url: str
) -> None:
    async with database.write() as session:
        await session.execute(REFERENCE.delete())
    without_keys = Database(database_url)
    await open_clinic(without_keys, small_clinic())
    assert await clear(without_keys, NOW) == 0
    await without_keys.close()


async def test_the_servers_worker_clears_what_a_restored_file_holds(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of the clinic's database is put back; the key store is today's."""
    clinic = open_database(sqlite_url)
    await open_clinic(clinic, small_clinic())
    booking = await make_booking(clinic, TUESDAY, service="visit", practitioner="one")
    assert await clear(clinic, TUESDAY) == 0
    await clinic.close()
    file = Path(str(make_url(sqlite_url).database))
    backup_file = shutil.copy(file, tmp_path / "backup")
    clinic = open_database(sqlite_url)
    async with clinic.write() as session:
        await erase_patients(session, [booking.appointments[0].patient], now=TUESDAY + DAY)
    await clinic.close()
    shutil.copy(backup_file, file)

    async def clock(_session: BookingSession) -> datetime:
        return TUESDAY + DAY + HOUR

    restored = open_database(sqlite_url)
    monkeypatch.setattr(worker, "FIRST_AFTER", timedelta(0))
    running = asyncio.create_task(RetentionWorker(restored, clock).run())
    row = None
    while row is None or row.erased_at is None:
        assert not running.done()
        await asyncio.sleep(0.05)
        async with restored.read() as session:
            [row] = await session.scalars(select(Patient))
    running.cancel()
    await asyncio.wait([running])
    assert (row.name, row.email_index, row.phone_index) == (None, None, None)
    await restored.close()
