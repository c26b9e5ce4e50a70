"""Waiting for an earlier time than a visit has, by the link in a mail. The visit stands meanwhile."""

from http import HTTPStatus

from starlette.responses import Response

from booking.domain.errors import BookingError, InvalidInput, NoWaitingList, TryAgain
from booking.waiting_list.join import JoinRequest, join_waiting_list
from booking.waiting_list.rules import has_waiting_list
from rendering.form import Form, read_form
from rendering.wishes_form import WEEKDAYS, WishesForm
from web.visits.chosen import chosen_visit, practitioners_to_choose
from web.visits.request import VisitRequest
from web.visits.views import visit_views


async def earlier_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/earlier?visit=`: asks when; with `done`, says what comes next."""
    query = request.http.query_params
    return await _page(request, query.get("visit", ""), WishesForm.read(Form()), done="done" in query)


async def wait_for_earlier(request: VisitRequest) -> Response:
    """`POST /visits/{token}/earlier` with the `visit` that was seen, and when the patient could come."""
    form = await read_form(request.http)
    seen, wishes = form.get("visit"), WishesForm.read(form)
    try:
        with request.site.one_booking(request.http) as count:
            async with request.site.database.write() as session:
                now = await request.site.now(session)
                row = await chosen_visit(request, session, seen, now=now)
                if row is None:
                    return request.redirect(request.url())
                joining = JoinRequest(
                    manage_token=request.token,
                    appointment=row.id,
                    practitioners=[wishes.practitioner] if wishes.practitioner else [],
                    available_times=wishes.available_times,
                )
                await join_waiting_list(session, joining, now=now, count=count)
    except TryAgain:
        raise
    except NoWaitingList:
        return request.redirect(request.url())
    except (BookingError, ExceptionGroup) as refusal:
        is_wish = isinstance(refusal, InvalidInput | ExceptionGroup)
        reason = request.texts("wait.refused" if is_wish else "problem.other")
        return await _page(request, seen, wishes, reason=reason)
    return request.redirect(request.url("earlier", visit=seen, done="1"))


async def _page(
    request: VisitRequest, seen: str, wishes: WishesForm, *, reason: str = "", done: bool = False
) -> Response:
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, seen, now=now)
        views = await visit_views(session, [row] if row else [], request.texts.language, now=now)
        if row is None or views[0].change_until is None or not await has_waiting_list(session):
            return request.redirect(request.url())
        practitioners = await practitioners_to_choose(session, row, request.texts, now=now)
    return await request.page(
        "earlier",
        here="earlier",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK,
        visit=views[0],
        wishes=wishes,
        weekdays=WEEKDAYS,
        practitioners=practitioners,
        reason=reason,
        done=done,
    )
