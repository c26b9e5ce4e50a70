"""The steps that are posted: a time is held, the questions are answered, the visit is booked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from starlette.responses import Response

from booking.appointments.book import BookingRequest, book
from booking.appointments.screening import check_screening
from booking.domain.errors import BookingError, CallTheClinic, InvalidInput, ScreeningIncomplete, TryAgain
from booking.domain.screening import Answer
from booking.domain.translations import in_language
from booking.storage.models.catalogue import ScreeningQuestion
from booking.storage.queries.catalogue import screening_questions_of
from web.noscript.booking_state import DETAILS, BookingState
from web.noscript.confirmed import confirmed_page
from web.noscript.holds import HeldTimes, hold_times, release_times
from web.noscript.offers import bookable_services
from web.noscript.refusals import TIME_REFUSALS, flatten_refusals
from web.noscript.request import NoscriptRequest
from web.noscript.summary import summary_of
from web.noscript.times import times_after_refusal

UNPROCESSABLE = 422
Step = Callable[[NoscriptRequest, BookingState, HeldTimes], Awaitable[Response]]


async def hold(asked: NoscriptRequest) -> Response:
    """`POST /book/{service}/hold`: `at` each time that was chosen."""
    return await _with_times(asked, _show_questions)


async def answers(asked: NoscriptRequest) -> Response:
    """`POST /book/{service}/answers`: to the questions."""
    return await _with_times(asked, _check_answers, longer=True)


async def finish(asked: NoscriptRequest) -> Response:
    """`POST /book/{service}/finish`: who comes. Sent twice, it shows the same booking."""
    return await _with_times(asked, _book)


async def release(asked: NoscriptRequest) -> Response:
    """`POST /book/{service}/release`: gives the times back, to choose others."""
    journey = asked.journey
    if journey.is_sent:
        async with asked.desk.database.write() as session:
            now = await asked.desk.now(session)
            await release_times(session, journey, now=now, by=asked.desk.holder(asked.request))
    return asked.go("times", journey.chosen())


async def _with_times(asked: NoscriptRequest, step: Step, *, longer: bool = False) -> Response:
    """Takes the step with the times kept; shows others when they can't be kept, or not be booked."""
    journey, by = asked.journey, asked.desk.holder(asked.request)
    if not journey.is_sent:
        return asked.go("times", journey.chosen())
    try:
        async with asked.desk.database.write() as session:
            now = await asked.desk.now(session)
            kept = await hold_times(session, journey, now=now, by=by, longer=longer)
        # What is booked stays booked, whatever is sent again.
        return await (_book if kept.is_booked else step)(asked, journey, kept)
    except TryAgain:
        raise
    except (BookingError, ExceptionGroup) as error:
        refusal = flatten_refusals(error)[0]
        if isinstance(refusal, TIME_REFUSALS):
            return await times_after_refusal(asked, journey, refusal)
        # The clinic has changed what it offers, or the form is none of ours.
        return asked.go("times", journey.chosen())


async def _show_questions(asked: NoscriptRequest, journey: BookingState, kept: HeldTimes) -> Response:
    questions = await _questions(asked)
    if questions:
        return await _questions_page(asked, journey, kept, questions)
    return await _details_page(asked, journey, kept)


async def _check_answers(asked: NoscriptRequest, journey: BookingState, kept: HeldTimes) -> Response:
    questions = await _questions(asked)
    given = _answers(journey, questions)
    try:
        async with asked.desk.database.read() as session:
            await check_screening(session, journey.service, given)
    except ScreeningIncomplete as refusal:
        return await _questions_page(asked, journey, kept, questions, missing=refusal.missing)
    except CallTheClinic as refusal:
        return await _call_page(asked, journey, refusal)
    return await _details_page(asked, journey, kept)


