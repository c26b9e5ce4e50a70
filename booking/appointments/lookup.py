"""Who may change a booked visit, and until when."""

import uuid
from datetime import datetime

from booking.catalogue.lookup import practitioners_offering
from booking.domain.errors import InvalidInput, NotFound, TooLateToChange
from booking.domain.tokens import hash_of
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.appointments import appointments_by_id, appointments_by_manage_token
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules
from booking.storage.session import BookingSession


async def appointment_of_key(
    session: BookingSession, owner: str, appointment: uuid.UUID | None
) -> Appointment:
    """A visit that a partner's key booked. Refuses with NotFound, also for a visit of somebody else's."""
    found = await appointments_by_id(session, [appointment] if appointment else [])
    if not found or found[0].booked_by != owner:
        raise NotFound("There is no such appointment, or it isn't yours.", path=("appointmentId",))
    return found[0]


async def managed_appointment(
    session: BookingSession,
    manage_token: str,
    appointment: uuid.UUID | None = None,
    *,
    or_next_at: datetime | None = None,
) -> Appointment:
    """The visit that a manage link is for; of a course's visits the one that is named.

    Unless one is named, `or_next_at` chooses the next that stands, or else the last. Refuses with
    NotFound, also for a visit of somebody else's.
    """
    visits = await appointments_by_manage_token(session, hash_of(manage_token))
    if not visits:
        raise NotFound("This link is not valid (any more). Please call us.", path=("manageToken",))
    if appointment is not None:
        visits = [visit for visit in visits if visit.id == appointment]
        if not visits:
            raise NotFound("This link is for another appointment.", path=("appointmentId",))
    if or_next_at is not None:
        ahead = (v for v in visits if v.status is AppointmentStatus.BOOKED and v.ends_at > or_next_at)
        return next(ahead, visits[-1])
    if len(visits) > 1:
        raise InvalidInput("This link is for several visits: please say which.", path=("appointmentId",))
    return visits[0]


async def lock_changeable_appointment(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None,
    now: datetime,
) -> Appointment:
    """The visit, and nobody else deciding about the time of those who could deliver it.

    Without the secret of its link, `owner` is the partner's key that booked it.
    Refuses with TooLateToChange inside the notice and after; a cancelled visit is answered as it is.
    """
    if manage_token is not None:
        visit = await managed_appointment(session, manage_token, appointment)
    elif owner is not None:
        visit = await appointment_of_key(session, owner, appointment)
    else:
        raise NotFound("Please give the secret of the manage link.", path=("manageToken",))
    people = {visit.practitioner, *await practitioners_offering(session, visit.service)}
    await lock_schedules(session, people)
    await session.refresh(visit)
    deadline = (await get_clinic(session)).policy.change_deadline(visit.starts_at)
    if visit.status is AppointmentStatus.BOOKED and now > deadline:
        raise TooLateToChange(
            "It is too late to change this visit online. Please call us.", deadline=deadline
        )
    return visit
