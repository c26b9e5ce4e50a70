"""Cancelling a visit by the link in a mail: a page that asks, and the button."""

from starlette.responses import Response

from booking.appointments.cancel import cancel
from booking.domain.errors import BookingError, TryAgain
from rendering.form import Form, read_form
from web.visits.chosen import chosen_visit
from web.visits.request import VisitRequest
from web.visits.views import visit_views


async def cancel_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/cancel?visit=`: shows the policy before the button, and changes nothing."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, request.http.query_params.get("visit", ""), now=now)
        views = await visit_views(session, [row] if row else [], request.texts.language, now=now)
    if not views or views[0].change_until is None:
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
