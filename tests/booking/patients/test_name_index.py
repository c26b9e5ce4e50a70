"""The blind index of names: written with the booking, filled for earlier ones, gone with the patient."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from booking.encryption.name_index import name_token
from booking.patients import index_names as module
from booking.patients.erase import clear_patients, erase_patients
from booking.patients.index_names import NameIndexWorker, index_names
from booking.storage.database import Database
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.appointments import Patient
from booking.storage.models.desk.name_index import NameToken
from booking.storage.queries.desk.names import lock_patients_without_name_index
from tests.booking.notifications.bookings import make_booking

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
AFTERWARDS = TUESDAY + timedelta(days=9)
SAMPLE_PATIENT = "sa sam samp sample pa pat pati patien"
"""The beginnings that are found."""


async def book(clinic: Database, *names: str) -> list[uuid.UUID]:
    patients = []
    for day, name in enumerate(names):
        booking = await make_booking(clinic, TUESDAY + timedelta(days=day), name=name)
        patients.append(booking.appointments[0].patient)
    return patients


async def tokens(clinic: Database, patient: uuid.UUID) -> set[bytes]:
    async with clinic.read() as session:
        return set(await session.scalars(select(NameToken.token).where(NameToken.patient == patient)))


async def tokens_of(clinic: Database, beginnings: str) -> set[bytes]:
    """Of two bytes each: now and then two beginnings share one."""
    async with clinic.read() as session:
        key = await session.data_keys.clinic_key(KeyPurpose.NAME_INDEX)
    return {name_token(key, each) for each in beginnings.split()}


async def same_names(clinic: Database) -> int:
    """How many different names there are, as far as the index tells."""
    async with clinic.read() as session:
        return await session.scalar(select(func.count(func.distinct(Patient.name_index)))) or 0


async def forget_names(clinic: Database) -> None:
    """As in a database of an earlier version."""
    async with clinic.write() as session:
        await session.execute(delete(NameToken))
        await session.execute(update(Patient).values(name_index=None))


async def test_equal_beginnings_have_equal_tokens_and_equal_names_one_index(clinic: Database) -> None:
    first, same, other = await book(clinic, "Sample Patient", "patient SÁMPLE", "Samuel Person")
    assert await tokens(clinic, first) == await tokens(clinic, same)
    assert await tokens(clinic, first) == await tokens_of(clinic, SAMPLE_PATIENT)
    assert await tokens(clinic, other) == await tokens_of(clinic, "sa sam samu samuel pe per pers person")
    assert await same_names(clinic) == 2


async def test_an_erased_patient_leaves_nothing_in_the_index(clinic: Database) -> None:
    gone, stays = await book(clinic, "Sample Patient", "Sample Patient")
    async with clinic.write() as session:
        await erase_patients(session, [gone], now=AFTERWARDS)
    assert await tokens(clinic, gone) == set()
    assert await tokens(clinic, stays)
    async with clinic.read() as session:
        assert (await session.get_one(Patient, gone)).name_index is None


async def test_names_from_before_there_was_an_index_are_indexed_in_steps(clinic: Database) -> None:
    patients = await book(clinic, "Sample Patient", "Other Person", "Sample Patient")
    before = [await tokens(clinic, patient) for patient in patients]
    await forget_names(clinic)
    assert await tokens(clinic, patients[0]) == set()

    assert [await index_names(clinic, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [await tokens(clinic, patient) for patient in patients] == before
    assert await same_names(clinic) == 2


async def test_two_servers_that_index_at_the_same_time_index_once(clinic: Database) -> None:
    patients = await book(clinic, "Sample Patient", "Other Person", "Sample Patient")
    await forget_names(clinic)
    await asyncio.gather(*(index_names(clinic) for _ in range(3)))
    assert await tokens(clinic, patients[0]) == await tokens_of(clinic, SAMPLE_PATIENT)


async def test_a_patient_who_is_erased_while_names_are_indexed_gets_no_index(clinic: Database) -> None:
    [patient] = await book(clinic, "Sample Patient")
    await forget_names(clinic)
    async with clinic.write() as session:
        await clear_patients(session, [patient], now=AFTERWARDS)
        assert await lock_patients_without_name_index(session, [patient]) == {}
    assert await index_names(clinic) == 0
    assert await tokens(clinic, patient) == set()


async def test_the_worker_indexes_all_and_goes_on_looking(
    clinic: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = await book(clinic, "Sample Patient", "Other Person")
    await forget_names(clinic)
    looks = asyncio.Event()
    index = module.index_names

    async def index_one(database: Database) -> int:
        number = await index(database, limit=1)
        if not number:
            looks.set()
        return number

    monkeypatch.setattr(module, "index_names", index_one)
    running = asyncio.create_task(NameIndexWorker(clinic).run())
    await asyncio.wait_for(looks.wait(), timeout=30)
    assert not running.done()
    running.cancel()
    assert all([await tokens(clinic, patient) for patient in patients])
