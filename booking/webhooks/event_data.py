"""The appointments of an event as an endpoint may see them: as they stand now, in their locations' time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import location_zones
from booking.domain.events import CHANGE_EVENTS, Event
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.webhooks import WebhookEndpoint
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class WebhookEvent:
    """`appointments` are in order of time; there is at least one, but for changes there is none."""

    event: Event
    appointments: Sequence[Appointment]
    zones: Mapping[str, ZoneInfo]  # by location

    def local(self, at: datetime, appointment: Appointment) -> datetime:
        """The instant on the clock of the appointment's location."""
        return at.astimezone(self.zones[appointment.location])


async def webhook_event(
    session: BookingSession, endpoint: WebhookEndpoint, event: Event
) -> WebhookEvent | None:
    """None for a kind of event that the endpoint did not ask for, and for another key's appointments."""
    if event.kind not in endpoint.kinds:
        return None
    if event.kind in CHANGE_EVENTS:
        return WebhookEvent(event, [], {})
    appointments = [
        appointment
        for appointment in await appointments_by_id(session, event.appointments)
        if endpoint.key_id in (None, appointment.booked_by)  # The clinic's own endpoints get all.
    ]
    if not appointments:
        return None
    return WebhookEvent(event, appointments, await location_zones(session))
