"""Booking without any script: plain pages and plain forms before the same use-cases."""

from collections.abc import Awaitable, Callable
from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.domain.errors import TryAgain
from web.noscript.confirmed import calendar
from web.noscript.form import BadForm, Form, parse_form, read_form
from web.noscript.offers import bookable_services
from web.noscript.request import NoscriptRequest, NoscriptSite, rendered, url
from web.noscript.steps import answers, finish, hold, release
from web.noscript.texts import texts_in
from web.noscript.times import times_page
from web.pages import templates

Page = Callable[[NoscriptRequest], Awaitable[Response]]
STEPS: dict[str, Page] = {
    "hold": hold,
    "answers": answers,
    "finish": finish,
    "release": release,
    "calendar": calendar,
}
UNAVAILABLE = 503


def noscript_routes(desk: NoscriptSite) -> list[BaseRoute]:
    """All behind `/book/{service}`; that page itself is `entry`."""
    steps = [
        Route(f"/book/{{service}}/{name}", partial(_step, desk, step), methods=["GET", "POST"])
        for name, step in STEPS.items()
    ]
    return [Route("/book/{service}/times", partial(_times, desk)), *steps]


async def noscript_entry(desk: NoscriptSite, language: str, service: str | None) -> Markup:
    """What `<book-online inline>` shows until a script takes its place: the services, or who offers one."""
    async with desk.database.read() as session:
        found = await bookable_services(session, texts_in(language), now=await desk.now(session))
    offer = next((offer for offer in found if offer.slug == service), None)
    html = templates.get_template(
        "noscript/practitioners.html" if offer else "noscript/services.html"
    ).render(
        offers=found,
        offer=offer,
        say=texts_in(language),
        url=partial(url, language),
    )
    return Markup(html)  # noqa: S704  (a template made it, which escapes)


async def _times(desk: NoscriptSite, request: Request) -> Response:
    try:
        asked = NoscriptRequest.of(desk, request, parse_form(request.url.query))
    except BadForm as reason:
        return await _unusable(desk, request, reason)
    return await _answer(asked, times_page)


async def _step(desk: NoscriptSite, step: Page, request: Request) -> Response:
    if request.method != "POST":
        # An address that was reloaded or kept, without what was sent to it.
        return NoscriptRequest.of(desk, request, Form()).go("times")
    try:
        asked = NoscriptRequest.of(desk, request, await read_form(request))
    except BadForm as reason:
        return await _unusable(desk, request, reason)
    return await _answer(asked, step)


async def _answer(asked: NoscriptRequest, page: Page) -> Response:
    try:
        return await page(asked)
    except TryAgain as refusal:
        request = asked.request
        card = asked.desk.known.get(asked.say.language)
        again = {"fields": asked.form.pairs, "method": request.method, "address": request.url.path}
        response = rendered("try_again", asked, card, status=UNAVAILABLE, **again)
        response.headers["Retry-After"] = str(int(refusal.retry_after.total_seconds()))
        return response


async def _unusable(desk: NoscriptSite, request: Request, reason: BadForm) -> Response:
    asked = NoscriptRequest.of(desk, request, Form())
    return await _answer(asked, partial(NoscriptRequest.page, template="bad_form", status=reason.status))
