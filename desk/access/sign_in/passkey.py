"""Signing in with a passkey."""

from http import HTTPStatus

from starlette.responses import Response

from booking.staff.passkeys.ceremonies import authentication_options, sign_in_with_passkey
from booking.staff.refusals import SignInRefused
from desk.access.passkey_party import required_party
from desk.access.sign_in.complete import signed_in_response
from desk.access.sign_in.page import sign_in_choices
from desk.http.next_page import next_page
from desk.http.request import PublicRequest


async def passkey_challenge(request: PublicRequest) -> Response:
    """`POST`: the options of `navigator.credentials.get`, as JSON; they are good once, for five minutes."""
    async with request.site.database.write() as session:
        party = await required_party(session, request)
        options = await authentication_options(session, party, now=await request.site.now(session))
    return request.json(options)


async def use_passkey(request: PublicRequest) -> Response:
    """`POST` with `credential`, the JSON that the browser answered with."""
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            party = await required_party(session, request)
            member = await sign_in_with_passkey(session, request.form.get("credential"), party, now=now)
            to = next_page(request.form.get("next"))
            response = await signed_in_response(session, request, member, to=to, now=now)
    except SignInRefused as refusal:
        return await sign_in_choices(request, refusal=refusal, status=HTTPStatus.FORBIDDEN)
    return response
