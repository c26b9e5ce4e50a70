"""Pages of a patient's own visits, which work without a script: links in mails lead here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from booking.domain.errors import TryAgain
from rendering.form import BadForm
from web.noscript.request import NoscriptSite
from web.visits.address import address_page, correct_address
from web.visits.cancel import cancel_page, cancel_visit, undo_cancel
from web.visits.confirm import confirm_visits, visits_page
from web.visits.course import course_page, move_course
from web.visits.earlier import earlier_page, wait_for_earlier
from web.visits.lost import lost_link_routes
from web.visits.move import move_page, move_visit
from web.visits.reminders import reminders_page, resume_reminders, stop_reminders
from web.visits.request import VisitRequest

R = TypeVar("R", bound=VisitRequest)
Page = Callable[[VisitRequest], Awaitable[Response]]
PAGES: dict[tuple[str, str], Page] = {
    ("GET", ""): visits_page,
    ("POST", ""): confirm_visits,
    ("GET", "/cancel"): cancel_page,
    ("POST", "/cancel"): cancel_visit,
    ("POST", "/undo"): undo_cancel,
    ("GET", "/move"): move_page,
    ("POST", "/move"): move_visit,
    ("GET", "/course"): course_page,
    ("POST", "/course"): move_course,
    ("GET", "/earlier"): earlier_page,
    ("POST", "/earlier"): wait_for_earlier,
    ("GET", "/address"): address_page,
    ("POST", "/address"): correct_address,
    ("GET", "/reminders"): reminders_page,
    ("POST", "/reminders"): stop_reminders,
    ("POST", "/reminders/resume"): resume_reminders,
}


def visit_routes(site: NoscriptSite) -> list[BaseRoute]:
    """All below `/visits/{token}`, and the page for a lost link. A GET changes nothing."""
    return lost_link_routes(site) + [
        Route(f"/visits/{{token}}{path}", partial(respond, site, VisitRequest, page), methods=[method])
        for (method, path), page in PAGES.items()
    ]


async def respond(
    site: NoscriptSite, kind: type[R], page: Callable[[R], Awaitable[Response]], http: Request
) -> Response:
    """The page of a secret link; a right secret pays where the client can't."""
    request = kind.of(site, http)
    try:
        site.charge(http)
    except HTTPException:
        if not await site.is_paid_by_secret([request.token]):
            raise
    try:
        request = replace(request, texts=await site.texts_today(request.texts))
        return await page(request)
    except BadForm:
        return request.redirect(request.url())  # Nothing was done; the page shows what is so.
    except TryAgain as refusal:
        card = site.cards.last.get(request.texts.language)
        response = request.render(
            "noscript/try_again.html",
            card,
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            fields=[],
            method=http.method,
            address=http.url.path,
        )
        response.headers["Retry-After"] = str(int(refusal.retry_after.total_seconds()))
        return response
