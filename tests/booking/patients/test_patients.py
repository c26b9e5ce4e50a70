"""One person's data: found by blind index, exported whole, erased for good."""

import json
import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import func, make_url, select, text, update

from booking.appointments.cancel import cancel_appointment
from booking.appointments.notes import write_note
from booking.appointments.status import set_status
from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import InvalidInput, TryAgain
from booking.domain.screening import Answer
from booking.encryption.cipher import Ciphertext
from booking.patients.contacts import (
    contacts_by_id,
    notes_by_appointment,
    notes_of_patients,
    topics_by_appointment,
)
from booking.patients.erase import VisitsAhead, erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.fhir import as_fhir
from booking.patients.find import PatientCriteria, find_patients
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason, Patient
from booking.storage.models.audit import AuditAction
from booking.storage.models.consents import Consent
from booking.storage.transient_errors import Unreadable
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import CONSENT, NOW, SAMPLE, asking_for_consent, open_clinic
from tests.support.databases import Postgres, open_database

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
AFTERWARDS = TUESDAY + timedelta(days=1)
EMAIL = "zebra@example.com"
STAFF = Actor(ActorKind.STAFF, "reception", "10.0.0.7")


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, SAMPLE)
    return database


async def book(clinic: Database, at: datetime = TUESDAY, **details: Any) -> SampleBooking:
    answers = {"needle-fear": Answer.YES}
    details = {"name": "Zebra Patient", "email": EMAIL} | details
    return await make_booking(clinic, at, service="dry-needling", answers=answers, **details)


async def found(clinic: Database, **criteria: Any) -> list[uuid.UUID]:
    async with clinic.read() as session:
        return [contact.id for contact in await find_patients(session, PatientCriteria(**criteria))]


@pytest.mark.parametrize(
    "criteria",
    [
        {"email": EMAIL},
        {"email": " Zebra@EXAMPLE.com "},
        {"phone": "(416) 555-0123"},
        {"phone": "+14165550123 ext. 7"},
    ],
)
async def test_all_bookings_of_a_person_are_found_by_address_or_number(
    clinic: Database, criteria: dict[str, str]
) -> None:
    first = await book(clinic)
    second = await book(clinic, TUESDAY + timedelta(days=1), now=NOW + timedelta(minutes=1))
    assert await found(clinic, **criteria) == [each.appointments[0].patient for each in (first, second)]


async def test_a_booking_is_found_by_its_reference(clinic: Database) -> None:
    await book(clinic)
    booking = await book(clinic, TUESDAY + timedelta(days=1), email="other@example.com")
    [appointment] = booking.appointments
    assert await found(clinic, reference=appointment.reference.lower()) == [appointment.patient]
    assert await found(clinic, patient=appointment.patient) == [appointment.patient]
    assert await found(clinic, email="nobody@example.com") == []


@pytest.mark.parametrize("criteria", [{"email": "zebra"}, {"phone": "no number"}, {"phone": "123"}, {}])
async def test_what_names_nobody_is_refused(clinic: Database, criteria: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        await found(clinic, **criteria)


async def test_a_person_is_found_in_one_indexed_look_up(clinic: Database) -> None:
    async with clinic.read() as session:
        columns = [Patient.email_index, Patient.phone_index]
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if not is_sqlite:
            await session.execute(text("SET enable_seqscan = off"))
        for column in columns:
            explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
            plan = text(f"{explain} SELECT id FROM patients WHERE {column.key} = :index")
            rows = await session.execute(plan, {"index": b"index"})
            assert f"ix_patients_{column.key}" in str(rows.all())


async def test_an_export_holds_all_that_is_stored_in_words(clinic: Database) -> None:
    booking = await book(clinic)
    async with clinic.read() as session:
        contacts = await find_patients(session, PatientCriteria(email=EMAIL))
        export = await export_patients(session, contacts, now=NOW)

    document = json.loads(json.dumps(as_json(export)))
    [patient] = document["patients"]
    [visit] = patient["visits"]
    assert (patient["name"], patient["email"], patient["phone"]) == ("Zebra Patient", EMAIL, "+14165550123")
    assert visit["reference"] == booking.appointments[0].reference
    assert visit["startsAt"] == "2026-11-24T10:00:00-05:00"
    assert visit["service"] == "Dry needling, first visit"
    assert len(visit["toTalkAbout"]) == 1

    bundle = Bundle.model_validate(as_fhir(export))
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry or () if entry.resource]
    assert kinds == ["Patient", "Appointment"]


async def note(clinic: Database, visit: uuid.UUID, text: str) -> None:
    async with clinic.write() as session:
        await write_note(session, visit, text, version=None, actor=STAFF, now=NOW)


