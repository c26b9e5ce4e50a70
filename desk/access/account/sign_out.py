"""Signing out."""

from starlette.responses import Response

from booking.staff.sessions import end_session
from desk.http.cookie import clear_session
from desk.http.request import DeskRequest
from desk.http.routing import SIGN_IN


async def sign_out(request: DeskRequest) -> Response:
    """`POST`: end this browser's session. What it showed is not kept by the browser."""
    async with request.site.database.write() as session:
        await end_session(session, request.member, request.session.id, now=request.now)
    response = request.redirect(f"{SIGN_IN}?lang={request.texts.language}")
    clear_session(response)
    return response
