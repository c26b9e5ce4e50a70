"""The page that leads to the desk: all ways to sign in."""

from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.storage.queries.catalogue import get_clinic
from desk.access.passkey_party import passkey_party
from desk.http.next_page import next_page
from desk.http.problem_text import problem_text
from desk.http.request import PublicRequest
from desk.http.routing import signed_in


async def sign_in_page(request: PublicRequest) -> Response:
    """`GET /desk/sign-in`; a browser that is signed in goes on to the page that it asked for."""
    if await signed_in(request):
        return request.redirect(next_page(request.form.get("next")))
    return await sign_in_choices(request)


async def sign_in_choices(
    request: PublicRequest, *, refusal: BookingError | None = None, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """The page with all ways, and why the last one failed. A name that was typed stays."""
    async with request.site.database.read() as session:
        idle = (await get_clinic(session)).sign_out_after
        offers_passkeys = await passkey_party(session, request) is not None
    return await request.page(
        "sign_in/page.html",
        status=status,
        next=next_page(request.form.get("next")),
        idle=idle,
        offers_passkeys=offers_passkeys,
        reason=problem_text(request.texts, refusal) if refusal else None,
        name=request.form.get("name"),
    )
