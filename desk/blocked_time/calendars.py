"""Practitioners' calendars elsewhere: how each is, the visits that collide, and a form to add one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.blocked_time.coming import visits_inside
from booking.appointments.blocked_time.offer import offer_times
from booking.calendars.busy.caldav import FoundCalendar
from booking.calendars.busy.manage import (
    CalendarRefused,
    SeveralCalendars,
    add_calendar,
    colliding_visits,
    listed_calendars,
    remove_calendar,
)
from booking.calendars.busy.source import CalendarSource
from booking.calendars.visit_calendars.manage import listed_visit_calendars
from booking.domain.errors import InvalidInput, NotFound
from booking.domain.role import Role
from booking.storage.models.desk.busy_calendars import BusyCalendarKind
from booking.storage.queries.catalogue import get_clinic
from desk.blocked_time.calendar_lines import CalendarLine, VisitCalendarLine
from desk.blocked_time.views import BlockWords, VisitLine, all_slugs
from desk.http import looks
from desk.http.identifiers import id_in
from desk.http.request import DeskRequest
from rendering.form import Form

CALENDARS = "/desk/calendars"
LOOK = "visits that collide with calendars elsewhere"
MAX_VALUE = 2000
KEEPERS = frozenset({Role.OWNER, Role.PRACTITIONER})
"""Who adds and removes calendars: a secret address shows all of a person's calendar."""
FIELD_OF_PATH = {"url": "url", "username": "username", "password": "password", "practitioner": "practitioner"}


@dataclass(frozen=True)
class CalendarForm:
    """Values as they were typed, but the password, which no page repeats. `found` are to choose from."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    field: str = ""
    found: Sequence[FoundCalendar] = ()

    @classmethod
    def read(cls, form: Form) -> "CalendarForm":
        names = ("practitioner", "url", "username")
        return cls({name: form.get(name)[:MAX_VALUE].strip() for name in names})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


async def calendars_page(request: DeskRequest) -> Response:
    """`GET /desk/calendars`."""
    return await _page(request, CalendarForm())


async def _page(request: DeskRequest, form: CalendarForm) -> Response:
    async with request.site.database.read() as session:
        words = await BlockWords.of(session, request.texts)
        practitioners = words.practitioner_choices(request.only_practitioner)
        slugs = all_slugs(practitioners)
        policy = (await get_clinic(session)).busy_calendars
        lines = [
            CalendarLine.of(each, words, policy, now=request.now)
            for each in await listed_calendars(session, slugs)
        ]
        colliding = await colliding_visits(session, slugs, now=request.now)
        written = [
            VisitCalendarLine.of(each, words)
            for each in await listed_visit_calendars(session)
            if each.calendar.practitioner in slugs
        ]
        found = await visits_inside(session, colliding, now=request.now)
        named = [] if request.hides_names else [each.appointment.patient for each in found]
        unseen = await looks.unseen(session, request, named, detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    visits: list[VisitLine] = [words.visit(each, hides_names=request.hides_names) for each in found]
    return await request.page(
        "blocked_time/calendars.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.wrong or form.found else HTTPStatus.OK,
        form=form,
        practitioners=practitioners,
        lines=lines,
        written=written,
        visits=visits,
        can_keep=request.member.role in KEEPERS,
    )


async def add_one(request: DeskRequest) -> Response:
    """`POST /desk/calendars`: asks the calendar first; a refusal keeps what was typed but the password."""
    form = CalendarForm.read(request.form)
    if request.only_practitioner not in (None, form["practitioner"]):
        return await _refused(request, form, "practitioner")
    password = request.form.get("password")[:MAX_VALUE]
    kind = BusyCalendarKind.CALDAV if form["username"] or password else BusyCalendarKind.ICS
    source = CalendarSource(kind, form["url"], form["username"], password)
    try:
        await add_calendar(
            request.site.database,
            request.site.calendars.client,
            form["practitioner"],
            source,
            actor=request.actor,
            now=request.now,
        )
    except SeveralCalendars as several:
        return await _page(request, CalendarForm(form.values, found=several.calendars))
    except CalendarRefused as refused:
        return await _refused(request, form, "url", "desk.calendars.failure." + refused.code)
    except NotFound:
        return await _refused(request, form, "practitioner")
    except InvalidInput as refusal:
        path = refusal.path[0] if refusal.path else "url"
        code = "conflict" if refusal.code == "conflict" else path
        return await _refused(request, form, FIELD_OF_PATH.get(path, "url"), "desk.calendars.wrong." + code)
    return request.redirect(CALENDARS)


async def _refused(
    request: DeskRequest, form: CalendarForm, field: str, key: str = "desk.calendars.wrong.practitioner"
) -> Response:
    return await _page(request, CalendarForm(form.values, request.texts(key), field))


async def ask_one(request: DeskRequest) -> Response:
    """`POST /desk/calendars/{id}/ask`: asks it now, whatever its age."""
    calendar = id_in(request.http.path_params["id"])
    async with request.site.database.read() as session:
        slugs = None if request.only_practitioner is None else [request.only_practitioner]
        known = {each.calendar.id for each in await listed_calendars(session, slugs)}
    if calendar not in known:
        raise NotFound("This calendar is not there any more.", path=("id",))
    await request.site.calendars.refresh(calendar, now=request.now)
    return request.redirect(CALENDARS)


async def offer_other_times(request: DeskRequest) -> Response:
    """`POST /desk/calendars/offer`: a mail with other times to each patient who has had none."""
    async with request.site.database.write() as session:
        words = await BlockWords.of(session, request.texts)
        slugs = all_slugs(words.practitioner_choices(request.only_practitioner))
        visits = await colliding_visits(session, slugs, now=request.now)
        await offer_times(session, visits, actor=request.actor, now=request.now)
    return request.redirect(CALENDARS)


async def remove_one(request: DeskRequest) -> Response:
    """`POST /desk/calendars/{id}/remove`: with its address and its copy."""
    calendar = id_in(request.http.path_params["id"])
    async with request.site.database.write() as session:
        await remove_calendar(session, calendar, only_practitioner=request.only_practitioner, now=request.now)
    return request.redirect(CALENDARS)
