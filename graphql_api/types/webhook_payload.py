"""The payload of a webhook: appointments with the API's ids, and no data of the patient."""

from collections.abc import Mapping
from typing import Any

from booking.storage.models.appointments import Appointment
from booking.webhooks.event_data import WebhookEvent
from graphql_api.types.relay import global_id


def webhook_payload(data: WebhookEvent) -> Mapping[str, Any]:
    moved_from = data.event.moved_from
    return {
        "appointments": [_appointment(data, appointment) for appointment in data.appointments],
        "movedFrom": moved_from and data.local(moved_from, data.appointments[0]).isoformat(),
    }


def _appointment(data: WebhookEvent, appointment: Appointment) -> Mapping[str, Any]:
    return {
        "id": global_id("Appointment", appointment.id),
        "reference": appointment.reference,
        "status": appointment.status.name,
        "sequence": appointment.sequence,
        "startsAt": data.local(appointment.starts_at, appointment).isoformat(),
        "endsAt": data.local(appointment.ends_at, appointment).isoformat(),
        "serviceId": global_id("Service", appointment.service),
        "practitionerId": global_id("Practitioner", appointment.practitioner),
        "locationId": global_id("Location", appointment.location),
        "courseId": appointment.course and global_id("Course", appointment.course),
    }
