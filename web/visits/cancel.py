"""Cancelling a visit by the link in a mail: a page that asks, the button, and its undo."""

from starlette.responses import Response

from booking.appointments.cancel import cancel, undo_cancellation
from booking.domain.errors import BookingError, TooLateToChange, TryAgain
from rendering.form import Form, read_form
from web.noscript.request import page_url
from web.noscript.times import REASONS
from web.visits.chosen import chosen_visit
from web.visits.confirm import show_visits
from web.visits.request import VisitRequest
from web.visits.views import visit_seen_in, visit_views


async def cancel_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/cancel?visit=`: shows the policy before the button, and changes nothing."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, request.http.query_params.get("visit", ""), now=now)
        views = await visit_views(session, [row] if row else [], request.texts.language, now=now)
    if not views or views[0].cancel_until is None:
        return request.redirect(request.url())  # That page says what can be done.
    return await request.page("cancel", here="cancel", visit=views[0])


async def cancel_visit(request: VisitRequest) -> Response:
    """`POST /visits/{token}/cancel` with the `visit` that the page showed. A refusal shows what is so now."""
    form: Form = await read_form(request.http)
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            row = await chosen_visit(request, session, form.get("visit"), now=now)
            if row is not None:
                await cancel(session, request.token, row.id, now=now)
    except TryAgain:
        raise
    except BookingError:
        row = None
    return request.redirect(request.url(done="cancelled") if row else request.url())


async def undo_cancel(request: VisitRequest) -> Response:
    """`POST /visits/{token}/undo` with the `visit` that the page showed. A refusal leads to other times."""
    form = await read_form(request.http)
    seen, other_times = visit_seen_in(form.get("visit")), ""
    try:
        async with request.site.database.write() as session:
            now = await request.site.now(session)
            rows = [row for row in await request.visits(session) if (row.id, row.starts_at) == seen]
            if not rows:
                return request.redirect(request.url())
            [row] = rows
            query = [("with", row.practitioner), ("from", f"{row.starts_at:%Y-%m-%d}")]
            other_times = page_url("times", query, language=request.texts.language, service=row.service)
            await undo_cancellation(session, request.token, row.id, now=now)
    except TryAgain:
        raise
    except BookingError as refusal:
        key = "manage.undoLate" if isinstance(refusal, TooLateToChange) else "problem.other"
        reason = request.texts(REASONS.get(type(refusal), key))
        return await show_visits(request, reason=reason, other_times=other_times)
    return request.redirect(request.url(done="undone"))
