"""Moving a visit by the link in a mail: open times, a page that asks, and the button."""

from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.reschedule import RescheduleRequest, reschedule, turn_to_move
from booking.catalogue.lookup import all_services
from booking.domain.errors import BookingError, TryAgain
from booking.scheduling.criteria import SlotCriteria
from rendering.form import read_form
from web.noscript.booking_state import BookingState, Choice
from web.noscript.open_days import TimeSearch
from web.noscript.times import REASONS
from web.noscript.views import location_views
from web.visits.chosen import chosen_visit
from web.visits.request import VisitRequest
from web.visits.views import visit_views


async def move_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/move?visit=&from=`: open times; with one chosen, `at`, it asks."""
    query = request.http.query_params
    return await _move_page(request, query.get("visit", ""), Choice.parse(query.get("at", "")))


async def move_visit(request: VisitRequest) -> Response:
    """`POST /visits/{token}/move` with the `visit` that was seen, and `at`. A refusal shows other times."""
    form = await read_form(request.http)
    seen, choice = form.get("visit"), Choice.parse(form.get("at"))
    database = request.site.database
    async with database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, seen, now=now)
    if row is None or choice is None:
        return request.redirect(request.url())
    change = RescheduleRequest(
        request.token, choice.starts_at, row.id, location=choice.location, idempotency_key=None
    )
    try:
        async with turn_to_move(database, change, now=now), database.write() as session:
            await reschedule(session, change, now=now)
    except TryAgain:
        raise
    except (BookingError, ExceptionGroup) as refusal:
        reason = request.texts(REASONS.get(type(refusal), "problem.other"))
        return await _move_page(request, seen, None, reason=reason)
    return request.redirect(request.url(done="moved"))


async def _move_page(
    request: VisitRequest, seen: str, choice: Choice | None, *, reason: str = ""
) -> Response:
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, seen, now=now)
        views = await visit_views(session, [row] if row else [], request.texts.language, now=now)
        if row is None or views[0].change_until is None:
            return request.redirect(request.url())
        locations = await location_views(session, request.texts)
        if choice is not None and choice.location in locations:
            starts_at = choice.starts_at.astimezone(locations[choice.location].zone)
            return await request.page(
                "move_ask", here="move", visit=views[0], at=choice.code, starts_at=starts_at
            )
        service = (await all_services(session))[row.service]
        criteria = SlotCriteria(service, row.practitioner, row.location)
        search = TimeSearch(
            request.site.database, session, criteria, BookingState(row.service), locations, now
        )
        days = await search.open_days(request.http.query_params.get("from", ""))
    return await request.page(
        "move",
        here="move",
        status=HTTPStatus.CONFLICT if reason else HTTPStatus.OK,
        visit=views[0],
        days=days,
        zone_note=request.texts.zone_note(now.astimezone(days.zone)),
        reason=reason,
    )
