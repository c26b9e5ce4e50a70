"""Moving visits of a course together: all get their new times, or none does, in one transaction."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from booking.appointments.by_staff.change import FormerVisit, record_change
from booking.appointments.checks.resources import give_slot
from booking.appointments.checks.screening import screen_again
from booking.appointments.courses.times import naming_visit
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.appointments.lookup import changeable_appointment, check_deadline
from booking.audit.record import record_audit
from booking.catalogue.lookup import (
    all_services,
    check_location,
    check_practitioner,
    practitioners_offering,
)
from booking.domain.actor import Actor
from booking.domain.errors import (
    BookingError,
    InvalidInput,
    InvalidInputCode,
    NotOpen,
    SlotTaken,
    TooLateToChange,
)
from booking.domain.hookspecs import Step
from booking.domain.open_slot import RequestedTime
from booking.domain.screening import Answer
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.course_plan import check_practitioner_or_any, movable_visits
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.resources import resources_needed
from booking.scheduling.slots import open_slots_at
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue.services import Service
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_course
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event_for, sends_mails
from booking.storage.queries.ticks import release_ticks
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class MovedVisit:
    """A visit's new time; it stays at its location unless another is named (slug)."""

    appointment: uuid.UUID
    starts_at: datetime
    location: str | None = None


@dataclass(frozen=True)
class CourseMove:
    """Without `manage_token`, `owner` is the partner's key that booked the course: clients can't set it.

    The visits stay with their practitioner unless another is named (slug), or they may be with any one:
    theirs, if they are free at all times. `answers` are as those of a `RescheduleRequest`.
    """

    manage_token: str | None
    visits: tuple[MovedVisit, ...]
    practitioner: str | None = None
    any_practitioner: bool = False
    owner: str | None = None
    idempotency_key: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    answered_again: bool = False


async def ask_calendars(database: Database, move: CourseMove, *, now: datetime) -> None:
    """Ask the calendars that practitioners have elsewhere, where that is needed, before the transaction."""
    async with database.read() as session:
        try:
            rows = [await _visit(session, move, visit) for visit in move.visits]
        except BookingError:
            return  # `reschedule_course` says why.
    wanted = [
        RequestedTime(
            row.service,
            visit.starts_at,
            None if move.any_practitioner else move.practitioner or row.practitioner,
            visit.location or row.location,
        )
        for row, visit in zip(rows, move.visits)
    ]
    await database.before_hold(wanted, now)


async def reschedule_course(
    session: BookingSession, move: CourseMove, *, actor: Actor | None = None, now: datetime
) -> uuid.UUID:
    """Move visits of a course to other open slots; the course. Each may take the former time of another.

    Raises:
        BookingError: a time isn't open, it is too late for a visit, or screening answers are missing or
            block. Its path names the visit by its index. The caller must roll back: then all stand as they
            were.
    """
    rows = await _lock_visits(session, move)
    course = rows[0].course
    if course is None:
        message = "This visit is no part of a course. Please move it with `rescheduleAppointment`."
        raise InvalidInput(message, path=("visits",), code=InvalidInputCode.CONFLICT)
    repeatable = _idempotent_request(move)
    if await lookup_outcome(session, repeatable, now=now):
        return course
    await _check_movable(session, rows, now=now)
    practitioner = await check_practitioner(session, move.practitioner)
    check_practitioner_or_any(practitioner, move.any_practitioner)
    service = (await all_services(session))[rows[0].service]
    is_other = any(practitioner not in (None, row.practitioner) for row in rows)
    is_staying = (move.any_practitioner or is_other) and await _staying(session, course, rows, now=now)
    if move.any_practitioner and not is_staying:
        practitioner = await _free_practitioner(session, service, rows, move.visits, now=now)
    elif is_other and is_staying:
        message = "All visits of a course are with one practitioner: please move all that are still to come."
        raise InvalidInput(message, path=("practitionerId",), code=InvalidInputCode.CONFLICT)
    await save_outcome(session, repeatable, course, now=now)
    formers = [FormerVisit.of(row) for row in rows]
    policy = (await get_clinic(session)).policy
    is_screened_again = bool(move.answers) or any(
        policy.needs_new_screening(visit.starts_at, answered_at=row.created_at)
        for row, visit in zip(rows, move.visits)
    )
    for row in rows:
        await release_ticks(session, row.id)
    for index, (row, visit) in enumerate(zip(rows, move.visits)):
        with _about_visit(rows, index):
            location = await check_location(session, visit.location) or row.location
            criteria = SlotCriteria(service, practitioner or row.practitioner, location, ignoring=(row.id,))
            slot = (await open_slots_at(session, criteria, visit.starts_at, now=now))[0]
        with session.no_autoflush:  # One change of the row raises its version by one.
            if is_screened_again:
                await screen_again(session, [row], move.answers, move.answered_again)
            row.squeeze_in = False
            with _about_visit(rows, index):
                await give_slot(session, row, service, slot, now=now)
        await session.flush()
    await run_booking_rules(session, Step.MOVE, service, rows, now=now, booked_by=rows[0].booked_by)
    await _record(session, rows, formers, move.manage_token, now=now)
    await record_audit(session, actor, AuditAction.UPDATE, [rows[0].patient], detail="course moved", now=now)
    return course


