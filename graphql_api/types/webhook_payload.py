"""What a webhook says of visits: with the ids that the API knows them by, and nothing of a patient."""

from collections.abc import Mapping
from typing import Any

from booking.storage.models.appointments import Appointment
from booking.webhooks.event_data import WebhookEvent
from graphql_api.resolvers.relay import global_id


def webhook_payload(news: WebhookEvent) -> Mapping[str, Any]:
    moved_from = news.event.moved_from
    return {
        "appointments": [_appointment(news, visit) for visit in news.visits],
        "movedFrom": moved_from and news.local(moved_from, news.visits[0]).isoformat(),
    }


def _appointment(news: WebhookEvent, visit: Appointment) -> Mapping[str, Any]:
    return {
        "id": global_id("Appointment", visit.id),
        "reference": visit.reference,
        "status": visit.status.name,
        "sequence": visit.sequence,
        "startsAt": news.local(visit.starts_at, visit).isoformat(),
        "endsAt": news.local(visit.ends_at, visit).isoformat(),
        "serviceId": global_id("Service", visit.service),
        "practitionerId": global_id("Practitioner", visit.practitioner),
        "locationId": global_id("Location", visit.location),
        "courseId": visit.course and global_id("Course", visit.course),
    }
