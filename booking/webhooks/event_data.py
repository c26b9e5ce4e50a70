"""The appointments of an event as an endpoint may see them: as they stand now, in their locations' time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations
from booking.domain.events import Event
from booking.storage.models.appointments import Appointment
from booking.storage.models.webhooks import WebhookEndpoint
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class WebhookEvent:
    """`appointments` are in order of time; there is at least one."""

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
    appointments = [
        appointment
        for appointment in await appointments_by_id(session, event.appointments)
        if endpoint.key_id in (None, appointment.booked_by)  # The clinic's own endpoints get all.
    ]
    if not appointments:
        return None
    zones = {slug: ZoneInfo(row.time_zone) for slug, row in (await all_locations(session)).items()}
    return WebhookEvent(event, appointments, zones)
