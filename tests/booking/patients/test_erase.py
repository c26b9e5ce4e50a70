"""An erased patient can be read nowhere any more, and the visit stays."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from booking.appointments.cancel import cancel_appointment
from booking.patients.contacts import contacts_by_id, topics_by_appointment
from booking.patients.erase import VisitsAhead, erase_patients
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.consents import Consent
from tests.booking.patients.sample_patient import AFTERWARDS, EMAIL, book, found
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import NOW, SAMPLE, asking_for_consent, open_clinic
from tests.support.databases import Postgres, open_database


async def test_a_consent_stays_after_the_erasure_and_names_nobody(clinic: Database) -> None:
    await open_clinic(clinic, asking_for_consent())
    booking = await book(clinic, consent="2026-11/en")
    async with clinic.write() as session:
        await erase_patients(session, [booking.appointments[0].patient], now=AFTERWARDS)
    async with clinic.read() as session:
        [consent] = await session.scalars(select(Consent))
    assert (consent.version, consent.language, consent.given_at) == ("2026-11", "en", NOW)


async def test_nobody_is_erased_while_a_visit_lies_ahead(clinic: Database) -> None:
    booking = await book(clinic)
    [appointment] = booking.appointments
    with pytest.raises(VisitsAhead, match=appointment.reference):
        async with clinic.write() as session:
            await erase_patients(session, [appointment.patient], now=NOW)
    assert len(await all_contacts(clinic)) == 1

    async with clinic.write() as session:
        row = await session.get_one(Appointment, appointment.id)
        await cancel_appointment(session, row, actor=None, now=NOW)
        await session.flush()
        await erase_patients(session, [appointment.patient], now=NOW)
    assert await found(clinic, email=EMAIL) == []


async def test_an_erased_patient_is_unreadable_and_the_visit_stays(clinic: Database) -> None:
    booking, other = await book(clinic), await book(clinic, AFTERWARDS, email="other@example.com")
    [appointment] = booking.appointments
    async with clinic.write() as session:
        receipt = await erase_patients(session, [appointment.patient], now=AFTERWARDS)
        assert await erase_patients(session, [appointment.patient], now=AFTERWARDS) == receipt
    erased_mail = await booking.mail_or_none(booking.event())

    assert erased_mail is None
    assert (receipt.patients, receipt.references) == ([appointment.patient], [appointment.reference])
    assert await found(clinic, email=EMAIL) == []
    assert await found(clinic, phone="416 555 0123") == [other.appointments[0].patient]
    async with clinic.read() as session:
        row = await session.get_one(Patient, appointment.patient)
        assert (row.name, row.email_index, row.data_key, row.erased_at) == (None, None, None, AFTERWARDS)
        assert await contacts_by_id(session, [appointment.patient]) == {}
        visit = await session.get_one(Appointment, appointment.id)
        assert visit.tell_practitioner is None
        assert await topics_by_appointment(session, [visit]) == {}
        assert await session.scalar(select(func.count()).select_from(Appointment)) == 2


async def test_an_older_backup_gives_nothing_of_an_erased_patient_back(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A copy of the file, and a dump that pg_restore puts back."""
    clinic = open_database(database_url)
    await open_clinic(clinic, SAMPLE)
    booking, other = await book(clinic), await book(clinic, AFTERWARDS, email="other@example.com")
    visit_id, patient = booking.appointments[0].id, booking.appointments[0].patient
    other_patient = other.appointments[0].patient
    await clinic.close()
    restore = back_up(database_url, tmp_path / "backup", request)
    clinic = open_database(database_url)
    async with clinic.write() as session:
        await erase_patients(session, [patient], now=AFTERWARDS)
    await clinic.close()

    restore()
    restored = open_database(database_url)
    async with restored.read() as session:
        assert (await session.get_one(Patient, patient)).name is not None
        contacts = await contacts_by_id(session, [patient, other_patient])
        assert list(contacts) == [other_patient]
        visit = await session.get_one(Appointment, visit_id)
        assert await topics_by_appointment(session, [visit]) == {}
    assert await found(restored, email=EMAIL) == []
    assert await found(restored, reference=visit.reference) == []
    await restored.close()


def back_up(url: str, backup: Path, request: pytest.FixtureRequest) -> Callable[[], object]:
    """Of the clinic's database; returns what restores it."""
    if url.startswith("sqlite"):
        file = Path(str(make_url(url).database))
        shutil.copy(file, backup)
        return lambda: shutil.copy(backup, file)
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.back_up(url, backup)
    return lambda: postgres.restore(url, backup)
