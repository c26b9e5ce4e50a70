"""Taking an offered time by one tap, and declining it."""

import uuid
from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import (
    BookingError,
    CallTheClinic,
    NotFound,
    OfferEnded,
    ScreeningIncomplete,
    TryAgain,
)
from booking.storage.queries.catalogue import screening_questions_of
from booking.waiting_list.accept import AcceptRequest, accept_offer
from booking.waiting_list.entry import waiting_state
from booking.waiting_list.leave import decline_offer
from rendering.form import Form, read_form
from web.noscript.screening import GivenAnswers
from web.noscript.times import REASONS
from web.visits.unknown import unknown_link
from web.waiting.entry import show_entry
from web.waiting.request import WaitingRequest


async def accept(request: WaitingRequest) -> Response:
    """`POST /waiting/{token}/accept` with the `offer` that the page showed. A second tap shows the same."""
    form = await read_form(request.http)
    offer = _offer_in(form)
    if offer is None:
        return request.redirect(request.url())
    answered_again = request.site.screening(request.http).was_refused
    given = GivenAnswers.read(form)
    try:
        async with request.site.database.write() as session:
            state = await waiting_state(session, request.token)
            questions = await screening_questions_of(session, state.entry.service) if state else []
            wanted = AcceptRequest(request.token, offer, given.to(questions), answered_again)
            await accept_offer(session, wanted, now=await request.site.now(session))
    except TryAgain:
        raise
    except (OfferEnded, NotFound):
        return await show_entry(request, status=HTTPStatus.CONFLICT)  # It says that the time is gone.
    except ScreeningIncomplete as refusal:
        return await show_entry(
            request, missing=tuple(refusal.missing), given=given, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    except CallTheClinic:
        request.site.screening(request.http).refused()
        return await request.page("call", status=HTTPStatus.FORBIDDEN)
    except (BookingError, ExceptionGroup) as refusal:
        reason = request.texts(REASONS.get(type(refusal), "problem.other"))
        return await show_entry(request, reason=reason, status=HTTPStatus.CONFLICT)
    return request.redirect(request.url())


async def decline(request: WaitingRequest) -> Response:
    """`POST /waiting/{token}/decline` with the `offer`; the next in the order is asked."""
    offer = _offer_in(await read_form(request.http))
    if offer is not None:
        try:
            async with request.site.database.write() as session:
                await decline_offer(session, request.token, offer, now=await request.site.now(session))
        except NotFound:
            return await unknown_link(request)
    return request.redirect(request.url())


def _offer_in(form: Form) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.get("offer"))
    except ValueError:
        return None
