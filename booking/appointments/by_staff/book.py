"""Bookings by phone: staff hold a time, read the questions aloud, and book for the patient."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.checks.details import StaffBooking
from booking.appointments.hold import HoldRequest, hold_slot
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.domain.screening import Answer
from booking.storage.models.holds import Hold
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class PhoneBookingRequest:
    """Held times, and the patient as staff typed them: a name, and an e-mail address or a phone number.

    `patient` is one of an earlier booking, whose details and language stand where none are given.
    `language` is empty for that one's, or the clinic's own. `answers`, by slug of the screening question, are
    those that the patient gave to staff. `consents` says that they agreed to the clinic's text.
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
    if only_practitioner is not None and request.practitioner not in (None, only_practitioner):
        raise _not_theirs()
    practitioner = only_practitioner or request.practitioner
    return await hold_slot(session, replace(request, practitioner=practitioner, by_staff=True), now=now)


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
            staff=StaffBooking(actor, request.patient, request.consents, request.notify, only_practitioner),
        ),
        actor=actor,
        now=now,
    )


def _not_theirs() -> NotFound:
    return NotFound("This is another practitioner's time.", path=("practitionerId",))
