"""Turns holds into an appointment, or into the appointments of a course; all or none."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from booking.appointments.by_staff.change import record_bookings
from booking.appointments.checks.consent import record_consent
from booking.appointments.checks.details import StaffBooking, check_details
from booking.appointments.checks.holds import check_holds, load_holds
from booking.appointments.checks.resources import keep_resources
from booking.appointments.checks.screening import check_screening, has_screening
from booking.appointments.hold import check_held_time
from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.appointments.notes import check_note
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services, location_zones
from booking.domain.actor import Actor
from booking.domain.contact import Contact
from booking.domain.errors import (
    BookingError,
    HoldExpired,
    NotFound,
)
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import Step
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of, manage_token_for, new_reference
from booking.encryption.cipher import Ciphertext
from booking.extensions.dispatch import run_booking_rules
from booking.patients.contacts import PatientKey, add_patient
from booking.patients.correct_email import is_corrected_booking
from booking.scheduling.criteria import SlotCriteria
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus, BookingSource, Course
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.queries.appointments import appointments_by_id
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
    contact_name: str = ""
    """Of the person whom address and number reach, where that isn't the patient."""
    note: str = field(default="", repr=False)
    """Of the patient, for the practitioner."""
    staff: StaffBooking | None = field(default=None, repr=False)
    """Who of the staff books; clients can't set it."""


@dataclass(frozen=True)
class Booking:
    """Its appointments in order of time, and the secret of their one manage link.

    The secret is None for a repeat after the address was corrected: that has replaced the link.
    """

    appointments: Sequence[Appointment]
    course: Course | None
    manage_token: str | None


@dataclass(frozen=True)
class NewVisits:
    """For whom and by whom held times are booked; `topics` are encrypted, one for each hold."""

    patient: PatientKey
    contact: Contact
    topics: Sequence[Ciphertext | None]
    screening_repeated: bool
    source: BookingSource
    booked_by: str | None
    staff: StaffBooking | None = None


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
    holds = await load_holds(session, request.hold_tokens, staff=request.staff)
    await lock_schedules(session, {hold.practitioner for hold in holds})
    repeatable = _idempotent_request(request)
    await lookup_outcome(session, repeatable, now=now)
    manage_token = manage_token_for(request.hold_tokens)
    booked = await appointments_by_id(session, [hold.id for hold in holds])
    if booked:
        return await _existing_booking(session, booked, holds, manage_token)
    count()

    service = (await all_services(session))[holds[0].service]
    check_holds(service, holds, as_course=request.as_course)
    topics = await check_screening(session, service.slug, request.answers)
    details = await check_details(session, request)
    note = check_note(request.note, "note")
    contact = details.contact
    await _confirm_holds(session, service, holds, request, now=now)

    patient = await add_patient(session, contact, language=details.language, note=note, now=now)
    if details.consent_text is not None:
        by_phone = request.staff is not None
        await record_consent(session, details.consent_text, patient.patient, by_phone=by_phone, now=now)
    visits = NewVisits(
        patient,
        contact,
        topics=[patient.encrypt_topics(hold.id, topics) for hold in holds],
        screening_repeated=request.answered_again and await has_screening(session, service.slug),
        source=_source_of(holds[0], request),
        booked_by=request.booked_by,
        staff=request.staff,
    )
    booking = await add_appointments(session, service, holds, visits, manage_token, now=now)
    await save_outcome(session, repeatable, booking.appointments[0].id, now=now)
    await record_audit(
        session, actor, AuditAction.CREATE, [patient.patient], detail="appointment booked", now=now
    )
    return booking


async def add_appointments(
    session: BookingSession,
    service: Service,
    holds: Sequence[Hold],
    visits: NewVisits,
    manage_token: str,
    *,
    now: datetime,
) -> Booking:
    """Write the appointments of holds whose times are the patient's, with their event.

    Raises:
        BookingError: a rule declines.
    """
    course = Course(id=uuid.uuid4(), service=service.slug, created_at=now) if service.visits > 1 else None
    if course is not None:
        await insert_rows(session, [course])
    patient, booked_by = visits.patient.patient, visits.booked_by
    appointments = [
        Appointment(
            id=hold.id,
            reference=new_reference(),
            version=0,
            status=AppointmentStatus.BOOKED,
            **asdict(hold.slot),
            squeeze_in=hold.squeeze_in,
            patient=patient,
            booked_by=booked_by,
            source=visits.source,
            course=course and course.id,
            tell_practitioner=topics,
            screening_repeated=visits.screening_repeated,
            manage_token_hash=hash_of(manage_token),
            created_at=now,
            changed_at=now,
            sequence=0,
        )
        for hold, topics in zip(holds, visits.topics)
    ]
    zones = await location_zones(session)
    for appointment in appointments:
        appointment.set_local_start(zones[appointment.location])
    await insert_rows(session, appointments)
    await run_booking_rules(
        session, Step.BOOK, service, appointments, now=now, patient=visits.contact, booked_by=booked_by
    )
    ids = tuple(appointment.id for appointment in appointments)
    event = Event(uuid.uuid4(), EventKind.BOOKED, ids, now)
    has_email = bool(visits.contact.email)
    await record_bookings(session, event, appointments, manage_token, staff=visits.staff, has_email=has_email)
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
    if request.contact_name or request.note:
        details += [request.contact_name, request.note]
    if request.staff is not None:
        details += [request.language, request.staff.patient, request.staff.consents, request.staff.notify]
    content = (sorted(request.hold_tokens), details, sorted(request.answers.items()))
    return idempotent_request("book", request.idempotency_key, content)


async def _existing_booking(
    session: BookingSession, booked: Sequence[Appointment], holds: Sequence[Hold], manage_token: str
) -> Booking:
    has_link = {appointment.manage_token_hash for appointment in booked} == {hash_of(manage_token)}
    if len(booked) < len(holds) or not (has_link or await is_corrected_booking(session, booked)):
        raise NotFound("These holds were not booked together.", path=("holdToken",))
    course = await session.get(Course, booked[0].course) if booked[0].course else None
    return Booking(booked, course, manage_token if has_link else None)


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
            await confirm_hold(session, service, hold, now=now)
        except BookingError as refusal:
            path = ("holdTokens", index) if request.as_course else ("holdToken",)
            refusals.append(replace(refusal, path=path))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise ExceptionGroup("times that can't be kept", refusals)


async def confirm_hold(session: BookingSession, service: Service, hold: Hold, *, now: datetime) -> None:
    """Make the held time the visitor's.

    Raises:
        BookingError: it has expired, or could not be held now.
    """
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
    await keep_resources(session, service, hold, now=now)
