"""A month at a glance: `GET /desk/month`."""

from calendar import Calendar
from collections.abc import Sequence
from datetime import date

from starlette.responses import Response

from booking.agenda.month import DayCount, month_counts
from booking.timegrid.ticks import DAY
from desk.day.dates import chosen_date, clinic_today, first_of_month, former_month, next_month
from desk.http.request import DeskRequest


async def month_page(request: DeskRequest) -> Response:
    """`?date=` is any day of the month; without it this month."""
    async with request.site.database.read() as session:
        today = await clinic_today(session, request.now)
        first = first_of_month(chosen_date(request.form.get("date"), today))
        after = next_month(first)
        counts = await month_counts(session, first, after - DAY, only_practitioner=request.only_practitioner)
    return await request.page(
        "day/month.html",
        today=today,
        first=first,
        before=former_month(first),
        after=after,
        weeks=_weeks(first, counts),
    )


def _weeks(first: date, counts: Sequence[DayCount]) -> list[list[DayCount | None]]:
    """Rows from Monday to Sunday; None for a day of another month."""
    by_day = {count.day.day: count for count in counts}
    weeks = Calendar().monthdayscalendar(first.year, first.month)
    return [[by_day.get(day) for day in week] for week in weeks]