async def _free_practitioner(
    session: BookingSession,
    service: Service,
    rows: Sequence[Appointment],
    visits: Sequence[MovedVisit],
    *,
    now: datetime,
) -> str:
    """One who is free at all new times, and whose certificate holds: that of the visits, if they are.

    Raises:
        BookingError: nobody is; its path names the visit by its index.
    """
    free: list[str] | None = None
    for index, (row, visit) in enumerate(zip(rows, visits)):
        with _about_visit(rows, index):
            location = await check_location(session, visit.location) or row.location
            criteria = SlotCriteria(service, location=location, ignoring=[each.id for each in rows])
            slots = await open_slots_at(session, criteria, visit.starts_at, now=now)
            there = [slot.practitioner for slot in slots]
            both = [each for each in free if each in there] if free is not None else there
            if not both:
                message = "Nobody is free at all these times. Please choose another one for this visit."
                raise SlotTaken(message, wanted=criteria.at(visit.starts_at))
            free = both
    assert free is not None
    return rows[0].practitioner if rows[0].practitioner in free else free[0]


@contextmanager
def _about_visit(rows: Sequence[Appointment], index: int) -> Iterator[None]:
    """A refusal names the visit by its index; other times for it may be those that all of them give up."""
    try:
        with naming_visit(index, len(rows), "visits"):
            yield
    except (SlotTaken, NotOpen) as refusal:
        if refusal.wanted is None:
            raise
        ids, present = tuple(row.id for row in rows), rows[index].slot
        raise replace(refusal, wanted=replace(refusal.wanted, ignoring=ids, present=present)) from refusal


async def _visit(session: BookingSession, move: CourseMove, visit: MovedVisit) -> Appointment:
    return await changeable_appointment(session, move.manage_token, visit.appointment, owner=move.owner)


async def _lock_visits(session: BookingSession, move: CourseMove) -> list[Appointment]:
    """The visits in the order of the request, with the schedules locked of all who offer their service.

    Raises:
        BookingError: there is no such visit, one is named twice, or they are of several courses.
    """
    if not move.visits:
        message = "Please name the visits to move."
        raise InvalidInput(message, path=("visits",), code=InvalidInputCode.REQUIRED)
    if len({visit.appointment for visit in move.visits}) < len(move.visits):
        message = "Please name each visit once."
        raise InvalidInput(message, path=("visits",), code=InvalidInputCode.CONFLICT)
    rows = []
    for index, visit in enumerate(move.visits):
        try:
            rows.append(await _visit(session, move, visit))
        except BookingError as refusal:
            if refusal.path == ("appointmentId",):
                raise replace(refusal, path=("visits", str(index), *refusal.path)) from refusal
            raise
    if len({row.course or row.id for row in rows}) > 1:
        message = "These visits are not of one course."
        raise InvalidInput(message, path=("visits",), code=InvalidInputCode.CONFLICT)
    service = (await all_services(session))[rows[0].service]
    offering = await practitioners_offering(session, service.slug)
    practitioners = {row.practitioner for row in rows}.union(offering)
    await lock_schedules(session, practitioners, await resources_needed(session, service))
    for row in rows:
        await session.refresh(row)
    return rows


async def _check_movable(session: BookingSession, rows: Sequence[Appointment], *, now: datetime) -> None:
    for index, row in enumerate(rows):
        try:
            await check_deadline(session, row, now=now)
            if not row.stands:
                message = "This visit was cancelled. Please book a new one."
                raise TooLateToChange(message, deadline=row.changed_at)
        except TooLateToChange as refusal:
            raise replace(refusal, path=("visits", str(index))) from refusal


async def _staying(
    session: BookingSession, course: uuid.UUID, rows: Sequence[Appointment], *, now: datetime
) -> bool:
    """Whether others of the course could still be moved: then all stay with their practitioner."""
    all_rows = (await appointments_by_course(session, [course]))[course]
    return {row.id for row in await movable_visits(session, all_rows, now=now)} > {row.id for row in rows}


async def _record(
    session: BookingSession,
    rows: Sequence[Appointment],
    formers: Sequence[FormerVisit],
    manage_token: str | None,
    *,
    now: datetime,
) -> None:
    """An event for each visit that has another time, place or practitioner, and one mail for all of them."""
    moved = []
    for row, former in zip(rows, formers):
        if (row.starts_at, row.location, row.practitioner) != (
            former.starts_at,
            former.location,
            former.practitioner,
        ):
            moved.append(row)
            event = former.moved_event([row], now=now)
            await record_change(session, event, row, former, by=None, manage_token=manage_token, mail=False)
    if moved and await sends_mails(session):
        moved.sort(key=lambda row: row.starts_at)
        former = formers[list(rows).index(moved[0])]
        event = former.moved_event(moved, now=now)
        key = moved[0].ordering_key
        await record_event_for(session, event, [MAIL_LISTENER], ordering_key=key, token=manage_token)


def _idempotent_request(move: CourseMove) -> IdempotentRequest | None:
    return idempotent_request(
        "reschedule course",
        move.idempotency_key,
        replace(move, idempotency_key=None, answers={}, answered_again=False),
        sorted(move.answers.items()),
    )
