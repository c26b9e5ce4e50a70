"""Correcting the e-mail address of a booking: a page that asks, and the confirmation again."""

from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import BookingError, InvalidInput, NotFound, TooLateToChange, TryAgain
from booking.patients.correct_email import correct_email
from rendering.form import read_form
from web.visits.request import VisitRequest
from web.visits.unknown import unknown_link


async def address_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/address`; with `done` it says where the confirmation goes."""
    async with request.site.database.read() as session:
        known = bool(await request.visits(session))
    return await _page(request) if known else await unknown_link(request)


async def correct_address(request: VisitRequest) -> Response:
    """`POST /visits/{token}/address` with the right `email`."""
    email = (await read_form(request.http)).get("email")
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            source = request.site.source(request.http)
            sent_to = await correct_email(session, request.token, email, source=source, now=now)
    except TryAgain:
        raise
    except NotFound:
        return await unknown_link(request)
    except BookingError as refusal:
        key = "correct.refused" if isinstance(refusal, TooLateToChange) else "correct.often"
        reason = "details.badEmail" if isinstance(refusal, InvalidInput) else key
        return await _page(request, email=email, reason=request.texts(reason))
    return await _page(request, sent_to=sent_to)


async def _page(request: VisitRequest, *, email: str = "", reason: str = "", sent_to: str = "") -> Response:
    return await request.page(
        "address",
        here="address",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        email=email,
        reason=reason,
        sent_to=sent_to,
    )
