"""Finds the appointment that a manage link or a partner's key may see or change."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.appointments.by_staff.change import ByStaff
from booking.catalogue.lookup import all_services, practitioners_offering
from booking.domain.errors import (
    ChangedMeanwhile,
    InvalidInput,
    InvalidInputCode,
    NotFound,
    TooLateToChange,
)
from booking.domain.tokens import hash_of
from booking.scheduling.resources import resources_needed
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.queries.appointments import appointments_by_id, appointments_by_manage_token
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules
from booking.storage.session import BookingSession
from booking.timegrid.opening_hours import first_instant
from booking.timegrid.ticks import DAY


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
        upcoming = (row for row in rows if row.stands and row.ends_at > or_next_at)
        return next(upcoming, rows[-1])
    if len(rows) > 1:
        raise InvalidInput(
            "This link is for several visits: please say which.",
            path=("appointmentId",),
            code=InvalidInputCode.REQUIRED,
        )
    return rows[0]


async def changeable_appointment(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None,
    staff: ByStaff | None = None,
) -> Appointment:
    """The appointment; without the secret of its link, `owner` is the partner's key that booked it.

    For `staff` it is any that they may change.

    Raises:
        NotFound: there is no such appointment, or it is another patient's or partner's.
        InvalidInput: the link is for several, and none is named.
    """
    if manage_token is not None:
        return await managed_appointment(session, manage_token, appointment)
    if owner is not None:
        return await appointment_of_key(session, owner, appointment)
    if staff is not None:
        rows = await appointments_by_id(session, [appointment] if appointment else [])
        if rows:
            return rows[0]
        raise _no_such_visit()
    raise NotFound("Please give the secret of the manage link.", path=("manageToken",))


async def lock_appointment(
    session: BookingSession,
    manage_token: str | None,
    appointment: uuid.UUID | None,
    *,
    owner: str | None,
    staff: ByStaff | None = None,
) -> Appointment:
    """`changeable_appointment`, with the schedules locked of all practitioners who offer its service, and the
    resources that it needs.

    Raises:
        BookingError: as `changeable_appointment`.
    """
    row = await changeable_appointment(session, manage_token, appointment, owner=owner, staff=staff)
    practitioners = {row.practitioner, *await practitioners_offering(session, row.service)}
    service = (await all_services(session))[row.service]
    await lock_schedules(session, practitioners, await resources_needed(session, service))
    await session.refresh(row, with_for_update=True if staff else None)
    if staff is not None:
        _check_is_theirs(row, staff.only_practitioner)
        check_version(row, staff.version)
    return row


async def lock_visit(
    session: BookingSession, appointment: uuid.UUID, *, only_practitioner: str | None = None
) -> Appointment:
    """A visit that staff change, as it is once nobody else can change it.

    With `only_practitioner` (slug) all other visits are unknown.

    Raises:
        NotFound: there is no such visit.
    """
    rows = await appointments_by_id(session, [appointment])
    if rows:
        await lock_schedules(session, [rows[0].practitioner])
        await session.refresh(rows[0], with_for_update=True)
    if not rows:
        raise _no_such_visit()
    _check_is_theirs(rows[0], only_practitioner)
    return rows[0]


def _check_is_theirs(row: Appointment, only_practitioner: str | None) -> None:
    if only_practitioner not in (None, row.practitioner):
        raise _no_such_visit()


def _no_such_visit() -> NotFound:
    return NotFound("There is no such visit.", path=("appointmentId",))


def check_version(row: Appointment, version: int | None) -> None:
    """Refuse to change what somebody else has changed since it was seen; None is any version.

    Raises:
        ChangedMeanwhile: the visit has another version.
    """
    if version not in (None, row.version):
        raise ChangedMeanwhile(version=row.version)


async def check_day(session: BookingSession, row: Appointment, *, now: datetime) -> None:
    """Refuse staff to move or cancel a visit of a day that is over; a cancelled one passes.

    Raises:
        TooLateToChange: its day on the clinic's calendar is over.
    """
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    end = first_instant(row.starts_at.astimezone(zone).date() + DAY, zone)
    if row.stands and now >= end:
        message = "The day of this visit is over. Please note what became of it instead."
        raise TooLateToChange(message, deadline=end)


async def check_deadline(
    session: BookingSession, row: Appointment, *, to_cancel: bool = False, now: datetime
) -> None:
    """Refuse to change a visit that is too near, or that the desk has noted; a cancelled one passes.

    With `to_cancel` the grace counts too.

    Raises:
        TooLateToChange: it starts within the clinic's notice, is over, or has another status than booked.
    """
    policy = (await get_clinic(session)).policy
    deadline = row.cancellation_deadline(policy) if to_cancel else row.change_deadline(policy)
    if row.stands and row.status_changed_at and row.status is not AppointmentStatus.BOOKED:
        deadline = min(deadline, row.status_changed_at)
    if row.stands and (now > deadline or row.status is not AppointmentStatus.BOOKED):
        message = "It is too late to change this visit online. Please call us."
        raise TooLateToChange(message, deadline=deadline)
