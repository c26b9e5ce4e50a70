"""The page of the member's own account: ways to sign in, and open sessions."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.notifications.staff.choice import chosen_notices
from booking.staff.passkeys.ceremonies import list_passkeys
from booking.staff.sessions import list_sessions
from booking.staff.ways_to_sign_in import ways_to_sign_in
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import sends_mails
from desk.access.account.browser_name import browser_and_system
from desk.access.openid.refusals import refusal_named
from desk.access.passkey_party import passkey_party
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest

ACCOUNT = "/desk/account"


async def account_page(request: DeskRequest) -> Response:
    """`GET /desk/account`; `refused` names why an identity was not connected."""
    return await _page(request, refusal_named(request.form.get("refused"), request.texts), HTTPStatus.OK)


async def account_page_with(request: DeskRequest, refusal: BookingError) -> Response:
    """The page, and why a change was refused."""
    return await _page(request, problem_text(request.texts, refusal), HTTPStatus.CONFLICT)


async def _page(request: DeskRequest, reason: str | None, status: HTTPStatus) -> Response:
    member = request.member
    async with request.site.database.read() as session:
        clinic = await get_clinic(session)
        sessions = await list_sessions(session, member, now=request.now, idle=clinic.sign_out_after)
        ways = await ways_to_sign_in(session, member, issuer=request.site.issuer)
        passkeys = await list_passkeys(session, member)
        notices = await chosen_notices(session, member.id)
        sends = await sends_mails(session)
        offers_passkeys = await passkey_party(session, request) is not None
    return await request.page(
        "account/page.html",
        status=status,
        reason=reason,
        sessions=sessions,
        browser_and_system=browser_and_system,
        ways=ways,
        passkeys=passkeys,
        offers_passkeys=offers_passkeys,
        notices=notices,
        sends_mails=sends,
        idle=clinic.sign_out_after,
        zone=ZoneInfo(clinic.time_zone),
    )
