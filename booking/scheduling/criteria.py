"""The criteria of a search for slots."""

from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.lookup import check_location, check_practitioner, listed_service
from booking.domain.open_slot import RequestedTime
from booking.storage.models.catalogue import Service
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class SlotCriteria:
    """Slots of a service, with any practitioner and at any location unless they are named (slugs)."""

    service: Service
    practitioner: str | None = None
    location: str | None = None

    def at(self, starts_at: datetime) -> RequestedTime:
        return RequestedTime(self.service.slug, starts_at, self.practitioner, self.location)


async def slot_criteria(
    session: BookingSession, service: str, practitioner: str | None = None, location: str | None = None
) -> SlotCriteria:
    """Criteria by slugs.

    Raises:
        NotFound: the clinic doesn't list one of them.
    """
    return SlotCriteria(
        await listed_service(session, service),
        await check_practitioner(session, practitioner),
        await check_location(session, location),
    )
