"""The page that leads to the desk: all ways to sign in."""

from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.storage.queries.catalogue import get_clinic
from desk.access.openid.refusals import refusal_named
from desk.access.passkey_party import passkey_party
from desk.http.next_page import next_page
from desk.http.problem_text import problem_text
from desk.http.request import PublicRequest
from desk.http.routing import signed_in


async def sign_in_page(request: PublicRequest) -> Response:
    """`GET /desk/sign-in`; a browser that is signed in goes on to the page that it asked for.

    `refused` names why a sign-in at the OpenID provider let nobody in.
    """
    if await signed_in(request):
        return request.redirect(next_page(request.form.get("next")))
    reason = refusal_named(request.form.get("refused"), request.texts)
    return await _page(request, reason, HTTPStatus.OK, opens_password=False)


async def sign_in_choices(request: PublicRequest, *, refusal: BookingError, status: HTTPStatus) -> Response:
    """The page with all ways, and why the last one failed. A name that was typed stays."""
    return await _page(request, problem_text(request.texts, refusal), status, opens_password=True)


async def _page(
    request: PublicRequest, reason: str | None, status: HTTPStatus, *, opens_password: bool
) -> Response:
    async with request.site.database.read() as session:
        idle = (await get_clinic(session)).sign_out_after
        offers_passkeys = await passkey_party(session, request) is not None
    return await request.page(
        "sign_in/page.html",
        status=status,
        next=next_page(request.form.get("next")),
        idle=idle,
        offers_passkeys=offers_passkeys,
        reason=reason,
        opens_password=opens_password,
        name=request.form.get("name"),
        is_unsaved=request.form.get("unsaved") == "1",
    )
