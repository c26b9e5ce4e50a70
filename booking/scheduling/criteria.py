"""The criteria of a search for slots."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.catalogue.lookup import check_location, check_practitioner, listed_service
from booking.domain.open_slot import RequestedTime
from booking.domain.policy import BookingPolicy
from booking.storage.models.catalogue import Service
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class SlotCriteria:
    """Slots of a service, with any practitioner and at any location unless they are named (slugs)."""

    service: Service
    practitioner: str | None = None
    location: str | None = None
    by_staff: bool = False
    """Whether notice, horizon and the grid of starts bind: staff book from the current day on."""
    squeeze_in: bool = False
    """Whether the visit is beside the practitioner's time, whoever has that; of staff alone."""

    from_waiting_list: bool = False
    """Whether the waiting list offers the slot: it may have a notice of its own."""

    def at(self, starts_at: datetime) -> RequestedTime:
        return RequestedTime(self.service.slug, starts_at, self.practitioner, self.location)


async def slot_criteria(
    session: BookingSession,
    service: str,
    practitioner: str | None = None,
    location: str | None = None,
    *,
    by_staff: bool = False,
) -> SlotCriteria:
    """Criteria by slugs.

    Raises:
        NotFound: the clinic doesn't list one of them.
    """
    return SlotCriteria(
        await listed_service(session, service),
        await check_practitioner(session, practitioner),
        await check_location(session, location),
        by_staff,
    )


async def policy_for(session: BookingSession, criteria: SlotCriteria) -> BookingPolicy:
    """The clinic's policy, as it binds whoever asks."""
    clinic = await get_clinic(session)
    if criteria.from_waiting_list and clinic.waiting_list_notice is not None:
        return replace(clinic.policy, minimum_notice=clinic.waiting_list_notice)
    return clinic.policy.for_staff() if criteria.by_staff else clinic.policy
