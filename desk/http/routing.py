"""Routes of the desk: each says whom it is for, and none is reached without a session by mistake."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from booking.domain.errors import BookingError, NotFound, TryAgain
from booking.domain.role import Role
from booking.i18n.locales import texts_for
from booking.staff.sessions import session_of, should_touch, touch_session
from booking.storage.queries.catalogue import get_clinic
from desk.http.cookie import clear_session, session_token
from desk.http.next_page import DAY, next_page
from desk.http.problem_text import problem_text
from desk.http.request import EVERY_ROLE, DeskRequest, PublicRequest
from desk.http.same_origin import is_same_origin
from desk.http.site import DeskSite
from rendering.form import BadForm, read_form
from rendering.language import language_of

Handler = Callable[[DeskRequest], Awaitable[Response]]
PublicHandler = Callable[[PublicRequest], Awaitable[Response]]

SIGN_IN = "/desk/sign-in"
BACKGROUND = "book-online-background"
"""The header of requests that a page sends by itself: they are no use of the session."""


def desk_route(
    site: DeskSite,
    path: str,
    handler: Handler,
    *,
    methods: Collection[str] = ("GET",),
    roles: Collection[Role] = EVERY_ROLE,
    is_use: bool = True,
    takes_file: bool = False,
) -> Route:
    """A page, or a change, for members of these roles who are signed in.

    Unless `is_use`, a page asks for it by itself, and the session may become idle meanwhile. A change (any
    method but GET and HEAD) is taken from the desk's own pages alone. With `takes_file` the handler reads the
    body itself, once it is known whose it is.
    """

    async def respond(http: Request) -> Response:
        return await _guarded(
            site, http, lambda public: _as_member(public, handler, roles, is_use), reads_form=not takes_file
        )

    return Route(path, respond, methods=list(methods))


def public_route(
    site: DeskSite, path: str, handler: PublicHandler, *, methods: Collection[str] = ("GET",)
) -> Route:
    """A page for anybody, at the cost of a page."""

    async def respond(http: Request) -> Response:
        site.charge(http)
        return await _guarded(site, http, handler)

    return Route(path, respond, methods=list(methods))


async def _guarded(
    site: DeskSite, http: Request, handler: PublicHandler, *, reads_form: bool = True
) -> Response:
    """What the handler responds, or the page of its refusal."""
    public = PublicRequest(site, http, texts_for(language_of(http)))
    try:
        if http.method not in ("GET", "HEAD") and not is_same_origin(http):
            return await _notice(public, "foreign", HTTPStatus.FORBIDDEN)
        if reads_form:
            public = replace(public, form=await read_form(http))
        return await handler(public)
    except BadForm as refusal:
        return await _notice(public, "badForm", refusal.status)
    except NotFound:
        return await _notice(public, "missing", HTTPStatus.NOT_FOUND)
    except TryAgain as refusal:
        card = site.cards.last.get(public.texts.language)
        response = public.render(
            "notice.html", card, status=HTTPStatus.SERVICE_UNAVAILABLE, notice="outOfOrder", reason=None
        )
        response.headers["Retry-After"] = str(int(refusal.retry_after.total_seconds()))
        return response
    except BookingError as refusal:
        reason = problem_text(public.texts, refusal)
        return await _notice(public, "refused", HTTPStatus.CONFLICT, reason=reason)
    except HTTPException as refusal:
        if refusal.status_code != HTTPStatus.NOT_FOUND:
            raise
        return await _notice(public, "missing", HTTPStatus.NOT_FOUND)


async def _as_member(
    public: PublicRequest, handler: Handler, roles: Collection[Role], is_use: bool
) -> Response:
    request = await signed_in(public)
    if request is None:
        return _to_sign_in(public)
    if request.member.role not in roles:
        return await _notice(request, "notYours", HTTPStatus.FORBIDDEN)
    is_use = is_use and BACKGROUND not in request.http.headers
    if is_use and should_touch(request.session, now=request.now):
        async with request.site.database.write() as session:
            await touch_session(session, request.session.id, now=request.now)
        request = replace(request, session=replace(request.session, last_seen_at=request.now))
    return await handler(request)


async def signed_in(public: PublicRequest) -> DeskRequest | None:
    """The request as one of the member whose cookie it has; None without a session that is open."""
    token = session_token(public.http)
    if token is None:
        return None
    async with public.site.database.read() as session:
        now = await public.site.now(session)
        idle = (await get_clinic(session)).sign_out_after
        found = await session_of(session, token, now=now, idle=idle)
    if found is None:
        return None
    texts = texts_for(language_of(public.http, chosen=found.member.language))
    return DeskRequest(public.site, public.http, texts, public.form, session=found, idle=idle, now=now)


def _to_sign_in(public: PublicRequest) -> Response:
    """The sign-in page; afterwards a page that was asked for is shown. A change has to be made again: the
    page says so, and leads to the one from which it was sent."""
    query = {"lang": public.texts.language}
    if public.http.method in ("GET", "HEAD"):
        path = public.http.url.path
        query["next"] = f"{path}?{public.http.url.query}" if public.http.url.query else path
    else:
        query |= {"next": _page_of_change(public.http), "unsaved": "1"}
    response = public.redirect(f"{SIGN_IN}?{urlencode(query)}")
    if session_token(public.http) is not None:
        clear_session(response)
    return response


def _page_of_change(http: Request) -> str:
    """The page whose form was sent. A refused change is shown at its own address: its page is above that."""
    try:
        sent_from = urlsplit(http.headers.get("referer", ""))
    except ValueError:
        return DAY
    page = sent_from._replace(scheme="", netloc="", fragment="").geturl()
    path = sent_from.path
    while path.startswith("/desk/") and not _is_page(http, path):
        page = path = path.rpartition("/")[0]
    return next_page(page)


def _is_page(http: Request, path: str) -> bool:
    asked: Scope = {"type": "http", "method": "GET", "path": path}
    return any(route.matches(asked)[0] is Match.FULL for route in http.app.routes)


async def _notice(
    public: PublicRequest, notice: str, status: HTTPStatus, *, reason: str | None = None
) -> Response:
    """A page that says why there is none, and leads back to the day."""
    return await public.page("notice.html", status=status, notice=notice, reason=reason)
