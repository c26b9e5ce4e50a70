"""One person's data are exported whole, as JSON and as FHIR."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from booking.appointments.cancel import cancel_appointment
from booking.appointments.notes import write_note
from booking.appointments.status import set_status
from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import InvalidInput
from booking.patients.contacts import notes_by_appointment, notes_of_patients
from booking.patients.erase import erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.fhir import as_fhir
from booking.patients.find import PatientCriteria, find_patients
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason, Patient
from booking.storage.models.audit import AuditAction
from tests.booking.patients.sample_patient import AFTERWARDS, EMAIL, TUESDAY, book, found
from tests.support.clinics import CONSENT, NOW, asking_for_consent, open_clinic

STAFF = Actor(ActorKind.STAFF, "reception", "10.0.0.7")


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
