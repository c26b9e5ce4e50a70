"""The way back from the OpenID provider."""

from starlette.responses import Response

from booking.domain.errors import BookingError
from booking.staff.attempts import attempt_was_right
from booking.staff.openid.identities import connect_identity, member_of_identity
from booking.staff.openid.sign_in import ProvenSignIn, ProviderAnswer, prove_sign_in
from booking.staff.refusals import SignInOutdated
from desk.access.account.page import ACCOUNT
from desk.access.openid.refusals import REFUSALS, to_refusal
from desk.access.openid.request_cookie import SentBrowser, forget_browser, sent_browser
from desk.access.openid.send import required_provider
from desk.access.sign_in.complete import signed_in_response
from desk.http.next_page import next_page
from desk.http.request import PublicRequest
from desk.http.routing import SIGN_IN, signed_in


async def openid_callback(request: PublicRequest) -> Response:
    """`GET` with `state`, and `code` or `error`: sign in, or connect, or say why not."""
    sent = sent_browser(request.http)
    try:
        response = await _answered(request, sent)
    except REFUSALS as refusal:
        response = await _refused(request, sent, refusal)
    forget_browser(response)
    return response


async def _answered(request: PublicRequest, sent: SentBrowser) -> Response:
    provider, database, query = required_provider(request), request.site.database, request.form
    answer = ProviderAnswer(query.get("state"), query.get("code"), query.get("error"), query.get("iss"))
    async with database.read() as session:
        now = await request.site.now(session)
    proven = await prove_sign_in(database, provider, answer, sent.token, address=request.address, now=now)
    if proven.connects is not None:
        return await _connected(request, proven)
    async with database.write() as session:
        member = await member_of_identity(session, proven.identity, address=request.address, now=now)
        await attempt_was_right(session, proven.attempt)
        return await signed_in_response(session, request, member, to=next_page(sent.next), now=now)


async def _connected(request: PublicRequest, proven: ProvenSignIn) -> Response:
    """The member who was sent must still be signed in, here."""
    here = await signed_in(request)
    if here is None or here.member.id != proven.connects:
        raise SignInOutdated
    async with request.site.database.write() as session:
        await attempt_was_right(session, proven.attempt)
        await connect_identity(session, here.member, proven.identity, actor=here.actor, now=here.now)
    return request.redirect(ACCOUNT)


async def _refused(request: PublicRequest, sent: SentBrowser, refusal: BookingError) -> Response:
    language = sent.language or request.texts.language
    if sent.next == ACCOUNT and await signed_in(request):
        return to_refusal(request, ACCOUNT, refusal, lang=language)
    return to_refusal(request, SIGN_IN, refusal, lang=language, next=next_page(sent.next))
