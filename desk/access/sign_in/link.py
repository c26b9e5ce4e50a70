"""Signing in by a link that works once."""

from http import HTTPStatus

from starlette.responses import Response

from booking.staff.refusals import SignInRefused
from booking.staff.sign_in_links import use_link
from desk.access.sign_in.complete import signed_in_response
from desk.http.next_page import next_page
from desk.http.problem_text import problem_text
from desk.http.request import PublicRequest


async def link_page(request: PublicRequest) -> Response:
    """`GET`: the secret is behind the `#`, where a module finds it. Opening the page alone uses no link, so
    that a mail program that looks at links leaves it good."""
    return await request.page("sign_in/link.html", reason=None)


async def use_sign_in_link(request: PublicRequest) -> Response:
    """`POST` with `link`: the whole link, or its secret."""
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            member = await use_link(session, request.form.get("link"), now=now)
            response = await signed_in_response(
                session, request, member, to=next_page(request.form.get("next")), now=now
            )
    except SignInRefused as refusal:
        reason = problem_text(request.texts, refusal)
        return await request.page("sign_in/link.html", status=HTTPStatus.FORBIDDEN, reason=reason)
    return response
