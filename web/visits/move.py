"""Moving a visit by the link in a mail: open times, a page that asks, and the button."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.reschedule import RescheduleRequest, reschedule, turn_to_move
from booking.domain.errors import BookingError, TryAgain
from booking.scheduling.criteria import criteria_to_move
from booking.storage.models.appointments import Appointment
from rendering.form import read_form
from web.noscript.booking_state import BookingState, Choice
from web.noscript.open_days import TimeSearch
from web.noscript.times import REASONS
from web.noscript.views import LocationView, PractitionerView, location_views
from web.visits.chosen import chosen_visit, practitioners_to_choose
from web.visits.request import VisitRequest
from web.visits.views import VisitView, visit_views

ANY = ""
"""Of the practitioners; others are named by their slugs."""


async def move_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/move?visit=&with=&from=`: open times; with one chosen, `at`, it asks.

    They are with the visit's own practitioner and begin on its day, unless others are wished for.
    """
    query = request.http.query_params
    choice = Choice.parse(query.get("at", ""))
    return await _move_page(request, query.get("visit", ""), choice, query.get("with"))


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
    practitioner = None if choice.practitioner == row.practitioner else choice.practitioner
    change = RescheduleRequest(
        request.token, choice.starts_at, row.id, practitioner, choice.location, idempotency_key=None
    )
    try:
        async with turn_to_move(database, change, now=now), database.write() as session:
            await reschedule(session, change, now=now)
    except TryAgain:
        raise
    except (BookingError, ExceptionGroup) as refusal:
        reason = request.texts(REASONS.get(type(refusal), "problem.other"))
        return await _move_page(request, seen, None, choice.practitioner, reason=reason)
    return request.redirect(request.url(done="moved"))


async def _move_page(
    request: VisitRequest, seen: str, choice: Choice | None, wished: str | None, *, reason: str = ""
) -> Response:
    """`wished` is a practitioner, or any; None is the visit's own."""
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        row = await chosen_visit(request, session, seen, now=now)
        views = await visit_views(session, [row] if row else [], request.texts.language, now=now)
        if row is None or views[0].change_until is None:
            return request.redirect(request.url())
        practitioners = await practitioners_to_choose(session, row, request.texts, now=now)
        locations = await location_views(session, request.texts)
        if choice is not None and choice.location in locations:
            return await _question(request, row, views[0], choice, practitioners, locations)
        slugs = {each.slug for each in practitioners}
        own = row.practitioner if row.practitioner in slugs or not slugs else ANY
        practitioner = wished if wished in {ANY, *slugs} and slugs else own
        criteria = await criteria_to_move(session, row, practitioner or None)
        search = TimeSearch(
            request.site.database,
            session,
            replace(criteria, location=row.location),
            BookingState(row.service),
            locations,
            now,
        )
        from_day = request.http.query_params.get("from") or views[0].starts_at.date().isoformat()
        days = await search.open_days(from_day)
    return await request.page(
        "move",
        here="move",
        status=HTTPStatus.CONFLICT if reason else HTTPStatus.OK,
        visit=views[0],
        days=days,
        practitioners=practitioners,
        practitioner=practitioner,
        zone_note=request.texts.zone_note(*days.extent),
        reason=reason,
    )


async def _question(
    request: VisitRequest,
    row: Appointment,
    view: VisitView,
    choice: Choice,
    practitioners: Sequence[PractitionerView],
    locations: Mapping[str, LocationView],
) -> Response:
    """Asks whether the visit shall be moved to the chosen time, and says with whom if that changes."""
    names = {each.slug: each.name for each in practitioners if each.slug != row.practitioner}
    return await request.page(
        "move_ask",
        here="move",
        visit=view,
        at=choice.code,
        starts_at=choice.starts_at.astimezone(locations[choice.location].zone),
        practitioner=names.get(choice.practitioner or row.practitioner),
        wished=choice.practitioner or row.practitioner,
    )
