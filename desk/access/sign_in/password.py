"""Signing in with a password and a one-time code."""

from http import HTTPStatus
from math import ceil

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.staff.password_sign_in import sign_in_with_password
from booking.staff.refusals import SignInRefused, TooManyAttempts
from desk.access.sign_in.complete import signed_in_response
from desk.access.sign_in.page import sign_in_choices
from desk.http.next_page import next_page
from desk.http.request import PublicRequest


async def use_password(request: PublicRequest) -> Response:
    """`POST` with `name` (or the e-mail address), `password` and `code`."""
    form, database = request.form, request.site.database
    async with database.read() as session:
        now = await request.site.now(session)
    try:
        member = await sign_in_with_password(
            database,
            form.get("name"),
            form.get("password"),
            form.get("code"),
            address=request.address,
            now=now,
        )
    except (SignInRefused, TooManyAttempts) as refusal:
        return await _refused(request, refusal)
    async with database.write() as session:
        return await signed_in_response(session, request, member, to=next_page(form.get("next")), now=now)


async def _refused(request: PublicRequest, refusal: BookingError) -> Response:
    if not isinstance(refusal, TooManyAttempts):
        return await sign_in_choices(request, refusal=refusal, status=HTTPStatus.FORBIDDEN)
    response = await sign_in_choices(request, refusal=refusal, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(ceil(refusal.retry_after.total_seconds()))
    return response
