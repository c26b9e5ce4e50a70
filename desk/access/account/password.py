"""The member's password, the authenticator app that goes with it, and the recovery codes."""

import io
from http import HTTPStatus

import segno
from markupsafe import Markup
from starlette.responses import Response

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.translations import in_language
from booking.staff.one_time_codes import confirm_code_secret, new_code_secret, unconfirmed_code_secret
from booking.staff.password_sign_in import check_current_password
from booking.staff.passwords import hash_password, set_password
from booking.staff.recovery_codes import new_recovery_codes
from booking.staff.refusals import LastWayToSignIn
from booking.staff.ways_to_sign_in import remove_password
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.desk.sign_in import password_of
from desk.access.account.page import ACCOUNT, account_page_with
from desk.http.request import DeskRequest

REASONS = {
    InvalidInputCode.OUT_OF_RANGE: "desk.password.tooShort",
    InvalidInputCode.TOO_LONG: "desk.password.tooLong",
    InvalidInputCode.WRONG_FORMAT: "desk.password.guessed",
    InvalidInputCode.UNKNOWN: "desk.password.wrongCurrent",
}
"""The texts of what is wrong with a password."""


async def password_page(request: DeskRequest) -> Response:
    """`GET /desk/account/password`: asks for a new password."""
    return await _ask(request)


async def save_password(request: DeskRequest) -> Response:
    """`POST` with `password`, and `current` where there is one; leads to the authenticator app.

    Raises:
        TooManyAttempts: the current password was guessed at.
    """
    member = request.member
    try:
        await check_current_password(
            request.site.database,
            member,
            request.form.get("current"),
            address=request.address,
            now=request.now,
        )
        names = [member.name, *([member.email] if member.email else [])]
        hashed = await hash_password(request.form.get("password"), names=names)
    except InvalidInput as refusal:
        return await _ask(request, refusal=refusal)
    async with request.site.database.write() as session:
        await set_password(
            session, member, hashed, but=request.session.id, actor=request.actor, now=request.now
        )
    return await _show_secret(request)


async def drop_password(request: DeskRequest) -> Response:
    """`POST /desk/account/password/remove`: the authenticator app and the recovery codes go with it."""
    try:
        async with request.site.database.write() as session:
            await remove_password(
                session,
                request.member,
                issuer=request.site.issuer,
                actor=request.actor,
                now=request.now,
            )
    except LastWayToSignIn as refusal:
        return await account_page_with(request, refusal)
    return request.redirect(ACCOUNT)


async def new_app(request: DeskRequest) -> Response:
    """`POST /desk/account/app`: a new secret for the app. A former one counts until this is confirmed."""
    return await _show_secret(request)


async def confirm_app(request: DeskRequest) -> Response:
    """`POST /desk/account/app/confirm` with a `code` of the app: from now on it counts."""
    try:
        async with request.site.database.write() as session:
            await confirm_code_secret(
                session, request.member, request.form.get("code"), actor=request.actor, now=request.now
            )
            codes = await new_recovery_codes(session, request.member, actor=request.actor, now=request.now)
    except InvalidInput as refusal:
        return await _show_secret(request, refusal=refusal)
    return await request.page("account/recovery_codes.html", codes=codes)


async def renew_recovery_codes(request: DeskRequest) -> Response:
    """`POST /desk/account/recovery-codes`: ten new ones, shown this once."""
    async with request.site.database.write() as session:
        codes = await new_recovery_codes(session, request.member, actor=request.actor, now=request.now)
    return await request.page("account/recovery_codes.html", codes=codes)


async def _ask(request: DeskRequest, *, refusal: InvalidInput | None = None) -> Response:
    async with request.site.database.read() as session:
        asks_current = await password_of(session, request.member.id) is not None
    return await request.page(
        "account/password.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        asks_current=asks_current,
        reason=request.texts(REASONS[refusal.code]) if refusal else None,
    )


async def _show_secret(request: DeskRequest, *, refusal: InvalidInput | None = None) -> Response:
    async with request.site.database.write() as session:
        issuer = in_language((await get_clinic(session)).name, request.texts.language)
        known = await unconfirmed_code_secret(session, request.member, issuer=issuer) if refusal else None
        secret = known or await new_code_secret(session, request.member, issuer=issuer)
    return await request.page(
        "account/app.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        secret=secret.text,
        picture=_qr_code(secret.address),
        reason=request.texts("desk.app.wrongCode") if refusal else None,
    )


def _qr_code(address: str) -> Markup:
    """An SVG that a camera reads, without inline style."""
    out = io.BytesIO()
    code = segno.make(address, micro=False)
    code.save(out, kind="svg", scale=4, border=2, xmldecl=False, svgns=False, svgclass=None, lineclass=None)
    return Markup(out.getvalue().decode())  # noqa: S704  (drawn from squares alone)
