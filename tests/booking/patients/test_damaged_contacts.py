"""Contact data that can't be decrypted are told, and left alone."""

from pathlib import Path

import pytest
from sqlalchemy import make_url, update

from booking.domain.errors import TryAgain
from booking.encryption.cipher import Ciphertext
from booking.patients.contacts import contacts_by_id
from booking.storage.database import Database
from booking.storage.models.appointments import Patient
from booking.storage.transient_errors import Unreadable
from tests.booking.patients.sample_patient import AFTERWARDS, book
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.databases import open_database


async def test_a_swapped_or_cut_value_is_told_at_the_first_read_and_left_alone(
    clinic: Database, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = await book(clinic), await book(clinic, AFTERWARDS, name="Other Patient")
    patients = [booking.appointments[0].patient for booking in (one, other)]
    async with clinic.read() as session:
        swapped = (await session.get_one(Patient, patients[1])).name
    assert swapped is not None
    for damaged in (swapped, Ciphertext(swapped[:-1]), Ciphertext(b"")):
        async with clinic.write() as session:
            await session.execute(update(Patient).where(Patient.id == patients[0]).values(name=damaged))
        caplog.clear()
        with pytest.raises(Unreadable):
            async with clinic.read() as session:
                await contacts_by_id(session, patients)
        assert f"patients.name of {patients[0]} can't be decrypted" in caplog.text
        async with clinic.read() as session:
            assert (await session.get_one(Patient, patients[0])).name == damaged


async def test_without_its_key_file_a_server_refuses_and_loses_nothing(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clinic = open_database(sqlite_url)
    await open_clinic(clinic, SAMPLE)
    await book(clinic)
    await clinic.close()
    key_file = Path(str(make_url(sqlite_url).database)).with_suffix(".key")
    hidden = key_file.rename(key_file.with_suffix(".hidden"))
    without_key = open_database(sqlite_url)
    with pytest.raises(TryAgain):
        await book(without_key, AFTERWARDS)
    with pytest.raises(TryAgain):
        await all_contacts(without_key)
    assert "there is no key file" in caplog.text

    hidden.rename(key_file)
    await book(without_key, AFTERWARDS)
    assert len(await all_contacts(without_key)) == 2
    await without_key.close()
