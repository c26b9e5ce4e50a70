"""Booking without a script: plain pages and forms over the use-cases that the widget's API calls too."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from math import ceil

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.domain.errors import TooManyBookings, TooManyHolds, TryAgain
from booking.i18n.locales import texts_for
from booking.storage.queries.catalogue import listed_services
from rendering.form import BadForm, read_form
from web.noscript.confirmation import calendar_file
from web.noscript.request import NoscriptRequest, NoscriptSite, page_url
from web.noscript.steps import check_answers, finish, hold, release
from web.noscript.times import times_page
from web.noscript.views import bookable_services
from web.noscript.waiting import waiting_page
from web.pages import templates

Page = Callable[[NoscriptRequest], Awaitable[Response]]
STEPS: dict[str, Page] = {
    "hold": hold,
    "answers": check_answers,
    "finish": finish,
    "release": release,
    "calendar": calendar_file,
}


def noscript_routes(site: NoscriptSite) -> list[BaseRoute]:
    """All below `/book/{service}`; that page itself shows `noscript_entry`."""
    steps = [
        Route(f"/book/{{service}}/{name}", partial(_step, site, step), methods=["GET", "POST"])
        for name, step in STEPS.items()
    ]
    waiting = Route("/book/{service}/waiting", partial(_respond, site, waiting_page), methods=["GET", "POST"])
    return [Route("/book/{service}/times", partial(_respond, site, times_page)), waiting, *steps]


async def noscript_entry(site: NoscriptSite, language: str, service: str | None) -> Markup | None:
    """The content of `<book-online inline>` until a script replaces it.

    The practitioners of the service if it is named and can be booked, else all services; None if the clinic
    has no such service.
    """
    texts = texts_for(language)
    async with site.database.read() as session:
        services = await bookable_services(session, texts, now=await site.now(session))
        chosen = next((bookable for bookable in services if bookable.slug == service), None)
        is_unknown = service and chosen is None
        if is_unknown and service not in {each.slug for each in await listed_services(session)}:
            return None
    html = templates.get_template(f"noscript/{'practitioners' if chosen else 'services'}.html").render(
        services=services, service=chosen, text=texts, url=partial(page_url, language=language)
    )
    return Markup(html)  # noqa: S704  (a template made it, which escapes)


async def _step(site: NoscriptSite, step: Page, http: Request) -> Response:
    if http.method != "POST":
        # An address that was reloaded or bookmarked comes without its form.
        request = NoscriptRequest.of(site, http)
        return request.redirect(request.url("times"))
    return await _respond(site, step, http)


async def _respond(site: NoscriptSite, page: Page, http: Request) -> Response:
    request, too_much = NoscriptRequest.of(site, http), None
    try:
        site.charge(http)
    except HTTPException as refusal:
        too_much = refusal
    try:
        request = replace(request, form=await read_form(http))
    except BadForm as error:
        page = partial(NoscriptRequest.page, template="bad_form", status=error.status)
    try:
        if too_much and not await site.is_paid_by_secret(request.secrets):
            raise too_much
        request = replace(request, texts=await site.texts_today(request.texts))
        return await page(request)
    except TryAgain as refusal:
        response = request.render(
            "try_again",
            site.cards.last.get(request.texts.language),
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            fields=request.form.pairs,
            method=http.method,
            address=http.url.path,
        )
        response.headers["Retry-After"] = str(int(refusal.retry_after.total_seconds()))
        return response
    except (TooManyHolds, TooManyBookings) as refusal:
        response = await request.page(
            "too_many",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            reason="problem.tooMany" if isinstance(refusal, TooManyHolds) else "busy.text",
            fields=request.form.pairs,
            address=http.url.path,
        )
        response.headers["Retry-After"] = str(max(1, ceil(refusal.retry_after.total_seconds())))
        return response
