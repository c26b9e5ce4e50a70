"""Finds the appointment that a manage link or a partner's key may see or change."""

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
    """An appointment that a partner's key booked.

    Raises:
        NotFound: there is none of this id, or another key booked it.
    """
    rows = await appointments_by_id(session, [appointment] if appointment else [])
    if not rows or rows[0].booked_by != owner:
        raise NotFound("There is no such appointment, or it isn't yours.", path=("appointmentId",))
    return rows[0]


async def managed_appointment(
    session: BookingSession,
    manage_token: str,
    appointment: uuid.UUID | None = None,
    *,
    or_next_at: datetime | None = None,
) -> Appointment:
    """The appointment of a manage link; of a course's appointments the one that is named.

    Unless one is named, `or_next_at` chooses the next that stands, or else the last.

    Raises:
        NotFound: the link isn't valid, or is for another appointment.
        InvalidInput: the link is for several, and none is named.
    """
    rows = await appointments_by_manage_token(session, hash_of(manage_token))
    if not rows:
        raise NotFound("This link is not valid (any more). Please call us.", path=("manageToken",))
    if appointment is not None:
        rows = [row for row in rows if row.id == appointment]
        if not rows:
            raise NotFound("This link is for another appointment.", path=("appointmentId",))
    if or_next_at is not None:
        upcoming = (
            row for row in rows if row.status is AppointmentStatus.BOOKED and row.ends_at > or_next_at
        )
        return next(upcoming, rows[-1])
    if len(rows) > 1:
        raise InvalidInput("This link is for several visits: please say which.", path=("appointmentId",))
    return rows[0]


async def lock_changeable_appointment(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None,
    now: datetime,
) -> Appointment:
    """The appointment, with the schedules locked of all practitioners who offer its service.

    Without the secret of its link, `owner` is the partner's key that booked it. A cancelled appointment
    is returned whatever the deadline.

    Raises:
        NotFound: there is no such appointment, or it is another patient's or partner's.
        InvalidInput: the link is for several, and none is named.
        TooLateToChange: it starts within the clinic's notice, or is over.
    """
    if manage_token is not None:
        row = await managed_appointment(session, manage_token, appointment)
    elif owner is not None:
        row = await appointment_of_key(session, owner, appointment)
    else:
        raise NotFound("Please give the secret of the manage link.", path=("manageToken",))
    await lock_schedules(session, {row.practitioner, *await practitioners_offering(session, row.service)})
    await session.refresh(row)
    deadline = (await get_clinic(session)).policy.change_deadline(row.starts_at)
    if row.status is AppointmentStatus.BOOKED and now > deadline:
        message = "It is too late to change this visit online. Please call us."
        raise TooLateToChange(message, deadline=deadline)
    return row
