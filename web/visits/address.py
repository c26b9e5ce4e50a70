"""Correcting the e-mail address of a booking: a page that asks, and the confirmation again."""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import (
    BookingError,
    IdempotencyKeyReused,
    InvalidInput,
    NoMails,
    NotFound,
    TooLateToChange,
    TooManyCorrections,
)
from booking.domain.tokens import new_token
from booking.patients.correct_email import Correction, correct_email
from rendering.form import read_form
from web.visits.request import VisitRequest
from web.visits.unknown import unknown_link

REFUSALS: dict[type[BookingError], str] = {
    InvalidInput: "details.badEmail",
    NoMails: "lost.noMails",
    TooLateToChange: "correct.refused",
    TooManyCorrections: "correct.often",
}
"""What the page says of each."""


async def address_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/address`; with `done` it says where the confirmation goes."""
    async with request.site.database.read() as session:
        known = bool(await request.visits(session))
    return await _page(request) if known else await unknown_link(request)


async def correct_address(request: VisitRequest) -> Response:
    """`POST /visits/{token}/address` with the right `email`."""
    form = await read_form(request.http)
    email, key = form.get("email"), form.get("key")
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            source = request.site.source(request.http)
            correction = Correction(request.token, email, key or None)
            corrected = await correct_email(session, correction, source=source, now=now)
    except (NotFound, IdempotencyKeyReused):
        return await unknown_link(request)
    except tuple(REFUSALS) as refusal:
        return await _page(request, email=email, reason=request.texts(REFUSALS[type(refusal)]))
    return await _page(replace(request, token=corrected.manage_token), sent_to=corrected.email)


async def _page(request: VisitRequest, *, email: str = "", reason: str = "", sent_to: str = "") -> Response:
    """With a key of its own: a form that is sent twice is answered twice, although its link ends at once."""
    return await request.page(
        "address",
        here="address",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        email=email,
        reason=reason,
        sent_to=sent_to,
        key=new_token(),
    )
