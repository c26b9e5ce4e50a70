"""Held time becomes an appointment, or several of them a course; all or nothing."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booking import catalogue, once
from booking.check_screening import check_screening
from booking.contact import check_contact, country_of
from booking.errors import BookingError, HoldExpired, InvalidInput, NotFound
from booking.events import Event, EventKind
from booking.find_slots import Wish, who_is_free
from booking.guests import follow_rules
from booking.hooks import Step
from booking.screening import Answer
from booking.storage import claims, outbox, queries
from booking.storage.appointments import appointments_by_id, course_by_id
from booking.storage.table import write
from booking.storage.tables import Appointment, AppointmentStatus, Course, Hold, Patient, Service
from booking.tokens import hash_of, manage_token_for, new_reference

MOST_VISITS = 12


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

    visits: Sequence[Appointment]
    course: Course | None
    manage_token: str


async def book(session: AsyncSession, request: BookingRequest, *, now: datetime) -> Booking:
    """Refuses with a BookingError (or a group of them); on return the times are the visitor's.

    Asked again with the same secrets, it answers with the same booking.
    """
    holds = await _holds(session, request.hold_tokens)
    await claims.begin_deciding(session, {hold.practitioner for hold in holds})
    intended = _intention(request)
    await once.recall(session, intended, now=now)
    manage_token = manage_token_for(request.hold_tokens)
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    if booked:
        return await _repeated(session, booked, holds, manage_token)

    service = (await catalogue.services(session))[holds[0].service]
    _check_course(service, holds, as_course=request.as_course)
    tell = await check_screening(session, service.slug, request.answers)
    clinic = await queries.the_clinic(session)
    contact = check_contact(request.name, request.email, request.phone, country=country_of(clinic.phone))
    await _keep_all(session, service, holds, request, now=now)

    patient = Patient(id=uuid.uuid4(), **vars(contact), language=request.language, created_at=now)
    course = Course(id=uuid.uuid4(), service=service.slug, created_at=now) if service.visits > 1 else None
    await write(session, [patient])
    if course is not None:
        await write(session, [course])
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
    await write(session, visits)
    await follow_rules(
        session, Step.BOOK, service, visits, now=now, patient=contact, booked_by=request.booked_by
    )
    await once.remember(session, intended, visits[0].id, now=now)
    await outbox.record(
        session, Event(uuid.uuid4(), EventKind.BOOKED, tuple(visit.id for visit in visits), now), manage_token
    )
    return Booking(visits, course, manage_token)


def _intention(request: BookingRequest) -> once.Intention | None:
    """In whatever order the holds and the answers come."""
    details = (request.as_course, request.name, request.email, request.phone)
    asked = (sorted(request.hold_tokens), details, sorted(request.answers.items()))
    return once.intention("book", request.idempotency_key, asked)


async def _holds(session: AsyncSession, tokens: Sequence[str]) -> list[Hold]:
    """In order of time."""
    if not 0 < len(tokens) <= MOST_VISITS or len(set(tokens)) < len(tokens):
        message = f"Please give the secrets of 1 to {MOST_VISITS} holds, each once."
        raise InvalidInput(message, path=("holdTokens",))
    found = await queries.holds_by_token(session, [hash_of(token) for token in tokens])
    if len(found) < len(tokens):
        raise NotFound("There is no such hold. Please hold a time with `holdSlot`.", path=("holdToken",))
    return sorted(found.values(), key=lambda hold: hold.starts_at)


async def _repeated(
    session: AsyncSession, booked: Sequence[Appointment], holds: Sequence[Hold], manage_token: str
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


async def _keep_all(
    session: AsyncSession, service: Service, holds: Sequence[Hold], request: BookingRequest, *, now: datetime
) -> None:
    """Makes held times the visitor's, if the rulebook still agrees. Refuses with all that it says."""
    place = {hash_of(token): str(place) for place, token in enumerate(request.hold_tokens)}
    refusals = []
    for hold in holds:
        path = ("holdTokens", place[hold.token_hash]) if request.as_course else ("holdToken",)
        try:
            await _keep(session, service, hold, now=now)
        except BookingError as refusal:
            refusals.append(replace(refusal, path=path))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise ExceptionGroup("times that can't be kept", refusals)


async def _keep(session: AsyncSession, service: Service, hold: Hold, *, now: datetime) -> None:
    wish = Wish(service, hold.practitioner, hold.location)
    expired = HoldExpired(still_open=False, wanted=wish.at(hold.starts_at))
    try:
        await who_is_free(
            session, wish, hold.starts_at, now=now, notice_from=hold.created_at, ignoring=hold.id
        )
    except BookingError as refusal:
        raise (expired if hold.expires_at <= now else refusal) from refusal
    if hold.expires_at <= now:
        raise replace(expired, still_open=True)
    if not await claims.book_held(session, hold.id, now=now):
        raise expired
