"""The page that a reminder leads to: it asks once whether the patient comes."""

from http import HTTPStatus

from starlette.responses import Response

from booking.reminders.confirm import confirm
from booking.waiting_list.rules import has_waiting_list
from rendering.form import read_form
from web.noscript.request import page_url
from web.visits.request import VisitRequest
from web.visits.unknown import unknown_link
from web.visits.views import visit_seen_in, visit_views


async def visits_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}`: the visits to come, or else the last. It changes nothing."""
    return await show_visits(request)


async def show_visits(request: VisitRequest, *, reason: str = "", other_times: str = "") -> Response:
    """That page; with a `reason` it says why a cancellation can't be undone, and leads to other times."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        rows = await request.visits(session)
        views = await visit_views(session, rows, request.texts.language, now=now)
        can_wait = await has_waiting_list(session)
    if not views:
        return await unknown_link(request)
    coming = [view for view in views if view.is_coming]
    return await request.page(
        "visits",
        visits=coming or views[-1:],
        is_coming=bool(coming),
        seen=[("seen", view.seen) for view in coming],
        is_confirmed=all(view.is_confirmed for view in coming),
        done=request.http.query_params.get("done", ""),
        undoable=[view for view in views if view.undo_until],
        reason=reason,
        other_times=other_times,
        again=page_url(
            query=[("practitioner", rows[-1].practitioner)],
            language=request.texts.language,
            service=rows[-1].service,
        ),
        status=HTTPStatus.CONFLICT if reason else HTTPStatus.OK,
        can_wait=can_wait,
        can_move_course=sum(view.change_until is not None for view in coming) > 1,
    )


async def confirm_visits(request: VisitRequest) -> Response:
    """`POST /visits/{token}` with the visits that the page showed, `seen`; then the page says thank you."""
    form = await read_form(request.http)
    seen = dict(visit for text in form.all("seen") if (visit := visit_seen_in(text)))
    async with request.site.database.write() as session:
        await confirm(session, request.token, seen, now=await request.site.now(session))
    return request.redirect(request.url())
