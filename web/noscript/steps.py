"""The posted steps: hold the times, check the answers, book. Each answers with the page of the next step."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.book import BookingRequest, book
from booking.appointments.checks.fresh_calendars import ask_before_booking
from booking.appointments.checks.screening import check_screening
from booking.catalogue.lookup import consent_text_in
from booking.domain.errors import (
    BookingError,
    CallTheClinic,
    ConsentRequired,
    InvalidInput,
    ScreeningIncomplete,
    TooManyBookings,
    TooManyHolds,
    TryAgain,
)
from booking.storage.models.catalogue.services import ScreeningQuestion
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from web.noscript.booking_state import FOR_OTHER
from web.noscript.confirmation import confirmation_page
from web.noscript.holds import HeldTimes, hold_times, release_times, turn_to_hold_times
from web.noscript.request import NoscriptRequest
from web.noscript.screening import GivenAnswers, QuestionsView
from web.noscript.times import may_choose_another_time, times_page
from web.noscript.views import bookable_services, rule_before_booking, summary_of

Step = Callable[[NoscriptRequest, HeldTimes], Awaitable[Response]]


async def hold(request: NoscriptRequest) -> Response:
    """`POST /book/{service}/hold`: holds the chosen times, `at`, and asks the screening questions."""
    return await _with_held_times(request, _show_questions)


async def check_answers(request: NoscriptRequest) -> Response:
    """`POST /book/{service}/answers`: checks the screening answers and asks for the patient's details."""
    return await _with_held_times(request, _check_answers, extend=True)


async def finish(request: NoscriptRequest) -> Response:
    """`POST /book/{service}/finish`: books with the patient's details; sent again, shows the same booking."""
    return await _with_held_times(request, _book)


async def release(request: NoscriptRequest) -> Response:
    """`POST /book/{service}/release`: frees the held times, to choose others."""
    state = request.state
    if state.can_hold:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            await release_times(session, state, now=now, holder=request.holder)
    return request.redirect(request.url("times", state.url_fields()))


async def _with_held_times(request: NoscriptRequest, step: Step, *, extend: bool = False) -> Response:
    """Take the step with its times held; offer other times if these can't be held or booked."""
    state = request.state
    if not state.can_hold:
        return request.redirect(request.url("times", state.url_fields()))
    try:
        database = request.site.database
        async with database.read() as session:
            now = await request.site.now(session)
        async with turn_to_hold_times(database, state, now=now), database.write() as session:
            held = await hold_times(session, state, now=now, holder=request.holder, extend=extend)
        try:
            # A booking stays as it is: any form that is sent again shows its confirmation.
            return await (_book if held.is_booked else step)(request, held)
        except ScreeningIncomplete as refusal:
            return await _questions_page(request, held, missing=refusal.missing)
        except CallTheClinic as refusal:
            request.site.screening(request.http).refused()
            return await _call_page(request, refusal)
    except (TooManyBookings, TooManyHolds, TryAgain):
        raise
    except (BookingError, ExceptionGroup) as error:
        first = flatten(error)[0]
        if may_choose_another_time(first):
            return await times_page(request, first)
        # The clinic has changed what it offers, or these pages did not make the form.
        return request.redirect(request.url("times", state.url_fields()))


async def _show_questions(request: NoscriptRequest, held: HeldTimes) -> Response:
    has_questions = bool(await _questions(request))
    return await (_questions_page if has_questions else _details_page)(request, held)


async def _check_answers(request: NoscriptRequest, held: HeldTimes) -> Response:
    answers = request.state.given.to(await _questions(request))
    async with request.site.database.read() as session:
        await check_screening(session, request.service, answers)
    return await _details_page(request, held)


