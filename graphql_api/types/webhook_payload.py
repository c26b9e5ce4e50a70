"""The payload of a webhook: appointments with the API's ids, and no data of the patient."""

from collections.abc import Mapping
from typing import Any

from booking.storage.models.appointments import Appointment
from booking.webhooks.event_data import WebhookEvent
from graphql_api.types.relay import global_id


def webhook_payload(data: WebhookEvent) -> Mapping[str, Any]:
    event = data.event
    if not data.appointments:
        return {}  # That something changed is all there is to say.
    location = event.moved_from_location or data.appointments[0].location
    moved_from = event.moved_from_local or (
        event.moved_from and event.moved_from.astimezone(data.zones[location])
    )
    return {
        "appointments": [_appointment(data, appointment) for appointment in data.appointments],
        "movedFrom": moved_from and moved_from.isoformat(),
        "movedFromLocationId": event.moved_from and global_id("Location", location),
    }


def _appointment(data: WebhookEvent, appointment: Appointment) -> Mapping[str, Any]:
    return {
        "id": global_id("Appointment", appointment.id),
        "reference": appointment.reference,
        "status": appointment.status.name,
        "cancellationReason": appointment.cancellation_reason and appointment.cancellation_reason.name,
        "sequence": appointment.sequence,
        "version": appointment.version,
        "confirmedAt": appointment.confirmed_at
        and data.local(appointment.confirmed_at, appointment).isoformat(),
        "startsAt": data.local(appointment.starts_at, appointment).isoformat(),
        "endsAt": data.local(appointment.ends_at, appointment).isoformat(),
        "serviceId": global_id("Service", appointment.service),
        "practitionerId": global_id("Practitioner", appointment.practitioner),
        "locationId": global_id("Location", appointment.location),
        "courseId": appointment.course and global_id("Course", appointment.course),
    }
