"""The second step of a booking by phone: times are held, and the questions are read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.appointments.by_staff.book import hold_by_staff, hold_course_by_staff
from booking.appointments.hold import HoldRequest, release_hold
from booking.catalogue.lookup import (
    all_practitioners,
    all_services,
    consent_text_in,
    location_zones,
)
from booking.domain.errors import BeyondHorizon, BookingError, InvalidInput, InvalidInputCode, NotOpen
from booking.domain.policy import MAX_VISITS
from booking.domain.tokens import hash_of
from booking.domain.translations import in_language
from booking.storage.models.catalogue.services import ScreeningQuestion
from booking.storage.models.holds import Hold
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from booking.storage.queries.holds import holds_by_token
from booking.storage.session import BookingSession
from desk.booking.choose import choices
from desk.booking.form import PhoneBookingForm, phone_booking_form
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest


class NoTimeForCourse(BookingError):
    """The first time of a course is open, and no practitioner has a time for each later visit."""


@dataclass(frozen=True)
class HeldTime:
    """A time that is kept for the patient on the phone, on the location's clock; `secret` is the hold's."""

    secret: str
    service: str
    practitioner: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    squeeze_in: bool

    @classmethod
    async def of(cls, session: BookingSession, hold: Hold, secret: str) -> "HeldTime":
        zone = (await location_zones(session))[hold.location]
        return cls(
            secret,
            hold.service,
            hold.practitioner,
            hold.starts_at.astimezone(zone),
            hold.ends_at.astimezone(zone),
            hold.expires_at,
            hold.squeeze_in,
        )


async def hold_time(request: DeskRequest) -> Response:
    """`POST /desk/book/hold` with the choices and `at`; of a course that is the time of the first visit."""
    try:
        async with request.site.database.write() as session:
            holds = await _hold(session, request, await phone_booking_form(session, request))
            held = [await HeldTime.of(session, hold, secret) for hold, secret in holds]
    except InvalidInput as refusal:
        return await choices(request, refusal=_in_words(request, refusal))
    except BookingError as refusal:
        return await choices(request, refusal=refusal)
    return await questions_page(request, held)


async def _hold(
    session: BookingSession, request: DeskRequest, form: PhoneBookingForm
) -> Sequence[tuple[Hold, str]]:
    wanted, own = _wanted(request, form), request.only_practitioner
    service = (await all_services(session)).get(form.service)
    if service is None or service.visits == 1:
        return [await hold_by_staff(session, wanted, only_practitioner=own, now=request.now)]
    zone = ZoneInfo((await get_clinic(session)).time_zone)
    first = replace(wanted, starts_at=wanted.starts_at.astimezone(zone))
    try:
        return await hold_course_by_staff(
            session, first, form.every_days, only_practitioner=own, now=request.now
        )
    except BeyondHorizon as refusal:
        raise NoTimeForCourse(refusal.message) from refusal
    except NotOpen as refusal:
        if refusal.wanted is None or refusal.wanted.starts_at == first.starts_at:
            raise
        raise NoTimeForCourse(refusal.message) from refusal


def _wanted(request: DeskRequest, form: PhoneBookingForm) -> HoldRequest[datetime]:
    """
    Raises:
        InvalidInput: nobody is chosen, or no time.
    """
    if not form.has_patient:
        message = "Please choose a patient, or give a name with a phone number or an e-mail address."
        raise InvalidInput(message, path=("name",), code=InvalidInputCode.REQUIRED)
    if form.at is None:
        message = "Please choose a time."
        raise InvalidInput(message, path=("at",), code=InvalidInputCode.REQUIRED)
    return HoldRequest(
        form.service,
        form.at,
        form.practitioner or None,
        squeeze_in=form.squeeze_in,
        idempotency_key=request.form.get("key") or None,
    )


async def questions_page(
    request: DeskRequest, held: Sequence[HeldTime], *, refusals: Sequence[BookingError] = ()
) -> Response:
    """The same questions as online, to be read aloud, and why the booking was refused."""
    language = request.texts.language
    async with request.site.database.read() as session:
        form = await phone_booking_form(session, request)
        questions = await screening_questions_of(session, held[0].service)
        consent = await consent_text_in(session, language)
        service = (await all_services(session))[held[0].service]
        practitioner = (await all_practitioners(session))[held[0].practitioner]
    answers = {row.slug: request.form.get(f"answer-{row.slug}") for row in questions}
    return await request.page(
        "booking/questions.html",
        status=HTTPStatus.CONFLICT if refusals else HTTPStatus.OK,
        reasons=[problem_text(request.texts, refusal) for refusal in refusals],
        form=form,
        held=held,
        fields=[*form.fields(), *(("hold", each.secret) for each in held)],
        service=in_language(service.name, language),
        practitioner=practitioner.name,
        questions=[_shown(row, language, answers[row.slug]) for row in questions],
        consent=consent.text if consent else None,
        seconds_left=max(0, int((held[0].expires_at - request.now).total_seconds())),
    )


async def release_time(request: DeskRequest) -> Response:
    """`POST /desk/book/release` with each `hold`: their times are free again at once, and others can be
    chosen for the same patient."""
    async with request.site.database.write() as session:
        for secret in request.form.all("hold")[:MAX_VISITS]:
            await release_hold(session, secret, now=request.now)
    return await choices(request)


async def held_times_in(session: BookingSession, request: DeskRequest) -> Sequence[HeldTime]:
    """The times that are held with the form's `hold`s, in order; none if one of the holds is unknown."""
    secrets = request.form.all("hold")[:MAX_VISITS]
    holds = await holds_by_token(session, [hash_of(secret) for secret in secrets])
    if len(holds) != len(secrets):
        return []
    held = [await HeldTime.of(session, holds[hash_of(secret)], secret) for secret in secrets]
    return sorted(held, key=lambda each: each.starts_at)


def _shown(row: ScreeningQuestion, language: str, answer: str) -> dict[str, str]:
    return {"slug": row.slug, "text": in_language(row.text, language), "answer": answer}


def _in_words(request: DeskRequest, refusal: InvalidInput) -> InvalidInput:
    """What is missing or wrong on the first page, in the reader's language."""
    texts = {
        "name": "desk.book.whoMissing",
        "at": "desk.book.timeMissing",
        "everyDays": "desk.book.everyDaysRange",
    }
    key = texts.get(refusal.path[0] if refusal.path else "")
    return refusal.with_changes(message=request.texts(key), texts={}) if key else refusal