async def _book(request: NoscriptRequest, held: HeldTimes) -> Response:
    details = request.state.details
    if request.state.lacks_contact_name and not held.is_booked:
        return await _details_page(request, held, mistakes=missing_names(details))
    # The hold tokens are made with the page's key, and book() answers the same tokens with the same
    # booking. An idempotency key would only refuse a visitor who goes back, corrects a name and resends.
    booking_request = BookingRequest(
        hold_tokens=held.tokens,
        as_course=len(held.tokens) > 1,
        name=details["name"],
        email=details["email"],
        phone=details["phone"],
        contact_name=request.state.contact_name,
        note=details["note"],
        answers=request.state.given.to(await _questions(request)),
        language=request.texts.language,
        consent_text=request.state.consent or None,
        answered_again=request.site.screening(request.http).was_refused,
    )
    try:
        with request.site.one_booking(request.http) as count:
            async with request.site.database.read() as session:
                asked_at = await request.site.now(session)
            await ask_before_booking(request.site.database, held.tokens, now=asked_at)
            async with request.site.database.write() as session:
                now = await request.site.now(session)
                booking = await book(session, booking_request, now=now, count=count)
    except (ConsentRequired, InvalidInput, ExceptionGroup) as error:
        refusals = flatten(error)
        if not all(isinstance(refusal, InvalidInput | ConsentRequired) for refusal in refusals):
            raise
        return await _details_page(
            request, held, mistakes=dict(mistake_of(each, details) for each in refusals)
        )
    return await confirmation_page(request, booking)


def missing_names(details: Mapping[str, str]) -> dict[str, str]:
    """Who books for somebody else has not said who they are; and which other fields are empty."""
    texts = {
        "name": "details.noTheirName",
        "contactName": "details.noName",
        "email": "details.noEmail",
        "phone": "details.noPhone",
    }
    return {name: text for name, text in texts.items() if not details[name].strip()}


def mistake_of(refusal: BookingError, details: Mapping[str, str]) -> tuple[str, str]:
    """The field that is refused, and the key of the text to show there."""
    if isinstance(refusal, ConsentRequired):
        return "consent", "consent.outdated" if refusal.is_outdated else "consent.missing"
    name = refusal.path[-1]
    if name == "note":
        return name, "details.badNote"
    subject = "Name" if name == "contactName" else name.capitalize()
    is_empty = not details[name].strip()
    if is_empty and name == "name" and details["whom"] == FOR_OTHER:
        return name, "details.noTheirName"
    return name, f"details.{'no' if is_empty else 'bad'}{subject}"


async def _questions(request: NoscriptRequest) -> Sequence[ScreeningQuestion]:
    async with request.site.database.read() as session:
        return await screening_questions_of(session, request.service)


def flatten(error: BookingError | ExceptionGroup[BookingError]) -> list[BookingError]:
    if isinstance(error, BookingError):
        return [error]
    return [refusal for inner in error.exceptions for refusal in flatten(inner)]


async def _questions_page(
    request: NoscriptRequest, held: HeldTimes, *, missing: Sequence[str] = ()
) -> Response:
    rows, state = await _questions(request), request.state
    async with request.site.database.read() as session:
        summary = await summary_of(session, held.holds, request.texts)
    return await request.page(
        "questions",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
        state=replace(state, given=GivenAnswers({})),
        summary=summary,
        questions=QuestionsView.of(rows, state.given, request.texts, missing=missing),
    )


async def _details_page(
    request: NoscriptRequest, held: HeldTimes, *, mistakes: Mapping[str, str] | None = None
) -> Response:
    """`mistakes` has the key of the text to show at a field, by the field's name."""
    answers = request.state.given.to(await _questions(request))
    async with request.site.database.read() as session:
        summary = await summary_of(session, held.holds, request.texts)
        consent_text = await consent_text_in(session, request.texts.language)
        policy, now = (await get_clinic(session)).policy, await request.site.now(session)
    zone = summary.location.zone
    return await request.page(
        "details",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else HTTPStatus.OK,
        state=replace(request.state, given=GivenAnswers(answers), details={}),
        details=request.state.details,
        consent_text=consent_text,
        summary=summary,
        held_until=held.expires_at.astimezone(zone),
        rule=rule_before_booking(policy, held.holds, zone, request.texts, now=now),
        mistakes=mistakes or {},
        this_step="answers" if answers else "hold",
    )


async def _call_page(request: NoscriptRequest, refusal: CallTheClinic) -> Response:
    """Asks the visitor to call. It shows none of the answers, and the times are free again."""
    async with request.site.database.write() as session:
        now = await request.site.now(session)
        await release_times(session, request.state, now=now, holder=request.holder)
        services = await bookable_services(session, request.texts, now=now)
    suitable = [service for service in services if service.slug in refusal.suitable]
    return await request.page("call", suitable=suitable)
