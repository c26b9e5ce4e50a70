"""Somebody is put on the waiting list: on the phone, or for an earlier time than a visit has."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import Response

from booking.catalogue.lookup import all_services, consent_text_in, listed_service, practitioners_offering
from booking.domain.errors import (
    BookingError,
    CallTheClinic,
    ConsentRequired,
    InvalidInput,
    InvalidInputCode,
    NotFound,
    NoWaitingList,
    ScreeningIncomplete,
    TooLateToChange,
    TryAgain,
)
from booking.domain.translations import in_language
from booking.patients.visit_sheet import VisitSheet, visit_sheet
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from booking.storage.session import BookingSession
from booking.waiting_list.join import check_wishes, join_waiting_list
from booking.waiting_list.rules import has_waiting_list
from desk.blocked_time.views import BlockWords
from desk.booking.choices import phone_services
from desk.booking.form import answers_in
from desk.booking.patient import chosen_patient, found_people
from desk.booking.refusals import refusals_in
from desk.day.dates import clinic_today
from desk.http import looks
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest
from desk.patients.search import LOOK
from desk.patients.waiting_list.form import WaitingForm
from desk.patients.waiting_list.page import LIST
from desk.visits.visit_line import VisitLines
from rendering.wishes_form import PARTS_OF_DAY, WEEKDAYS

ADD = f"{LIST}/add"
USUAL_WAIT = timedelta(days=14)
"""How long the page proposes to wait."""
TEXTS = {
    "name": "desk.waiting.wrong.name",
    "phone": "desk.waiting.wrong.phone",
    "lastDay": "wait.badUntil",
    "practitionerId": "desk.waiting.wrong.with",
    "practitionerIds": "desk.waiting.wrong.with",
    "serviceId": "desk.waiting.wrong.service",
    "email": "desk.waiting.wrong.email",
    "appointmentId": "desk.waiting.wrong.email",
}
"""What is wrong, by the last part of a refusal's path: of a visit, that its patient has no address."""


async def add_page(request: DeskRequest) -> Response:
    """`GET /desk/waiting/add`, with `visit` for an earlier time than that has."""
    return await _page(request, WaitingForm.read(request.form))


async def questions_page(request: DeskRequest) -> Response:
    """`POST /desk/waiting/questions`: what was typed is checked, and the questions are read aloud."""
    form = WaitingForm.read(request.form)
    try:
        async with request.site.database.read() as session:
            await _check(session, request, form)
    except TryAgain:
        raise
    except BookingError as refusal:
        return await _refused(request, form, [refusal])
    except ExceptionGroup as group:
        return await _refused(request, form, list(refusals_in(group)))
    return await _questions(request, form)


async def add_one(request: DeskRequest) -> Response:
    """`POST /desk/waiting` with all that the pages ask. Answers are judged and never stored."""
    form = WaitingForm.read(request.form)
    try:
        async with request.site.database.write() as session:
            questions = [row.slug for row in await screening_questions_of(session, form.service)]
            joining = form.request(
                request, answers_in(request, questions), consents=request.form.get("consents") == "1"
            )
            joined = await join_waiting_list(session, joining, now=request.now)
    except TryAgain:
        raise
    except BookingError as refusal:
        return await _refused(request, form, [refusal])
    except ExceptionGroup as group:
        return await _refused(request, form, list(refusals_in(group)))
    return request.redirect(f"{LIST}#entry-{joined.entry.id}")


async def _refused(request: DeskRequest, form: WaitingForm, refusals: Sequence[BookingError]) -> Response:
    is_about_questions = all(
        isinstance(each, ScreeningIncomplete | CallTheClinic | ConsentRequired) for each in refusals
    )
    if is_about_questions and form.visit is None:
        return await _questions(request, form, refusals)
    unknown = (
        each for each in refusals if isinstance(each, NotFound) and TEXTS.keys().isdisjoint(each.path[-1:])
    )
    for refusal in unknown:
        raise refusal
    return await _page(request, form, refusals)