async def _book(asked: NoscriptRequest, journey: BookingState, kept: HeldTimes) -> Response:
    questions = await _questions(asked)
    # Its tokens are made with the journey's key, and book() answers the same tokens with the same
    # booking: a key of its own would only refuse who goes back, mends a name and sends it again.
    request = BookingRequest(
        hold_tokens=kept.tokens,
        as_course=len(kept.tokens) > 1,
        **{name: journey.details[name] for name in DETAILS},
        answers=_answers(journey, questions),
        language=asked.say.language,
    )
    try:
        async with asked.desk.database.write() as session:
            booking = await book(session, request, now=await asked.desk.now(session))
    except ScreeningIncomplete as refusal:
        return await _questions_page(asked, journey, kept, questions, missing=refusal.missing)
    except CallTheClinic as refusal:
        return await _call_page(asked, journey, refusal)
    except ExceptionGroup as group:
        refusals = flatten_refusals(group)
        if not all(isinstance(refusal, InvalidInput) for refusal in refusals):
            raise
        wrong = {refusal.path[-1]: _wrong(journey, refusal.path[-1]) for refusal in refusals}
        return await _details_page(asked, journey, kept, wrong=wrong)
    return await confirmed_page(asked, journey, booking)


async def _questions(asked: NoscriptRequest) -> Sequence[ScreeningQuestion]:
    async with asked.desk.database.read() as session:
        return await screening_questions_of(session, asked.service)


def _answers(journey: BookingState, questions: Sequence[ScreeningQuestion]) -> dict[str, Answer]:
    """Those that are answers, to questions that are asked."""
    sent = {row.slug: journey.answers.get(row.slug) for row in questions}
    return {slug: Answer(answer) for slug, answer in sent.items() if answer in list(Answer)}


def _wrong(journey: BookingState, name: str) -> str:
    """The key of the text at a field."""
    return f"details.{'bad' if journey.details[name].strip() else 'no'}{name.capitalize()}"


async def _questions_page(
    asked: NoscriptRequest,
    journey: BookingState,
    kept: HeldTimes,
    rows: Sequence[ScreeningQuestion],
    *,
    missing: Sequence[str] = (),
) -> Response:
    language, given = asked.say.language, _answers(journey, rows)
    async with asked.desk.database.read() as session:
        summary = await summary_of(session, kept.holds, asked.say)
    questions = [
        {
            "slug": row.slug,
            "text": in_language(row.text, language),
            "why": in_language(row.why, language) if row.why else "",
            "answer": given.get(row.slug),
            "is_missing": row.slug in missing,
        }
        for row in rows
    ]
    return await asked.page(
        "questions",
        status=UNPROCESSABLE if missing else 200,
        journey=replace(journey, answers={}),
        summary=summary,
        questions=questions,
        missing=[question for question in questions if question["is_missing"]],
    )


async def _details_page(
    asked: NoscriptRequest, journey: BookingState, kept: HeldTimes, *, wrong: Mapping[str, str] | None = None
) -> Response:
    given = _answers(journey, await _questions(asked))
    async with asked.desk.database.read() as session:
        summary = await summary_of(session, kept.holds, asked.say)
    return await asked.page(
        "details",
        status=UNPROCESSABLE if wrong else 200,
        journey=replace(journey, answers=given, details={}),
        typed=journey.details,
        summary=summary,
        until=kept.until.astimezone(summary.place.zone),
        wrong=wrong or {},
        step="answers" if given else "hold",
    )


async def _call_page(asked: NoscriptRequest, journey: BookingState, refusal: CallTheClinic) -> Response:
    """Nothing of the answers is on it, nor is any time held."""
    async with asked.desk.database.write() as session:
        now = await asked.desk.now(session)
        await release_times(session, journey, now=now, by=asked.desk.holder(asked.request))
        suitable = [
            offer
            for offer in await bookable_services(session, asked.say, now=now)
            if offer.slug in refusal.suitable
        ]
    return await asked.page("call", suitable=suitable)
