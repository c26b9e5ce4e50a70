"""Bookings by phone: staff hold a time, read the questions aloud, and book for the patient."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.checks.details import StaffBooking
from booking.appointments.hold import HoldRequest, hold_course, hold_slot
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.domain.screening import Answer
from booking.scheduling.course_plan import plan_course
from booking.scheduling.criteria import slot_criteria
from booking.storage.models.holds import Hold
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class PhoneBookingRequest:
    """Held times, and the patient as staff typed them: a name, and an e-mail address or a phone number.

    `patient` is one of an earlier booking, whose details and language stand where none are given.
    `language` is empty for that one's, or the clinic's own. `answers`, by slug of the screening question, are
    those that the patient gave to staff. `consents` says that they agreed to the clinic's text.
    `contact_name` is who calls for the patient, and `note` what the practitioner should know.
    """

    hold_tokens: Sequence[str]
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    patient: uuid.UUID | None = None
    consents: bool = False
    notify: bool = True
    idempotency_key: str | None = None
    contact_name: str = ""
    note: str = field(default="", repr=False)


async def hold_by_staff(
    session: BookingSession,
    request: HoldRequest[datetime],
    *,
    only_practitioner: str | None = None,
    now: datetime,
) -> tuple[Hold, str]:
    """Hold a time, and get the hold's secret. It expires as every hold does, and no limit counts it.

    With `only_practitioner` (slug) the time is with that one alone.

    Raises:
        BookingError: the time isn't open to staff either, or a rule declines.
    """
    return await hold_slot(session, _asked_by_staff(request, only_practitioner), now=now)


async def hold_course_by_staff(
    session: BookingSession,
    request: HoldRequest[datetime],
    every_days: int,
    *,
    only_practitioner: str | None = None,
    now: datetime,
) -> list[tuple[Hold, str]]:
    """Hold a time for each visit of a course, the first at the request's time, and get the holds' secrets.

    The later visits are as near to the rhythm of `every_days` as the practitioner is free.

    Raises:
        BookingError: the first time isn't open to staff, or no practitioner has one for every visit.
    """
    request = _asked_by_staff(request, only_practitioner)
    names = request.service, request.practitioner, request.location
    criteria = await slot_criteria(session, *names, by_staff=True)
    slots = await plan_course(session, criteria, request.starts_at, every_days, now=now)
    course = HoldRequest(
        request.service,
        tuple(slot.starts_at for slot in slots),
        slots[0].practitioner,
        slots[0].location,
        idempotency_key=request.idempotency_key,
        by_staff=True,
    )
    return await hold_course(session, course, now=now)


async def book_by_staff(
    session: BookingSession,
    request: PhoneBookingRequest,
    *,
    actor: Actor,
    only_practitioner: str | None = None,
    now: datetime,
) -> Booking:
    """Turn held times into appointments for a patient on the phone. Staff can undo it for some minutes.

    Raises:
        BookingError: as `book`; a hold that a visitor made is unknown.
        ExceptionGroup: of several of them.
    """
    return await book(
        session,
        BookingRequest(
            request.hold_tokens,
            len(request.hold_tokens) > 1,
            request.name,
            request.email,
            request.phone,
            request.answers,
            request.language,
            idempotency_key=request.idempotency_key,
            contact_name=request.contact_name,
            note=request.note,
            staff=StaffBooking(actor, request.patient, request.consents, request.notify, only_practitioner),
        ),
        actor=actor,
        now=now,
    )


def _asked_by_staff(request: HoldRequest[datetime], only_practitioner: str | None) -> HoldRequest[datetime]:
    if only_practitioner is not None and request.practitioner not in (None, only_practitioner):
        raise NotFound("This is another practitioner's time.", path=("practitionerId",))
    return replace(request, practitioner=only_practitioner or request.practitioner, by_staff=True)
