"""Joining the waiting list: for a first visit, or for an earlier time than a visit has."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.appointments.by_staff.change import ByStaff
from booking.appointments.checks.consent import record_consent
from booking.appointments.checks.details import StaffBooking, check_details
from booking.appointments.checks.screening import check_screening, has_screening
from booking.appointments.idempotency import idempotent_request, lookup_outcome, save_outcome
from booking.appointments.lookup import check_deadline, lock_appointment
from booking.audit.record import record_audit
from booking.catalogue.lookup import (
    check_location,
    check_practitioner,
    listed_service,
    location_zones,
    practitioners_offering,
)
from booking.domain.actor import Actor
from booking.domain.errors import (
    InvalidInput,
    InvalidInputCode,
    NoWaitingList,
    TooLateToChange,
)
from booking.domain.events import Event, EventKind
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of, hold_token_for, manage_token_for, new_token
from booking.patients.contacts import add_patient, contacts_by_id
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListStatus
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_idempotency_key
from booking.storage.queries.outbox import record_event_for
from booking.storage.queries.waiting_list import entry_replacing, note_openings
from booking.storage.session import BookingSession
from booking.waiting_list.end import end_entry
from booking.waiting_list.rules import has_waiting_list
from booking.waiting_list.wishes import MIDNIGHT, AvailableTime, Wishes

MAX_TIMES = 21
MAX_PRACTITIONERS = 50


@dataclass(frozen=True)
class JoinRequest:
    """What a patient waits for. Slugs; details as they were typed; `last_day` is included, and may be left
    out with a visit: then it is the visit's day.

    With `appointment` or `manage_token` it is an earlier time than that visit has: service, patient and
    consent are the visit's then, and the answers to its screening hold. Otherwise `service`, the details and
    the answers are needed, as for a booking.
    """

    last_day: date | None = None
    first_day: date | None = None
    service: str | None = None
    practitioners: Sequence[str] = ()
    location: str | None = None
    available_times: Sequence[AvailableTime] = ()
    manage_token: str | None = None
    appointment: uuid.UUID | None = None
    owner: str | None = None
    """A partner's key: that of the visit, or of the one who puts the patient on the list."""
    name: str = ""
    email: str = ""
    phone: str = ""
    contact_name: str = ""
    language: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    consent_text: str | None = None
    answered_again: bool = False
    idempotency_key: str | None = None
    staff: StaffBooking | None = field(default=None, repr=False)
    """Who of the staff does it for the patient; clients can't set it."""


@dataclass(frozen=True)
class Joined:
    """An entry, and the secret of its link."""

    entry: WaitingListEntry
    token: str


async def join_waiting_list(
    session: BookingSession,
    request: JoinRequest,
    *,
    actor: Actor | None = None,
    now: datetime,
    count: Callable[[], None] = lambda: None,
) -> Joined:
    """Let a patient wait for a time that opens. On return they are asked when their turn is.

    Whoever waits already is not told apart: of one person's entries only the oldest few are looked at. An
    entry for a visit takes the place of an earlier one for the same visit, with its turn. `count` is called
    for a new entry alone, and may refuse it.

    Raises:
        NoWaitingList: the clinic has none, or sends no mails.
        BookingError: something in the request can't be used, an answer blocks, the visit can't be moved.
        ExceptionGroup: of several of them.
    """
    if not await has_waiting_list(session):
        raise NoWaitingList
    visit = await _visit(session, request, now=now)
    repeatable = idempotent_request("join", request.idempotency_key, request)
    if repeatable is not None:
        await lock_idempotency_key(session, repeatable.key_hash)
    former = await lookup_outcome(session, repeatable, now=now)
    entry_id, key = former or uuid.uuid4(), request.idempotency_key
    token = manage_token_for([hold_token_for(key, entry_id)]) if key else new_token()
    if former:
        return Joined(await session.get_one(WaitingListEntry, former), token)
    wishes = await check_wishes(session, request, visit, now=now)
    count()
    event = Event(uuid.uuid4(), EventKind.WAITING_LIST_JOINED, (), now)
    entry = WaitingListEntry(
        id=entry_id,
        token_hash=hash_of(token),
        status=WaitingListStatus.WAITLIST,
        practitioners=list(wishes.practitioners),
        location=wishes.location,
        available_times=[[each.weekday, each.begin, each.until] for each in wishes.available_times],
        first_day=wishes.first_day,
        last_day=wishes.last_day,
        booked_by=request.owner,
        created_at=now,
        waiting_since=now,
        event=event.id,
    )
    if visit is not None:
        await _for_visit(session, entry, visit, now=now)
    else:
        await _for_patient(session, entry, request, now=now)
    await insert_rows(session, [entry])
    await save_outcome(session, repeatable, entry_id, now=now)
    await note_openings(session, await practitioners_offering(session, entry.service), due_at=now)
    await record_event_for(session, event, [MAIL_LISTENER], ordering_key=entry_id, token=token)
    by = request.staff.actor if request.staff else actor
    await record_audit(
        session, by, AuditAction.CREATE, [entry.patient], detail="waiting list joined", now=now
    )
    return Joined(await session.get_one(WaitingListEntry, entry_id), token)


