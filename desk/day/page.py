"""The day at the desk: `GET /desk/day`, and `GET /desk/day/print` for paper."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from booking.agenda.changes import mark_of
from booking.agenda.day import day_agenda
from booking.agenda.values import DayAgenda, Gap
from booking.domain.translations import in_language
from booking.scheduling.resources import resources_of
from booking.storage.models.appointments import AppointmentStatus
from booking.timegrid.ticks import DAY
from booking.waiting_list.queue import count_waiting
from desk.day.clock import AgendaClock, seconds
from desk.day.dates import chosen_date, clinic_today
from desk.day.print_sheet import by_name, by_time
from desk.http import looks
from desk.http.request import DeskRequest, templates
from desk.visits.undo import undo_offer

HOUR = timedelta(hours=1)
SHORTEST_GAP = timedelta(minutes=15)
LOOK = "list of visits"
ICONS = (*AppointmentStatus, "squeeze-in", "held", "blocked", "calendar", "plus", "talk", "note", "confirmed")


async def day_page(request: DeskRequest) -> Response:
    """`?date=` is the day on the clinic's calendar, today without it."""
    return await _page(request, "day/day.html")


async def print_page(request: DeskRequest) -> Response:
    """The same day as a sheet of paper, by time and by name."""
    return await _page(request, "day/print.html", with_resources=True)


async def _page(request: DeskRequest, template: str, *, with_resources: bool = False) -> Response:
    async with request.site.database.read() as session:
        today = await clinic_today(session, request.now)
        day = chosen_date(request.form.get("date"), today)
        agenda = await day_agenda(
            session,
            day,
            only_practitioner=request.only_practitioner,
            with_names=not request.hides_names,
            now=request.now,
        )
        offer = await undo_offer(session, request)
        shown = [visit.id for column in agenda.columns for visit in column.visits if with_resources]
        resources = await resources_of(session, shown)
        waiting = await count_waiting(session, only_practitioner=request.only_practitioner)
        unseen = await looks.unseen(session, request, patients_named([agenda]), detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    return await request.page(
        template,
        today=today,
        undo=offer,
        waiting=waiting,
        resources=resources,
        **day_values(request, agenda),
    )


def day_values(request: DeskRequest, agenda: DayAgenda) -> dict[str, Any]:
    """What the templates of one day need."""
    return {
        "agenda": agenda,
        "columns": [column for column in agenda.columns if column.open or column.entries],
        "away": [column for column in agenda.columns if not (column.open or column.entries)],
        "is_shown": is_shown,
        "mark": mark_of(agenda),
        "visits": sum(len(column.visits) for column in agenda.columns),
        "statuses": list(AppointmentStatus),
        "words": {status.value: request.texts(f"desk.day.status.{status}") for status in AppointmentStatus},
        "icons": {name: icon(name) for name in ICONS},
        "clock": AgendaClock(request.texts, agenda.zone),
        "seconds": seconds,
        "in_language": in_language,
        "noon": agenda.first.astimezone(agenda.zone),
        "hours": [agenda.first + n * HOUR for n in range((agenda.end - agenda.first) // HOUR)],
        "before": agenda.day - DAY,
        "after": agenda.day + DAY,
        "by_time": by_time,
        "by_name": by_name,
    }


def patients_named(agendas: Iterable[DayAgenda]) -> set[uuid.UUID]:
    """The patients whose names are shown."""
    visits = (visit for agenda in agendas for column in agenda.columns for visit in column.visits)
    return {visit.patient for visit in visits if visit.name is not None}


def is_shown(gap: Gap) -> bool:
    """A gap that is too short for anything would be a line to read past."""
    return gap.ends_at - gap.starts_at >= SHORTEST_GAP


def icon(name: str) -> Markup:
    """As the macro of that name in `parts.html`, once for a page."""
    return templates.get_template("parts.html").module.icon(name)  # type: ignore[attr-defined,no-any-return]
