"""What an endpoint is told of an event: the visits as they stand now, and where their clocks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.events import Event
from booking.storage.models.appointments import Appointment
from booking.storage.models.webhooks import WebhookEndpoint
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import locations_by_slug
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class WebhookEvent:
    """`visits` are in the order of their times; never none."""

    event: Event
    visits: Sequence[Appointment]
    zones: Mapping[str, ZoneInfo]  # by location

    def local(self, at: datetime, visit: Appointment) -> datetime:
        """On the clock where the visit is."""
        return at.astimezone(self.zones[visit.location])


async def webhook_event(
    session: BookingSession, endpoint: WebhookEndpoint, event: Event
) -> WebhookEvent | None:
    """None if it isn't to hear of this."""
    if event.kind not in endpoint.kinds:
        return None
    all_visits = await appointments_by_id(session, event.appointments)
    visits = [visit for visit in all_visits if _is_visible_to(endpoint, visit)]
    if not visits:
        return None
    places = await locations_by_slug(session, {visit.location for visit in visits})
    return WebhookEvent(event, visits, {slug: ZoneInfo(place.time_zone) for slug, place in places.items()})


def _is_visible_to(endpoint: WebhookEndpoint, visit: Appointment) -> bool:
    """The clinic's own endpoints hear of every visit, a partner's of those that it booked."""
    return endpoint.key_id in (None, visit.booked_by)
