"""The member's own sessions, ended one by one or all at once, and hidden names."""

from starlette.responses import Response

from booking.staff.sessions import end_all_sessions, end_session, set_hides_names
from desk.access.account.page import ACCOUNT
from desk.http.identifiers import id_in
from desk.http.next_page import next_page
from desk.http.request import DeskRequest


async def end_one(request: DeskRequest) -> Response:
    """`POST` with `session`, the id of one of the member's own."""
    ended = id_in(request.form.get("session"))
    async with request.site.database.write() as session:
        await end_session(session, request.member, ended, now=request.now)
    return request.redirect(ACCOUNT)


async def end_others(request: DeskRequest) -> Response:
    """`POST`: end all sessions of the member but this one."""
    async with request.site.database.write() as session:
        await end_all_sessions(session, request.member, but=request.session.id, now=request.now)
    return request.redirect(ACCOUNT)


async def hide_names(request: DeskRequest) -> Response:
    """`POST` with `hide` of 1 or 0, and `next`, the page to show then; without `hide` it changes over."""
    wanted = request.form.get("hide")
    hides = wanted == "1" if wanted in ("0", "1") else not request.hides_names
    async with request.site.database.write() as session:
        await set_hides_names(session, request.member, request.session.id, hides_names=hides)
    return request.redirect(next_page(request.form.get("next")))
