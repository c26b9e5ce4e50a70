"""The language in which a member reads the desk."""

from starlette.responses import Response

from booking.staff.accounts import choose_language
from desk.access.account.page import ACCOUNT
from desk.http.request import DeskRequest


async def change_language(request: DeskRequest) -> Response:
    """`POST` with `language`: all pages of the desk are in it from now on, in each browser."""
    async with request.site.database.write() as session:
        await choose_language(session, request.member, request.form.get("language"))
    return request.redirect(ACCOUNT)