async def _visit(session: BookingSession, request: JoinRequest, *, now: datetime) -> Appointment | None:
    """The visit that an earlier one would replace, which nobody else can change then."""
    if request.manage_token is None and request.appointment is None:
        return None
    by = request.staff
    staff = ByStaff(by.actor, only_practitioner=by.only_practitioner) if by else None
    visit = await lock_appointment(
        session, request.manage_token, request.appointment, owner=request.owner, staff=staff
    )
    if not visit.stands:
        message = "This visit was cancelled. Please wait for a new one instead."
        raise TooLateToChange(message, deadline=visit.changed_at)
    await check_deadline(session, visit, now=now)
    return visit


async def check_wishes(
    session: BookingSession, request: JoinRequest, visit: Appointment | None = None, *, now: datetime
) -> Wishes:
    """What is asked for, as it can be waited for.

    Raises:
        ExceptionGroup, InvalidInput: what can't.
    """
    clinic = await get_clinic(session)
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    first_day, refusals = max(request.first_day or today, today), []
    last_day = request.last_day
    if last_day is None and visit is not None:
        zone = (await location_zones(session))[visit.location]
        last_day = max(visit.starts_at.astimezone(zone).date(), first_day)
    if last_day is None:
        message = "Please say until which day the patient waits."
        raise InvalidInput(message, path=("lastDay",), code=InvalidInputCode.REQUIRED)
    if last_day < first_day:
        message = "The last day must not be before the first, nor be over."
        refusals.append(InvalidInput(message, path=("lastDay",), code=InvalidInputCode.OUT_OF_RANGE))
    latest = clinic.policy.last_day(today)
    if last_day > latest and visit is None:
        message = f"We take bookings up to {latest.isoformat()}. Please choose an earlier last day."
        refusals.append(InvalidInput(message, path=("lastDay",), code=InvalidInputCode.OUT_OF_RANGE))
    if len(request.available_times) > MAX_TIMES:
        message = f"Please give {MAX_TIMES} times of the week at most."
        refusals.append(InvalidInput(message, path=("availableTimes",), code=InvalidInputCode.TOO_LONG))
    for index, each in enumerate(request.available_times):
        if not (0 <= each.begin < each.until <= MIDNIGHT and 0 <= each.weekday <= 6):
            message = "Each time of the week must end after it begins, up to 24:00."
            path = ("availableTimes", str(index))
            refusals.append(InvalidInput(message, path=path, code=InvalidInputCode.OUT_OF_RANGE))
            break
    if len(request.practitioners) > MAX_PRACTITIONERS:
        message = f"Please name {MAX_PRACTITIONERS} practitioners at most, or none for any."
        refusals.append(InvalidInput(message, path=("practitionerIds",), code=InvalidInputCode.TOO_LONG))
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise ExceptionGroup("wishes that can't be used", refusals)
    practitioners, own = [], request.staff.only_practitioner if request.staff else None
    for slug in dict.fromkeys(request.practitioners if own is None else [own]):
        practitioners.append(await check_practitioner(session, slug) or slug)
    if visit is not None and visit.course is not None:
        practitioners = [visit.practitioner]  # All visits of a course are with one.
    location = await check_location(session, request.location)
    return Wishes(first_day, last_day, request.available_times, practitioners, location)


async def _for_visit(
    session: BookingSession, entry: WaitingListEntry, visit: Appointment, *, now: datetime
) -> None:
    """Raises:
    InvalidInput: the patient has no e-mail address, or is erased.
    """
    contact = (await contacts_by_id(session, [visit.patient])).get(visit.patient)
    if contact is None or not contact.email:
        message = "The patient has no e-mail address: nothing could be offered. Please call us."
        raise InvalidInput(message, path=("appointmentId",), code=InvalidInputCode.CONFLICT)
    entry.patient, entry.service, entry.replaces = visit.patient, visit.service, visit.id
    if former := await entry_replacing(session, visit.id):
        entry.waiting_since = former.waiting_since
        await end_entry(session, former, WaitingListStatus.CANCELLED, now=now)
        await session.flush()


async def _for_patient(
    session: BookingSession, entry: WaitingListEntry, request: JoinRequest, *, now: datetime
) -> None:
    """Raises:
    BookingError: a detail can't be used, an answer blocks, or the service is a course.
    """
    if request.service is None:
        message = "Please say which service, or which visit an earlier one is wanted for."
        raise InvalidInput(message, path=("serviceId",), code=InvalidInputCode.REQUIRED)
    service = await listed_service(session, request.service)
    if service.visits > 1:
        message = (
            "A course is booked as one, so nobody can wait for it. Book it, and wait for earlier visits."
        )
        raise InvalidInput(message, path=("serviceId",), code=InvalidInputCode.CONFLICT)
    topics = await check_screening(session, service.slug, request.answers)
    details = await check_details(session, request)
    if not details.contact.email:
        message = "Please give an e-mail address: a time that opens is offered by mail."
        raise InvalidInput(message, path=("patient", "email"), code=InvalidInputCode.REQUIRED)
    patient = await add_patient(session, details.contact, language=details.language, now=now)
    if details.consent_text is not None:
        by_phone = request.staff is not None
        await record_consent(session, details.consent_text, patient.patient, by_phone=by_phone, now=now)
    entry.patient, entry.service = patient.patient, service.slug
    entry.tell_practitioner = patient.encrypt_topics_of_entry(entry.id, topics)
    if request.answered_again:
        entry.screening_repeated = await has_screening(session, service.slug)
