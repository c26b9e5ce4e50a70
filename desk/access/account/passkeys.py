"""The member's passkeys: added in the browser that makes them, and removed."""

from starlette.responses import Response

from booking.domain.errors import InvalidInput
from booking.staff.passkeys.ceremonies import add_passkey, registration_options
from booking.staff.refusals import LastWayToSignIn
from booking.staff.ways_to_sign_in import remove_passkey
from desk.access.account.page import ACCOUNT, account_page_with
from desk.access.passkey_party import required_party
from desk.http.identifiers import id_in
from desk.http.request import DeskRequest


async def new_passkey_challenge(request: DeskRequest) -> Response:
    """`POST`: the options of `navigator.credentials.create`, as JSON."""
    async with request.site.database.write() as session:
        party = await required_party(session, request)
        options = await registration_options(session, request.member, party, now=request.now)
    return request.json(options)


async def save_passkey(request: DeskRequest) -> Response:
    """`POST` with `credential`, the JSON that the browser answered with, and a `name` for the list."""
    try:
        async with request.site.database.write() as session:
            await add_passkey(
                session,
                request.member,
                request.form.get("credential"),
                request.form.get("name").strip(),
                await required_party(session, request),
                actor=request.actor,
                now=request.now,
            )
    except InvalidInput as refusal:
        return await account_page_with(request, refusal)
    return request.redirect(ACCOUNT)


async def drop_passkey(request: DeskRequest) -> Response:
    """`POST` with `passkey`, its id."""
    try:
        async with request.site.database.write() as session:
            await remove_passkey(
                session,
                request.member,
                id_in(request.form.get("passkey")),
                issuer=request.site.issuer,
                actor=request.actor,
                now=request.now,
            )
    except LastWayToSignIn as refusal:
        return await account_page_with(request, refusal)
    return request.redirect(ACCOUNT)
