"""Waiting for a first visit without a script: one page asks all that is needed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.catalogue.lookup import consent_text_in
from booking.domain.errors import (
    BookingError,
    CallTheClinic,
    ConsentRequired,
    InvalidInput,
    NoWaitingList,
    ScreeningIncomplete,
    TooManyBookings,
    TryAgain,
)
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from booking.waiting_list.join import JoinRequest, join_waiting_list
from booking.waiting_list.rules import has_waiting_list
from rendering.wishes_form import WEEKDAYS, WishesForm
from web.noscript.request import NoscriptRequest
from web.noscript.screening import QuestionsView
from web.noscript.steps import flatten, missing_names, mistake_of
from web.noscript.views import bookable_services

USUAL_WAIT = timedelta(days=14)
"""How long the page proposes to wait."""


async def waiting_page(request: NoscriptRequest) -> Response:
    """`GET /book/{service}/waiting`, and `POST` with all that the page asks."""
    if request.http.method == "POST":
        return await _join(request)
    return await _page(request)


async def _join(request: NoscriptRequest) -> Response:
    state, wishes, details = request.state, WishesForm.read(request.form), request.state.details
    site = request.site
    if state.lacks_contact_name:
        return await _page(request, mistakes=missing_names(details))
    try:
        with site.one_booking(request.http) as count:
            async with site.database.write() as session:
                now = await site.now(session)
                questions = await screening_questions_of(session, request.service)
                joining = JoinRequest(
                    service=request.service,
                    last_day=wishes.last_day,
                    practitioners=[wishes.practitioner] if wishes.practitioner else [],
                    available_times=wishes.available_times,
                    name=details["name"],
                    email=details["email"],
                    phone=details["phone"],
                    contact_name=state.contact_name,
                    language=request.texts.language,
                    answers=state.given.to(questions),
                    consent_text=state.consent or None,
                    answered_again=site.screening(request.http).was_refused,
                    idempotency_key=request.form.get("key") or None,
                )
                await join_waiting_list(session, joining, now=now, count=count)
    except (TooManyBookings, TryAgain):
        raise
    except NoWaitingList:
        return request.redirect(request.url("times"))
    except ScreeningIncomplete as refusal:
        return await _page(request, missing=refusal.missing)
    except CallTheClinic as refusal:
        site.screening(request.http).refused()
        async with site.database.read() as session:
            services = await bookable_services(session, request.texts, now=await site.now(session))
        suitable = [service for service in services if service.slug in refusal.suitable]
        return await request.page("call", suitable=suitable)
    except (BookingError, ExceptionGroup) as error:
        return await _page(request, mistakes=dict(_mistake(each, details) for each in flatten(error)))
    return await request.page("waiting/joined", email=details["email"])


def _mistake(refusal: BookingError, details: Mapping[str, str]) -> tuple[str, str]:
    """The field that is refused, and the key of the text to show there."""
    name = refusal.path[-1] if refusal.path else ""
    if isinstance(refusal, ConsentRequired) or (isinstance(refusal, InvalidInput) and name in details):
        return mistake_of(refusal, details)
    return "until", "wait.badUntil" if name == "lastDay" else "wait.refused"


async def _page(
    request: NoscriptRequest,
    *,
    mistakes: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
) -> Response:
    """`mistakes` has the key of the text to show at a field, by the field's name."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        service = await request.find_service(session, now=now)
        if service is None or service.visits > 1 or not await has_waiting_list(session):
            return request.redirect(request.url("times"))
        rows = await screening_questions_of(session, request.service)
        consent_text = await consent_text_in(session, request.texts.language)
        clinic = await get_clinic(session)
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    latest = clinic.policy.last_day(today)
    return await request.page(
        "waiting/join",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if mistakes or missing else HTTPStatus.OK,
        service=service,
        state=request.state if request.form.get("key") else request.state.with_new_key(),
        wishes=WishesForm.read(request.form),
        weekdays=WEEKDAYS,
        today=today,
        latest=latest,
        proposed=min(today + USUAL_WAIT, latest),
        questions=QuestionsView.of(rows, request.state.given, request.texts, missing=missing),
        details=request.state.details,
        consent_text=consent_text,
        mistakes=mistakes or {},
    )
