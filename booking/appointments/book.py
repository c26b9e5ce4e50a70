"""Turns holds into an appointment, or into the appointments of a course; all or none."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from booking.appointments.hold import check_held_time, no_such_hold
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.appointments.screening import check_screening
from booking.catalogue.lookup import all_services
from booking.domain.contact import check_contact
from booking.domain.errors import BookingError, HoldExpired, InvalidInput, NotFound
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.policy import MAX_VISITS
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of, manage_token_for, new_reference
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.criteria import SlotCriteria
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus, Course, Patient
from booking.storage.models.catalogue import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.holds import holds_by_token
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event
from booking.storage.queries.ticks import confirm_ticks
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class BookingRequest:
    """`hold_tokens`: one, or one for each visit of a course. Details as they were typed."""

    hold_tokens: Sequence[str]
    as_course: bool
    name: str
    email: str
    phone: str
    answers: Mapping[str, Answer]  # by slug of the screening question
    language: str
    booked_by: str | None = None
    """A partner's key, which may change the booking besides the patient."""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Booking:
    """Its appointments in order of time, and the secret of their one manage link."""

    appointments: Sequence[Appointment]
    course: Course | None
    manage_token: str


async def book(session: BookingSession, request: BookingRequest, *, now: datetime) -> Booking:
    """Turn held time into appointments. On return the times belong to the visitor.

    A repeat with the same hold tokens returns the same booking.

    Raises:
        BookingError: a hold that expired, a screening answer that blocks, a rule that declines.
        ExceptionGroup: of several of them.
    """
    holds = await _load_holds(session, request.hold_tokens)
    await lock_schedules(session, {hold.practitioner for hold in holds})
    repeatable = _idempotent_request(request)
    await lookup_outcome(session, repeatable, now=now)
    manage_token = manage_token_for(request.hold_tokens)
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    if booked:
        return await _existing_booking(session, booked, holds, manage_token)

    service = (await all_services(session))[holds[0].service]
    _check_course(service, holds, as_course=request.as_course)
    topics = await check_screening(session, service.slug, request.answers)
    clinic = await get_clinic(session)
    contact = check_contact(request.name, request.email, request.phone, country=clinic.country)
    await _confirm_holds(session, service, holds, request, now=now)

    patient = Patient(id=uuid.uuid4(), **vars(contact), language=request.language, created_at=now)
    course = Course(id=uuid.uuid4(), service=service.slug, created_at=now) if service.visits > 1 else None
    await insert_rows(session, [patient])
    if course is not None:
        await insert_rows(session, [course])
    appointments = [
        Appointment(
            id=hold.id,
            reference=new_reference(),
            status=AppointmentStatus.BOOKED,
            **asdict(hold.slot),
            patient=patient.id,
            booked_by=request.booked_by,
            course=course and course.id,
            tell_practitioner=list(topics),
            manage_token_hash=hash_of(manage_token),
            created_at=now,
            changed_at=now,
            sequence=0,
        )
        for hold in holds
    ]
    await insert_rows(session, appointments)
    await run_booking_rules(
        session, Step.BOOK, service, appointments, now=now, patient=contact, booked_by=request.booked_by
    )
    await save_outcome(session, repeatable, appointments[0].id, now=now)
    ids = tuple(appointment.id for appointment in appointments)
    event = Event(uuid.uuid4(), EventKind.BOOKED, ids, now)
    await record_event(session, event, manage_token, ordering_key=appointments[0].ordering_key)
    return Booking(appointments, course, manage_token)


def _idempotent_request(request: BookingRequest) -> IdempotentRequest | None:
    """The same for any order of the holds and the answers."""
    details = (request.as_course, request.name, request.email, request.phone)
    content = (sorted(request.hold_tokens), details, sorted(request.answers.items()))
    return idempotent_request("book", request.idempotency_key, content)


async def _load_holds(session: BookingSession, tokens: Sequence[str]) -> list[Hold]:
    """The holds of these tokens, in order of time."""
    if not 0 < len(tokens) <= MAX_VISITS or len(set(tokens)) < len(tokens):
        message = f"Please give the secrets of 1 to {MAX_VISITS} holds, each once."
        raise InvalidInput(message, path=("holdTokens",))
    holds = await holds_by_token(session, [hash_of(token) for token in tokens])
    if len(holds) < len(tokens):
        raise no_such_hold()
    return sorted(holds.values(), key=lambda hold: hold.starts_at)


async def _existing_booking(
    session: BookingSession, booked: Sequence[Appointment], holds: Sequence[Hold], manage_token: str
) -> Booking:
    token_hashes = {appointment.manage_token_hash for appointment in booked}
    if len(booked) < len(holds) or token_hashes != {hash_of(manage_token)}:
        raise NotFound("These holds were not booked together.", path=("holdToken",))
    course = await session.get(Course, booked[0].course) if booked[0].course else None
    return Booking(booked, course, manage_token)


def _check_course(service: Service, holds: Sequence[Hold], *, as_course: bool) -> None:
    is_course, path = service.visits > 1, ("holdTokens",)
    if as_course != is_course:
        message = f"Please book this service with `{'bookCourse' if is_course else 'bookAppointment'}`."
        raise InvalidInput(message, path=path if as_course else ("holdToken",))
    if any(hold.service != service.slug or hold.practitioner != holds[0].practitioner for hold in holds):
        raise InvalidInput("All visits of a course are of one service and with one practitioner.", path=path)
    if len(holds) != service.visits:
        message = f"This course has {service.visits} visits: please hold as many times."
        raise InvalidInput(message, path=path)


async def _confirm_holds(
    session: BookingSession,
    service: Service,
    holds: Sequence[Hold],
    request: BookingRequest,
    *,
    now: datetime,
) -> None:
    """Make the held times the visitor's, if the rulebook still agrees.

    Raises:
        BookingError: the refusal of one hold; its path names the hold by its index in the request.
        ExceptionGroup: the refusals of several.
    """
    hashes = [hash_of(token) for token in request.hold_tokens]
    refusals = []
    for hold in holds:
        index = str(hashes.index(hold.token_hash))
        try:
            await _confirm_hold(session, service, hold, now=now)
        except BookingError as refusal:
            path = ("holdTokens", index) if request.as_course else ("holdToken",)
            refusals.append(replace(refusal, path=path))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise ExceptionGroup("times that can't be kept", refusals)


async def _confirm_hold(session: BookingSession, service: Service, hold: Hold, *, now: datetime) -> None:
    criteria = SlotCriteria(service, hold.practitioner, hold.location)
    expired = HoldExpired(still_open=False, wanted=criteria.at(hold.starts_at))
    try:
        await check_held_time(session, hold, now=now)
    except BookingError as refusal:
        raise (expired if hold.expires_at <= now else refusal) from refusal
    if hold.expires_at <= now:
        raise replace(expired, still_open=True)
    if not await confirm_ticks(session, hold.id, now=now):
        raise expired
