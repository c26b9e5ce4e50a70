"""The way to the OpenID provider: to sign in, or to connect an identity there with the own account."""

from starlette.responses import Response

from booking.domain.errors import NotFound
from booking.staff.openid.provider import OpenIdProvider
from booking.staff.openid.sign_in import send_to_provider
from booking.staff.refusals import ProviderUnavailable
from desk.access.account.page import ACCOUNT
from desk.access.openid.refusals import to_refusal
from desk.access.openid.request_cookie import SentBrowser, remember_browser
from desk.http.next_page import next_page
from desk.http.request import DeskRequest, PublicRequest
from desk.http.routing import SIGN_IN
from desk.http.same_origin import is_same_origin


def required_provider(request: PublicRequest) -> OpenIdProvider:
    """
    Raises:
        NotFound: the server has none.
    """
    if request.site.openid is None:
        raise NotFound("This server has no OpenID provider.")
    return request.site.openid


async def send_to_sign_in(request: PublicRequest) -> Response:
    """`GET` with `next`, the page to show afterwards. By a link: `form-action` keeps forms on this site."""
    provider, database, language = required_provider(request), request.site.database, request.texts.language
    following = next_page(request.form.get("next"))
    async with database.read() as session:
        now = await request.site.now(session)
    try:
        sent = await send_to_provider(database, provider, language=language, now=now)
    except ProviderUnavailable as refusal:
        return to_refusal(request, SIGN_IN, refusal, lang=language, next=following)
    response = request.redirect(sent.url)
    remember_browser(response, SentBrowser(sent.token, following, language))
    return response


async def send_to_connect(request: DeskRequest) -> Response:
    """`GET`, by a link of the account's page alone: no other site may connect its reader's account with an
    identity that it has signed the browser in as."""
    provider, language = required_provider(request), request.texts.language
    if not is_same_origin(request.http):
        return request.redirect(ACCOUNT)
    try:
        sent = await send_to_provider(
            request.site.database, provider, connects=request.member, language=language, now=request.now
        )
    except ProviderUnavailable as refusal:
        return to_refusal(request, ACCOUNT, refusal, lang=language)
    response = request.redirect(sent.url)
    remember_browser(response, SentBrowser(sent.token, ACCOUNT, language))
    return response