async def _check(session: BookingSession, request: DeskRequest, form: WaitingForm) -> None:
    """
    Raises:
        BookingError: something can't be used, so that nothing needs to be read aloud.
        ExceptionGroup: of several of them.
    """
    patient = await chosen_patient(session, request, form.patient)
    if patient is None and not form.name:
        raise InvalidInput("A name is needed.", path=("patient", "name"), code=InvalidInputCode.REQUIRED)
    if not (form.email or (patient and patient.email)):
        raise InvalidInput("An address is needed.", path=("email",), code=InvalidInputCode.REQUIRED)
    if (await listed_service(session, form.service)).visits > 1:
        message = "A course is booked as one."
        raise InvalidInput(message, path=("serviceId",), code=InvalidInputCode.CONFLICT)
    wishes = await check_wishes(session, form.request(request), now=request.now)
    if wishes.practitioners and not set(wishes.practitioners) & set(
        await practitioners_offering(session, form.service)
    ):
        message = "The practitioner does not offer the service."
        raise InvalidInput(message, path=("practitionerIds",), code=InvalidInputCode.CONFLICT)


async def _page(request: DeskRequest, form: WaitingForm, refusals: Sequence[BookingError] = ()) -> Response:
    """The form, and why it was refused; nothing that was typed is lost.

    Raises:
        NotFound: there is no such visit, or it is another practitioner's.
    """
    language = request.texts.language
    async with request.site.database.read() as session:
        words = await BlockWords.of(session, request.texts)
        today = await clinic_today(session, request.now)
        latest = (await get_clinic(session)).policy.last_day(today)
        rows = await phone_services(session, only_practitioner=request.only_practitioner)
        services = {row.slug: in_language(row.name, language) for row in rows if row.visits == 1}
        if form.service not in services:
            form = replace(form, service=next(iter(services), ""))
        sheet, line = await _visit(session, request, form), None
        if sheet is not None:
            line = (await VisitLines.read(session, language)).line(sheet.visit)
            latest = max(today, line.starts_at.date())
        patient = await chosen_patient(session, request, form.patient)
        people = await found_people(session, request, form.typed) if patient is None else []
        shown = [*(person.contact.id for person in people), *([patient.id] if patient else [])]
        shown += [sheet.visit.patient] if sheet else []
        has_list = await has_waiting_list(session)
        unseen = await looks.unseen(session, request, shown, detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    return await request.page(
        "patients/waiting_list/add.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusals else HTTPStatus.OK,
        reasons=[_reason(request, refusal) for refusal in refusals],
        form=form,
        query=lambda **changes: f"{ADD}?{urlencode(form.fields(**changes))}",
        has_list=has_list,
        visit=line,
        contact=sheet.contact if sheet else None,
        patient=patient,
        people=people,
        services=services,
        practitioners=words.practitioner_choices(request.only_practitioner),
        weekdays=WEEKDAYS,
        parts_of_day=[name for name, _, _ in PARTS_OF_DAY],
        today=today,
        latest=latest,
        proposed=latest if line else min(today + USUAL_WAIT, latest),
    )


async def _visit(session: BookingSession, request: DeskRequest, form: WaitingForm) -> VisitSheet | None:
    if form.visit is None:
        return None
    own = request.only_practitioner
    return await visit_sheet(session, form.visit, only_practitioner=own, now=request.now)


async def _questions(
    request: DeskRequest, form: WaitingForm, refusals: Sequence[BookingError] = ()
) -> Response:
    """The same questions as online, to be read aloud."""
    language = request.texts.language
    async with request.site.database.read() as session:
        rows = await screening_questions_of(session, form.service)
        consent = await consent_text_in(session, language)
        service = (await all_services(session))[form.service]
    return await request.page(
        "patients/waiting_list/questions.html",
        status=HTTPStatus.CONFLICT if refusals else HTTPStatus.OK,
        reasons=[_reason(request, refusal) for refusal in refusals],
        form=form,
        service=in_language(service.name, language),
        questions=[
            {
                "slug": row.slug,
                "text": in_language(row.text, language),
                "answer": request.form.get(f"answer-{row.slug}"),
            }
            for row in rows
        ],
        consent=consent.text if consent else None,
    )


def _reason(request: DeskRequest, refusal: BookingError) -> str:
    match refusal:
        case NoWaitingList():
            return request.texts("desk.waiting.closed")
        case TooLateToChange():
            return request.texts("desk.waiting.wrong.tooLate")
        case InvalidInput(path=[*_, "email"], code=code) if code is not InvalidInputCode.REQUIRED:
            return request.texts("desk.waiting.wrong.badEmail")
        case InvalidInput(path=[*_, name]) | NotFound(path=[*_, name]) if name in TEXTS:
            return request.texts(TEXTS[name])
    return problem_text(request.texts, refusal)
