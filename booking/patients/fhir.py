"""One person's data as a Bundle of FHIR R4 resources.

https://hl7.org/fhir/R4/patient.html, https://hl7.org/fhir/R4/appointment.html,
https://hl7.org/fhir/R4/consent.html, https://hl7.org/fhir/R4/auditevent.html
"""

import base64
import uuid
from typing import Any

from booking.patients.contacts import PatientContact
from booking.patients.export import ExportedConsent, ExportedEntry, ExportedVisit, PatientExport
from booking.storage.models.appointments import CancellationReason
from booking.storage.models.audit import AuditAction, AuditEvent

LANGUAGES = "urn:ietf:bcp:47"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
PRIVACY = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
CONSENT_DOCUMENT = {"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}
PATIENT_RECORD = {"system": DICOM, "code": "110110", "display": "Patient Record"}
CHANGES = {
    AuditAction.CREATE: "C",
    AuditAction.UPDATE: "U",
    AuditAction.DELETE: "D",
    AuditAction.ERASE: "D",
}
"""Of FHIR's AuditEvent.action; all others are R, a read."""
REASONS = {
    reason: {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": code}
        ]
    }
    for reason, code in (
        (CancellationReason.PATIENT, "pat"),
        (CancellationReason.CLINIC, "prov"),
        (CancellationReason.OTHER, "other"),
    )
}
Resource = dict[str, Any]


def as_fhir(export: PatientExport) -> Resource:
    """A Bundle of type `collection`: a Patient for each booking, with Appointments, Consents, AuditEvents."""
    resources = [
        *(_patient(contact) for contact in export.contacts),
        *(_appointment(visit) for visit in export.visits),
        *(_waiting(entry) for entry in export.waiting_list if entry.entry.waits),
        *(_consent(consent, export.clinic) for consent in export.consents),
        *(_audit_event(event, export.clinic) for event in export.audit_events),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": export.exported_at.isoformat(),
        "entry": [{"fullUrl": _full_url(resource), "resource": resource} for resource in resources],
    }


def _full_url(resource: Resource) -> str:
    if resource["resourceType"] == "AuditEvent":  # Its id is its number in the trail.
        return f"urn:uuid:{uuid.uuid5(uuid.UUID(int=0), resource['id'])}"
    return f"urn:uuid:{resource['id']}"


def _patient(contact: PatientContact) -> Resource:
    return {
        "resourceType": "Patient",
        "id": str(contact.id),
        "name": [{"text": contact.name}],
        "telecom": [
            {"system": system, "value": value}
            for system, value in (("email", contact.email), ("phone", contact.phone))
            if value
        ],
        **({"contact": [{"name": {"text": contact.contact_name}}]} if contact.contact_name else {}),
        "communication": [
            {"language": {"coding": [{"system": LANGUAGES, "code": contact.language}]}, "preferred": True}
        ],
    }


def _appointment(visit: ExportedVisit) -> Resource:
    row = visit.appointment
    reason = (
        {} if row.cancellation_reason is None else {"cancelationReason": REASONS[row.cancellation_reason]}
    )
    patient_status = "accepted" if row.confirmed_at else "needs-action"
    words = "\n".join(filter(None, ["; ".join(visit.topics), visit.note, visit.patient_note]))
    comment = {"comment": words} if words else {}
    return {
        "resourceType": "Appointment",
        "id": str(row.id),
        "identifier": [{"value": row.reference}],
        "status": str(row.status),
        "serviceType": [{"text": visit.service}],
        "start": visit.starts_at.isoformat(),
        "end": visit.ends_at.isoformat(),
        "created": row.created_at.isoformat(),
        "participant": [
            {"actor": {"reference": f"urn:uuid:{row.patient}"}, "status": patient_status},
            {"actor": {"display": visit.practitioner}, "status": "accepted"},
            {"actor": {"display": visit.location}, "status": "accepted"},
        ],
        **reason,
        **comment,
    }


def _waiting(exported: ExportedEntry) -> Resource:
    row = exported.entry
    period = {"start": row.first_day.isoformat(), "end": row.last_day.isoformat()}
    return {
        "resourceType": "Appointment",
        "id": str(row.id),
        "status": str(row.status),
        "serviceType": [{"text": exported.service}],
        "created": row.created_at.isoformat(),
        "participant": [{"actor": {"reference": f"urn:uuid:{row.patient}"}, "status": "needs-action"}],
        "requestedPeriod": [period],
    }


def _consent(consent: ExportedConsent, clinic: str) -> Resource:
    return {
        "resourceType": "Consent",
        "id": str(uuid.uuid5(consent.patient, "consent")),
        "status": "active",
        "scope": {"coding": [PRIVACY]},
        "category": [{"coding": [CONSENT_DOCUMENT]}],
        "patient": {"reference": f"urn:uuid:{consent.patient}"},
        "dateTime": consent.given_at.isoformat(),
        "organization": [{"display": clinic}],
        "policyRule": {"text": consent.text.version},
        "sourceAttachment": {
            "contentType": "text/plain; charset=utf-8",
            "language": consent.text.language,
            "title": consent.text.version,
            "data": base64.b64encode(consent.text.text.encode()).decode(),
        },
    }


def _audit_event(event: AuditEvent, clinic: str) -> Resource:
    actor = f"{event.actor_kind} {event.actor_id}"
    return {
        "resourceType": "AuditEvent",
        "id": str(event.sequence),
        "type": PATIENT_RECORD,
        "action": CHANGES.get(event.action, "R"),
        "recorded": event.recorded_at.isoformat(),
        "agent": [
            {"who": {"display": actor}, "requestor": True, "network": {"address": event.source, "type": "5"}}
        ],
        "source": {"observer": {"display": clinic}},
        "entity": [{"what": {"reference": f"urn:uuid:{event.patient}"}, "description": event.detail}],
    }
