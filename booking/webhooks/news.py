"""What an endpoint is told of an event: the visits as they stand now, and where their clocks are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from booking.events import Event
from booking.storage import queries
from booking.storage.appointments import appointments_by_id
from booking.storage.tables import Appointment
from booking.storage.webhooks import WebhookEndpoint


@dataclass(frozen=True)
class News:
    """`visits` are in the order of their times; never none."""

    event: Event
    visits: Sequence[Appointment]
    zones: Mapping[str, ZoneInfo]  # by location

    def local(self, at: datetime, visit: Appointment) -> datetime:
        """On the clock where the visit is."""
        return at.astimezone(self.zones[visit.location])


async def news_for(session: AsyncSession, endpoint: WebhookEndpoint, event: Event) -> News | None:
    """None if it isn't to hear of this."""
    if event.kind not in endpoint.kinds:
        return None
    all_visits = await appointments_by_id(session, event.appointments)
    visits = [visit for visit in all_visits if _may_hear(endpoint, visit)]
    if not visits:
        return None
    places = await queries.locations_by_slug(session, {visit.location for visit in visits})
    return News(event, visits, {slug: ZoneInfo(place.time_zone) for slug, place in places.items()})


def _may_hear(endpoint: WebhookEndpoint, visit: Appointment) -> bool:
    """The clinic's own endpoints hear of every visit, a partner's of those that it booked."""
    return endpoint.key_id in (None, visit.booked_by)
