"""The end of every way to sign in: a new session, and its cookie."""

from datetime import datetime

from starlette.responses import Response

from booking.staff.accounts import StaffMember
from booking.staff.sessions import end_session, session_of, start_session
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from desk.http.cookie import session_token, set_session
from desk.http.request import PublicRequest


async def signed_in_response(
    session: BookingSession, request: PublicRequest, member: StaffMember, *, to: str, now: datetime
) -> Response:
    """Start a session for the member, and lead to that page. A session of this browser ends."""
    if former := session_token(request.http):
        await _end(session, former, now=now)
    agent = request.http.headers.get("user-agent", "")
    response = request.redirect(to)
    set_session(response, await start_session(session, member, user_agent=agent, now=now))
    return response


async def _end(session: BookingSession, token: str, *, now: datetime) -> None:
    idle = (await get_clinic(session)).sign_out_after
    if found := await session_of(session, token, now=now, idle=idle):
        await end_session(session, found.member, found.id, now=now)