async def test_an_export_holds_the_notes_of_the_desk_and_what_became_of_the_visit(clinic: Database) -> None:
    [first] = (await book(clinic)).appointments
    [second] = (await book(clinic, AFTERWARDS, now=NOW + timedelta(seconds=1))).appointments
    await note(clinic, first.id, "Wheelchair: first room.")
    async with clinic.write() as session:
        await set_status(session, first.id, AppointmentStatus.NOSHOW, version=None, actor=STAFF, now=TUESDAY)
        row = await session.get_one(Appointment, second.id)
        await cancel_appointment(session, row, reason=CancellationReason.CLINIC, actor=STAFF, now=NOW)
    async with clinic.read() as session:
        contacts = await find_patients(session, PatientCriteria(email=EMAIL))
        export = await export_patients(session, contacts, now=AFTERWARDS)

    visits = [visit for patient in as_json(export)["patients"] for visit in patient["visits"]]
    members = ("status", "statusSince", "cancelledBy", "noteOfTheDesk", "source")
    assert [tuple(visit[member] for member in members) for visit in visits] == [
        ("noshow", TUESDAY.isoformat(), None, "Wheelchair: first room.", "online"),
        ("cancelled", NOW.isoformat(), "clinic", None, "online"),
    ]
    bundle = Bundle.model_validate(as_fhir(export))
    shown: list[Any] = [entry.resource for entry in bundle.entry or ()]
    noshow, cancelled = (each for each in shown if each.get_resource_type() == "Appointment")
    assert (noshow.status, noshow.comment.splitlines()[-1]) == ("noshow", "Wheelchair: first room.")
    assert (cancelled.status, cancelled.cancelationReason.coding[0].code) == ("cancelled", "prov")


async def test_the_note_goes_with_its_patient(clinic: Database) -> None:
    [appointment] = (await book(clinic)).appointments
    await note(clinic, appointment.id, "Zebra stripes")
    async with clinic.write() as session:
        await erase_patients(session, [appointment.patient], now=AFTERWARDS)
        row = await session.get_one(Appointment, appointment.id, populate_existing=True)
        assert row.desk_note is None
        assert await notes_by_appointment(session, [row]) == {}
    with pytest.raises(InvalidInput, match="erased"):
        await note(clinic, appointment.id, "Zebra stripes again")


async def test_the_contact_person_and_the_note_are_encrypted_exported_and_erased(clinic: Database) -> None:
    written = "Left knee,\r\nsince May\x07"
    booking = await book(clinic, name="Zebra Child", contact_name=" Zebra  Parent", note=written)
    [visit] = booking.appointments
    async with clinic.read() as session:
        row = await session.get_one(Patient, visit.patient)
        assert row.contact_name is not None
        assert row.note is not None
        assert not any(
            value.count(b"Zebra") or value.count(b"knee") for value in (row.contact_name, row.note)
        )
        contacts = await find_patients(session, PatientCriteria(email=EMAIL))
        export = await export_patients(session, contacts, now=NOW)
    [patient] = as_json(export)["patients"]
    assert (patient["name"], patient["contactName"]) == ("Zebra Child", "Zebra Parent")
    assert [each["noteOfThePatient"] for each in patient["visits"]] == ["Left knee,\nsince May"]
    bundle = json.dumps(as_fhir(export))
    Bundle.model_validate_json(bundle)
    assert '"contact": [{"name": {"text": "Zebra Parent"}}]' in bundle
    assert "since May" in bundle
    mail = await booking.mail()
    assert mail["To"] == f"Zebra Parent <{EMAIL}>"
    assert "knee" not in mail.as_string()

    async with clinic.write() as session:
        await erase_patients(session, [visit.patient], now=AFTERWARDS)
    async with clinic.read() as session:
        row = await session.get_one(Patient, visit.patient)
        assert (row.contact_name, row.note) == (None, None)
        assert await notes_of_patients(session, [visit.patient]) == {}


@pytest.mark.parametrize(
    ("details", "path", "code"),
    [
        ({"contact_name": "12"}, ("patient", "contactName"), "WRONG_FORMAT"),
        ({"contact_name": "x" * 201}, ("patient", "contactName"), "TOO_LONG"),
        ({"note": "x" * 501}, ("note",), "TOO_LONG"),
        ({"note": "x" * 100_000}, ("note",), "TOO_LONG"),
    ],
)
async def test_a_contact_person_or_a_note_that_cannot_be_used_is_refused(
    clinic: Database, details: dict[str, Any], path: tuple[str, ...], code: str
) -> None:
    with pytest.raises((InvalidInput, ExceptionGroup)) as refusal:
        await book(clinic, **details)
    [error] = getattr(refusal.value, "exceptions", [refusal.value])
    assert (error.path, error.code.name) == (path, code)
    assert await found(clinic, email=EMAIL) == []


async def test_an_export_holds_the_consents_and_who_looked(clinic: Database) -> None:
    await open_clinic(clinic, asking_for_consent())
    booking = await book(clinic, consent="2026-11/fr")
    [appointment] = booking.appointments
    actor = Actor(ActorKind.COMMAND_LINE, "sample", "clinic.example")
    async with clinic.write() as session:
        patients = [appointment.patient]
        await record_audit(session, actor, AuditAction.EXPORT, patients, detail="sample", now=NOW)
    async with clinic.read() as session:
        contacts = await find_patients(session, PatientCriteria(email=EMAIL))
        export = await export_patients(session, contacts, now=NOW)

    [consent] = as_json(export)["patients"][0]["consents"]
    given = {"version": "2026-11", "language": "fr", "givenAt": NOW.isoformat(), "givenBy": "form"}
    assert consent == given | {"text": CONSENT["fr"]}
    bundle = Bundle.model_validate(as_fhir(export))
    entries = {entry.resource.get_resource_type(): entry for entry in bundle.entry or () if entry.resource}
    assert list(entries) == ["Patient", "Appointment", "Consent", "AuditEvent"]
    resource: Any = entries["Consent"].resource
    assert resource.patient.reference == entries["Patient"].fullUrl
    assert resource.sourceAttachment.data.decode() == CONSENT["fr"]
    urls = [str(entry.fullUrl) for entry in entries.values()]
    assert urls == [uuid.UUID(url.removeprefix("urn:uuid:")).urn for url in urls]


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
