"""Turns holds into an appointment, or into the appointments of a course; all or none."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from booking.appointments.by_staff.change import record_bookings
from booking.appointments.checks.consent import record_consent
from booking.appointments.checks.details import StaffBooking, check_details
from booking.appointments.checks.screening import check_screening, has_screening
from booking.appointments.hold import check_held_time, no_such_hold
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services, location_zones
from booking.domain.actor import Actor
from booking.domain.errors import (
    BookingError,
    HoldExpired,
    InvalidInput,
    InvalidInputCode,
    NotFound,
)
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.policy import MAX_VISITS
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of, manage_token_for, new_reference
from booking.extensions.dispatch import run_booking_rules
from booking.patients.contacts import add_patient
from booking.scheduling.criteria import SlotCriteria
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus, BookingSource, Course
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.holds import holds_by_token
from booking.storage.queries.locks import lock_schedules
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
    consent_text: str | None = None
    """The key of the text that the patient agreed to, where the clinic asks for consent."""
    answered_again: bool = False
    """Whether other screening answers of this client were refused a short while ago."""
    staff: StaffBooking | None = field(default=None, repr=False)
    """Who of the staff books; clients can't set it."""


@dataclass(frozen=True)
class Booking:
    """Its appointments in order of time, and the secret of their one manage link."""

    appointments: Sequence[Appointment]
    course: Course | None
    manage_token: str


async def book(
    session: BookingSession,
    request: BookingRequest,
    *,
    actor: Actor | None = None,
    now: datetime,
    count: Callable[[], None] = lambda: None,
) -> Booking:
    """Turn held time into appointments. On return the times belong to the visitor.

    A repeat with the same hold tokens returns the same booking; `count` is called for a new one alone, and
    may refuse it. `actor` is who books for the patient; None is the patient.

    Raises:
        BookingError: a hold that expired, a screening answer that blocks, a rule that declines.
        ExceptionGroup: of several of them.
    """
    holds = await _load_holds(session, request)
    await lock_schedules(session, {hold.practitioner for hold in holds})
    repeatable = _idempotent_request(request)
    await lookup_outcome(session, repeatable, now=now)
    manage_token = manage_token_for(request.hold_tokens)
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    if booked:
        return await _existing_booking(session, booked, holds, manage_token)
    count()

    service = (await all_services(session))[holds[0].service]
    _check_course(service, holds, as_course=request.as_course)
    topics = await check_screening(session, service.slug, request.answers)
    details = await check_details(session, request)
    contact, staff = details.contact, request.staff
    await _confirm_holds(session, service, holds, request, now=now)

    patient = await add_patient(session, contact, language=details.language, now=now)
    course = Course(id=uuid.uuid4(), service=service.slug, created_at=now) if service.visits > 1 else None
    if details.consent_text is not None:
        by_phone = staff is not None
        await record_consent(session, details.consent_text, patient.patient, by_phone=by_phone, now=now)
    if course is not None:
        await insert_rows(session, [course])
    appointments = [
        Appointment(
            id=hold.id,
            reference=new_reference(),
            version=0,
            status=AppointmentStatus.BOOKED,
            **asdict(hold.slot),
            squeeze_in=hold.squeeze_in,
            patient=patient.patient,
            booked_by=request.booked_by,
            source=_source_of(hold, request),
            course=course and course.id,
            tell_practitioner=patient.encrypt_topics(hold.id, topics),
            screening_repeated=request.answered_again and await has_screening(session, service.slug),
            manage_token_hash=hash_of(manage_token),
            created_at=now,
            changed_at=now,
            sequence=0,
        )
        for hold in holds
    ]
    zones = await location_zones(session)
    for appointment in appointments:
        appointment.set_local_start(zones[appointment.location])
    await insert_rows(session, appointments)
    await run_booking_rules(
        session, Step.BOOK, service, appointments, now=now, patient=contact, booked_by=request.booked_by
    )
    await save_outcome(session, repeatable, appointments[0].id, now=now)
    ids = tuple(appointment.id for appointment in appointments)
    event = Event(uuid.uuid4(), EventKind.BOOKED, ids, now)
    has_email = bool(contact.email)
    await record_bookings(session, event, appointments, manage_token, staff=staff, has_email=has_email)
    await record_audit(
        session, actor, AuditAction.CREATE, [patient.patient], detail="appointment booked", now=now
    )
    return Booking(appointments, course, manage_token)


def _source_of(hold: Hold, request: BookingRequest) -> BookingSource:
    if hold.by_staff:
        return BookingSource.DESK
    return BookingSource.ONLINE if request.booked_by is None else BookingSource.PARTNER


def _idempotent_request(request: BookingRequest) -> IdempotentRequest | None:
    """The same for any order of the holds and the answers."""
    details = [request.as_course, request.name, request.email, request.phone]
    if request.consent_text is not None:
        details.append(request.consent_text)
    if request.staff is not None:
        details += [request.language, request.staff.patient, request.staff.consents, request.staff.notify]
    content = (sorted(request.hold_tokens), details, sorted(request.answers.items()))
    return idempotent_request("book", request.idempotency_key, content)


async def _load_holds(session: BookingSession, request: BookingRequest) -> list[Hold]:
    """The holds of the request's tokens, in order of time."""
    tokens, staff = request.hold_tokens, request.staff
    if not 0 < len(tokens) <= MAX_VISITS or len(set(tokens)) < len(tokens):
        message = f"Please give the secrets of 1 to {MAX_VISITS} holds, each once."
        raise InvalidInput(message, path=("holdTokens",), code=_tokens_code(tokens))
    holds = await holds_by_token(session, [hash_of(token) for token in tokens])
    if len(holds) < len(tokens):
        raise no_such_hold()
    if staff is not None and not all(
        hold.by_staff and staff.only_practitioner in (None, hold.practitioner) for hold in holds.values()
    ):
        raise no_such_hold()
    return sorted(holds.values(), key=lambda hold: hold.starts_at)


def _tokens_code(tokens: Sequence[str]) -> InvalidInputCode:
    if not tokens:
        return InvalidInputCode.REQUIRED
    return InvalidInputCode.TOO_LONG if len(tokens) > MAX_VISITS else InvalidInputCode.CONFLICT


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
        raise InvalidInput(
            message, path=path if as_course else ("holdToken",), code=InvalidInputCode.CONFLICT
        )
    if any(hold.service != service.slug or hold.practitioner != holds[0].practitioner for hold in holds):
        raise InvalidInput(
            "All visits of a course are of one service and with one practitioner.",
            path=path,
            code=InvalidInputCode.CONFLICT,
        )
    if len(holds) != service.visits:
        message = f"This course has {service.visits} visits: please hold as many times."
        raise InvalidInput(message, path=path, code=InvalidInputCode.CONFLICT)


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
