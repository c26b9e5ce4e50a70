"""Who may change a booked visit, and until when."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue
from booking.errors import InvalidInput, NotFound, TooLateToChange
from booking.storage import claims, queries
from booking.storage.appointments import appointments_by_id, appointments_by_manage_token
from booking.storage.tables import Appointment, AppointmentStatus
from booking.tokens import hash_of


async def own_visit(session: AsyncSession, owner: str, appointment: uuid.UUID | None) -> Appointment:
    """A visit that a partner's key booked. Refuses with NotFound, also for a visit of somebody else's."""
    found = await appointments_by_id(session, [appointment] if appointment else [])
    if not found or found[0].booked_by != owner:
        raise NotFound("There is no such appointment, or it isn't yours.", path=("appointmentId",))
    return found[0]


async def managed_visit(
    session: AsyncSession,
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


async def changeable_visit(
    session: AsyncSession,
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
        visit = await managed_visit(session, manage_token, appointment)
    elif owner is not None:
        visit = await own_visit(session, owner, appointment)
    else:
        raise NotFound("Please give the secret of the manage link.", path=("manageToken",))
    people = {visit.practitioner, *await catalogue.who_offers(session, visit.service)}
    await claims.begin_deciding(session, people)
    await session.refresh(visit)
    deadline = (await queries.the_clinic(session)).policy.change_deadline(visit.starts_at)
    if visit.status is AppointmentStatus.BOOKED and now > deadline:
        raise TooLateToChange(
            "It is too late to change this visit online. Please call us.", deadline=deadline
        )
    return visit
