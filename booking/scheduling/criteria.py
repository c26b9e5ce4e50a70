"""The criteria of a search for slots."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from booking.catalogue.lookup import all_services, check_location, check_practitioner, listed_service
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.open_slot import OpenSlot, RequestedTime
from booking.domain.policy import BookingPolicy
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import TimeSpan


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
    ignoring: Collection[uuid.UUID] = ()
    """Holds or appointments whose own ticks count as free."""
    hours: TimeSpan | None = None
    """The part of the day in which it starts, on the location's clock; any unless given."""
    present: OpenSlot | None = None
    """What a visit has that is to be moved: no search offers it as another time."""

    def at(self, starts_at: datetime) -> RequestedTime:
        moving = tuple(self.ignoring) if self.present else ()
        return RequestedTime(
            self.service.slug, starts_at, self.practitioner, self.location, moving, self.present
        )


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


async def criteria_to_move(
    session: BookingSession,
    visit: Appointment,
    practitioner: str | None = None,
    location: str | None = None,
    *,
    along: Collection[uuid.UUID] = (),
) -> SlotCriteria:
    """Criteria for other times of a visit, whose own time counts as free; its service may be withdrawn.

    With any practitioner and at any location unless they are named (slugs); a visit of a course stays with
    its practitioner, unless others of it go `along`: their times count as free too.

    Raises:
        NotFound: the clinic doesn't list one of them.
        InvalidInput: another practitioner is named for a visit of a course.
    """
    practitioner = await check_practitioner(session, practitioner)
    location = await check_location(session, location)
    if visit.course is not None:
        if not along and practitioner not in (None, visit.practitioner):
            message = "All visits of a course are with one practitioner."
            raise InvalidInput(message, path=("practitionerId",), code=InvalidInputCode.CONFLICT)
        practitioner = practitioner or visit.practitioner
    services = await all_services(session)
    return SlotCriteria(
        services[visit.service], practitioner, location, ignoring=(visit.id, *along), present=visit.slot
    )


async def policy_for(session: BookingSession, criteria: SlotCriteria) -> BookingPolicy:
    """The clinic's policy, as it binds whoever asks."""
    clinic = await get_clinic(session)
    if criteria.from_waiting_list and clinic.waiting_list_notice is not None:
        return replace(clinic.policy, minimum_notice=clinic.waiting_list_notice)
    return clinic.policy.for_staff() if criteria.by_staff else clinic.policy
