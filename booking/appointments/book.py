"""Held time becomes an appointment, or several of them a course; all or nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.appointments.screening import check_screening
from booking.catalogue.lookup import all_services
from booking.domain.contact import check_contact, country_of
from booking.domain.errors import BookingError, HoldExpired, InvalidInput, NotFound
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.policy import MAX_VISITS
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of, manage_token_for, new_reference
from booking.extensions.dispatch import run_booking_rules
from booking.scheduling.slots import SlotCriteria, open_slots_at
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus, Course, Hold, Patient
from booking.storage.models.catalogue import Service
from booking.storage.queries.appointments import appointments_by_id, course_by_id
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
    """A partner's key, whose booking it is besides the patient's."""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Booking:
    """Its visits in order of time, and the secret of their one manage link."""

    appointments: Sequence[Appointment]
    course: Course | None
    manage_token: str


async def book(session: BookingSession, request: BookingRequest, *, now: datetime) -> Booking:
    """Refuses with a BookingError (or a group of them); on return the times are the visitor's.

    Asked again with the same secrets, it answers with the same booking.
    """
    holds = await _load_holds(session, request.hold_tokens)
    await lock_schedules(session, {hold.practitioner for hold in holds})
    intended = _idempotent_request(request)
    await lookup_outcome(session, intended, now=now)
    manage_token = manage_token_for(request.hold_tokens)
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    if booked:
        return await _existing_booking(session, booked, holds, manage_token)

    service = (await all_services(session))[holds[0].service]
    _check_course(service, holds, as_course=request.as_course)
    tell = await check_screening(session, service.slug, request.answers)
    clinic = await get_clinic(session)
    contact = check_contact(request.name, request.email, request.phone, country=country_of(clinic.phone))
    await _confirm_holds(session, service, holds, request, now=now)

    patient = Patient(id=uuid.uuid4(), **vars(contact), language=request.language, created_at=now)
    course = Course(id=uuid.uuid4(), service=service.slug, created_at=now) if service.visits > 1 else None
    await insert_rows(session, [patient])
    if course is not None:
        await insert_rows(session, [course])
    visits = [
        Appointment(
            id=hold.id,
            reference=new_reference(),
            status=AppointmentStatus.BOOKED,
            service=hold.service,
            practitioner=hold.practitioner,
            location=hold.location,
            starts_at=hold.starts_at,
            ends_at=hold.ends_at,
            patient=patient.id,
            booked_by=request.booked_by,
            course=course and course.id,
            tell_practitioner=list(tell),
            manage_token_hash=hash_of(manage_token),
            created_at=now,
            changed_at=now,
            sequence=0,
        )
        for hold in holds
    ]
    await insert_rows(session, visits)
    await run_booking_rules(
        session, Step.BOOK, service, visits, now=now, patient=contact, booked_by=request.booked_by
    )
    await save_outcome(session, intended, visits[0].id, now=now)
    await record_event(
        session, Event(uuid.uuid4(), EventKind.BOOKED, tuple(visit.id for visit in visits), now), manage_token
    )
    return Booking(visits, course, manage_token)


def _idempotent_request(request: BookingRequest) -> IdempotentRequest | None:
    """In whatever order the holds and the answers come."""
    details = (request.as_course, request.name, request.email, request.phone)
    asked = (sorted(request.hold_tokens), details, sorted(request.answers.items()))
    return idempotent_request("book", request.idempotency_key, asked)


async def _load_holds(session: BookingSession, tokens: Sequence[str]) -> list[Hold]:
    """In order of time."""
    if not 0 < len(tokens) <= MAX_VISITS or len(set(tokens)) < len(tokens):
        message = f"Please give the secrets of 1 to {MAX_VISITS} holds, each once."
        raise InvalidInput(message, path=("holdTokens",))
    found = await holds_by_token(session, [hash_of(token) for token in tokens])
    if len(found) < len(tokens):
        raise NotFound("There is no such hold. Please hold a time with `holdSlot`.", path=("holdToken",))
    return sorted(found.values(), key=lambda hold: hold.starts_at)


async def _existing_booking(
    session: BookingSession, booked: Sequence[Appointment], holds: Sequence[Hold], manage_token: str
) -> Booking:
    if len(booked) < len(holds) or any(visit.manage_token_hash != hash_of(manage_token) for visit in booked):
        raise NotFound("These holds were not booked together.", path=("holdToken",))
    course = await course_by_id(session, booked[0].course) if booked[0].course else None
    return Booking(booked, course, manage_token)


def _check_course(service: Service, holds: Sequence[Hold], *, as_course: bool) -> None:
    if as_course != (service.visits > 1):
        message = (
            f"Please book this service with `{'bookCourse' if service.visits > 1 else 'bookAppointment'}`."
        )
        raise InvalidInput(message, path=("holdTokens",) if as_course else ("holdToken",))
    if any(hold.service != service.slug or hold.practitioner != holds[0].practitioner for hold in holds):
        message = "All visits of a course are of one service and with one practitioner."
        raise InvalidInput(message, path=("holdTokens",))
    if len(holds) != service.visits:
        message = f"This course has {service.visits} visits: please hold as many times."
        raise InvalidInput(message, path=("holdTokens",))


async def _confirm_holds(
    session: BookingSession,
    service: Service,
    holds: Sequence[Hold],
    request: BookingRequest,
    *,
    now: datetime,
) -> None:
    """Makes held times the visitor's, if the rulebook still agrees. Refuses with all that it says."""
    place = {hash_of(token): str(place) for place, token in enumerate(request.hold_tokens)}
    refusals = []
    for hold in holds:
        path = ("holdTokens", place[hold.token_hash]) if request.as_course else ("holdToken",)
        try:
            await _confirm_hold(session, service, hold, now=now)
        except BookingError as refusal:
            refusals.append(replace(refusal, path=path))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise ExceptionGroup("times that can't be kept", refusals)


async def _confirm_hold(session: BookingSession, service: Service, hold: Hold, *, now: datetime) -> None:
    wish = SlotCriteria(service, hold.practitioner, hold.location)
    expired = HoldExpired(still_open=False, wanted=wish.at(hold.starts_at))
    try:
        await open_slots_at(
            session, wish, hold.starts_at, now=now, notice_from=hold.created_at, ignoring=hold.id
        )
    except BookingError as refusal:
        raise (expired if hold.expires_at <= now else refusal) from refusal
    if hold.expires_at <= now:
        raise replace(expired, still_open=True)
    if not await confirm_ticks(session, hold.id, now=now):
        raise expired
