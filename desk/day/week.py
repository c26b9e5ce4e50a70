"""The week of one practitioner at the desk: `GET /desk/week`."""

from starlette.responses import Response

from booking.agenda.week import DAYS, monday_of, week_agenda
from booking.catalogue.lookup import all_practitioners
from booking.domain.errors import NotFound
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY
from desk.day.dates import chosen_date, clinic_today
from desk.day.page import LOOK, day_values, patients_named
from desk.http import looks
from desk.http.request import DeskRequest


async def week_page(request: DeskRequest) -> Response:
    """`?date=` is any day of the week, `?practitioner=` a slug; without them this week, and the first one.

    Raises:
        NotFound: there is no such practitioner, or it is not the member's own week.
    """
    async with request.site.database.read() as session:
        today = await clinic_today(session, request.now)
        monday = monday_of(chosen_date(request.form.get("date"), today))
        practitioners = await _practitioners(session, request)
        chosen = _chosen(practitioners, request.form.get("practitioner"))
        week = await week_agenda(session, chosen, monday, with_names=not request.hides_names, now=request.now)
        unseen = await looks.unseen(session, request, patients_named(week.days), detail=LOOK)
    await looks.record(request, unseen, detail=LOOK)
    values = day_values(request, week.days[0]) | {
        "before": monday - DAYS * DAY,
        "after": monday + DAYS * DAY,
    }
    return await request.page(
        "day/week.html",
        today=today,
        monday=monday,
        week=week,
        chosen=chosen,
        practitioners=practitioners,
        **values,
    )


async def _practitioners(session: BookingSession, request: DeskRequest) -> list[Practitioner]:
    """Whose weeks the member may see, in the clinic's order."""
    rows = (await all_practitioners(session)).values()
    shown = [row for row in rows if request.only_practitioner in (None, row.slug)]
    return sorted(shown, key=lambda row: (not row.listed, row.position))


def _chosen(practitioners: list[Practitioner], wanted: str) -> str:
    slugs = [row.slug for row in practitioners]
    if not slugs or (wanted and wanted not in slugs):
        raise NotFound("There is no such practitioner.", path=("practitioner",))
    return wanted or slugs[0]
