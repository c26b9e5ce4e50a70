"""The member's identity at the OpenID provider, given up."""

from starlette.responses import Response

from booking.staff.refusals import LastWayToSignIn
from booking.staff.ways_to_sign_in import remove_identity
from desk.access.account.page import ACCOUNT, account_page_with
from desk.access.openid.send import required_provider
from desk.http.request import DeskRequest


async def drop_identity(request: DeskRequest) -> Response:
    """`POST`: nobody signs in with it any more."""
    provider = required_provider(request)
    try:
        async with request.site.database.write() as session:
            await remove_identity(
                session, request.member, issuer=provider.issuer, actor=request.actor, now=request.now
            )
    except LastWayToSignIn as refusal:
        return await account_page_with(request, refusal)
    return request.redirect(ACCOUNT)
