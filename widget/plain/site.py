"""Booking without any script: plain pages and plain forms before the same use-cases."""

from collections.abc import Awaitable, Callable
from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.errors import TryAgain
from widget.pages import templates
from widget.plain.confirmed import calendar
from widget.plain.desk import Asked, Desk, rendered, url
from widget.plain.form import Form, Unusable, form_of, posted
from widget.plain.offers import offers
from widget.plain.say import say_in
from widget.plain.steps import answers, finish, hold, release
from widget.plain.times import times

Page = Callable[[Asked], Awaitable[Response]]
STEPS: dict[str, Page] = {
    "hold": hold,
    "answers": answers,
    "finish": finish,
    "release": release,
    "calendar": calendar,
}
UNAVAILABLE = 503


def plain_routes(desk: Desk) -> list[BaseRoute]:
    """All behind `/book/{service}`; that page itself is `entry`."""
    steps = [
        Route(f"/book/{{service}}/{name}", partial(_step, desk, step), methods=["GET", "POST"])
        for name, step in STEPS.items()
    ]
    return [Route("/book/{service}/times", partial(_times, desk)), *steps]


async def entry(desk: Desk, language: str, service: str | None) -> Markup:
    """What `<book-online inline>` shows until a script takes its place: the services, or who offers one."""
    async with desk.database.read() as session:
        found = await offers(session, say_in(language), now=await desk.now(session))
    offer = next((offer for offer in found if offer.slug == service), None)
    html = templates.get_template("plain/people.html" if offer else "plain/services.html").render(
        offers=found,
        offer=offer,
        say=say_in(language),
        url=partial(url, language),
    )
    return Markup(html)  # noqa: S704  (a template made it, which escapes)


async def _times(desk: Desk, request: Request) -> Response:
    try:
        asked = Asked.of(desk, request, form_of(request.url.query))
    except Unusable as reason:
        return await _unusable(desk, request, reason)
    return await _answer(asked, times)


async def _step(desk: Desk, step: Page, request: Request) -> Response:
    if request.method != "POST":
        # An address that was reloaded or kept, without what was sent to it.
        return Asked.of(desk, request, Form()).go("times")
    try:
        asked = Asked.of(desk, request, await posted(request))
    except Unusable as reason:
        return await _unusable(desk, request, reason)
    return await _answer(asked, step)


async def _answer(asked: Asked, page: Page) -> Response:
    try:
        return await page(asked)
    except TryAgain as refusal:
        request = asked.request
        card = asked.desk.known.get(asked.say.language)
        again = {"fields": asked.form.pairs, "method": request.method, "address": request.url.path}
        response = rendered("trouble", asked, card, status=UNAVAILABLE, **again)
        response.headers["Retry-After"] = str(int(refusal.retry_after.total_seconds()))
        return response


async def _unusable(desk: Desk, request: Request, reason: Unusable) -> Response:
    asked = Asked.of(desk, request, Form())
    return await _answer(asked, partial(Asked.page, template="unusable", status=reason.status))
