"""Moving all visits of a course together, by the link in a mail: a plan, and the button that takes it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.courses.reschedule import CourseMove, MovedVisit, ask_calendars, reschedule_course
from booking.catalogue.lookup import location_zones
from booking.domain.errors import BookingError, TryAgain
from booking.i18n.texts import Texts
from booking.scheduling.course_plan import MAX_MOVE_DAYS, movable_visits, plan_move
from booking.scheduling.criteria import criteria_to_move
from booking.scheduling.slots import find_slots
from booking.storage.models.appointments import Appointment
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from rendering.form import read_form
from web.noscript.booking_state import Choice
from web.noscript.times import REASONS
from web.visits.request import VisitRequest
from web.visits.views import seen_visit, visit_seen_in

WEEK = timedelta(days=7)
NEAR = timedelta(days=3)
"""How far from its day of the plan a visit's times to choose from are."""


@dataclass(frozen=True)
class TimeOption:
    code: str
    text: str
    is_planned: bool


@dataclass(frozen=True)
class PlannedVisit:
    """A visit that can be moved, and the times that it may get: none where nothing is open near its day."""

    seen: str
    starts_at: datetime
    times: Sequence[TimeOption]


async def course_page(request: VisitRequest) -> Response:
    """`GET /visits/{token}/course?from=`: a plan from this day on, a week later unless given."""
    return await _page(request, request.http.query_params.get("from", ""))


async def move_course(request: VisitRequest) -> Response:
    """`POST /visits/{token}/course` with the visits `seen`, and `at` for each: all are moved, or none."""
    form = await read_form(request.http)
    seen = [visit_seen_in(text) for text in form.all("seen")]
    choices = [choice for code in form.all("at") if (choice := Choice.parse(code))]
    database = request.site.database
    async with database.read() as session:
        now = await request.site.now(session)
        known = {(row.id, row.starts_at) for row in await request.visits(session)}
    if not seen or len(seen) != len(choices) or not known.issuperset(seen):
        return request.redirect(request.url("course"))  # The page shows the visits as they are.
    visits = tuple(
        MovedVisit(visit[0], choice.starts_at, choice.location)
        for visit, choice in zip(seen, choices)
        if visit
    )
    move = CourseMove(request.token, visits)
    try:
        await ask_calendars(database, move, now=now)
        async with database.write() as session:
            await reschedule_course(session, move, now=now)
    except TryAgain:
        raise
    except (BookingError, ExceptionGroup) as refusal:
        reason = request.texts(REASONS.get(type(refusal), "problem.other"))
        return await _page(request, form.get("from"), reason=reason)
    return request.redirect(request.url(done="course"))


async def _page(request: VisitRequest, wished: str, *, reason: str = "") -> Response:
    async with request.site.database.read() as session:
        now = await request.site.now(session)
        rows = await request.visits(session)
        visits = await movable_visits(session, rows, now=now)
        if len(visits) < 2:
            return request.redirect(request.url())
        zones = await location_zones(session)
        own = visits[0].starts_at.astimezone(zones[visits[0].location]).date()
        day = _day(wished, own)
        plan = await _plan(session, visits, (day - own).days, request.texts, now=now)
        last = (await get_clinic(session)).policy.last_day(now.date())
    staying = sum(row.stands and row.starts_at > now for row in rows) - len(visits)
    return await request.page(
        "course",
        here="course",
        status=HTTPStatus.CONFLICT if reason else HTTPStatus.OK,
        visits=plan,
        first=min(day, now.date()),
        day=day,
        last=max(day, last),
        staying=staying,
        reason=reason,
    )


def _day(wished: str, own: date) -> date:
    """The day of the next visit that the patient wishes for; a week later for what is no day near it."""
    try:
        day = date.fromisoformat(wished)
    except ValueError:
        return own + WEEK
    return day if abs((day - own).days) <= MAX_MOVE_DAYS else own + WEEK


async def _plan(
    session: BookingSession, visits: Sequence[Appointment], by_days: int, texts: Texts, *, now: datetime
) -> list[PlannedVisit]:
    zones = await location_zones(session)
    along: list[uuid.UUID] = [row.id for row in visits]
    planned = []
    for row, slot in zip(visits, await plan_move(session, visits, by_days, now=now)):
        zone = zones[row.location]
        own = row.starts_at.astimezone(zone)
        day = own.date() + timedelta(days=by_days)
        criteria = await criteria_to_move(session, row, location=row.location, along=along)
        slots = await find_slots(
            session, replace(criteria, present=None), day - NEAR, day + NEAR, now=now, distinct_times=True
        )
        times = [
            TimeOption(
                Choice(each.starts_at, each.location, each.practitioner).code,
                texts.day_and_time(each.starts_at.astimezone(zone)),
                is_planned=slot is not None and each.starts_at == slot.starts_at,
            )
            for each in slots
        ]
        planned.append(PlannedVisit(seen_visit(row), own, times))
    return planned
