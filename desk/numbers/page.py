"""The numbers of a span: `GET /desk/numbers`, and `GET /desk/numbers.csv` for spreadsheets."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from booking.agenda.day import FIRST_YEAR, LAST_YEAR
from booking.agenda.numbers import Numbers, numbers_of
from desk.day.dates import clinic_today
from desk.http.headers import HEADERS
from desk.http.request import DeskRequest
from desk.numbers.charts import group_bars, status_bars
from desk.numbers.lines import groups_of
from desk.numbers.span import WrongSpan, chosen_span, usual_spans
from desk.numbers.spreadsheet import numbers_file
from desk.numbers.wording import Wording

Show = Callable[[DeskRequest, date, Numbers], Awaitable[Response]]


async def numbers_page(request: DeskRequest) -> Response:
    """`?first=` and `?last=` are days on the clinic's calendar; without them the four weeks until today."""
    return await _count(request, _page)


async def numbers_csv(request: DeskRequest) -> Response:
    """The same numbers to download; wrong days lead to the page, which says what is wrong."""
    return await _count(request, _file)


async def _count(request: DeskRequest, show: Show) -> Response:
    async with request.site.database.read() as session:
        today = await clinic_today(session, request.now)
        try:
            span = chosen_span(request, today)
        except WrongSpan as wrong:
            return await _wrong_page(request, today, wrong)
        numbers = await numbers_of(
            session, span.first, span.last, only_practitioner=request.only_practitioner, now=request.now
        )
    return await show(request, today, numbers)


async def _page(request: DeskRequest, today: date, numbers: Numbers) -> Response:
    wording = Wording(request.texts)
    return await request.page(
        "numbers/page.html",
        numbers=numbers,
        statuses=status_bars(numbers, wording),
        groups=[(group, group_bars(group, wording)) for group in groups_of(numbers, request.texts)],
        wording=wording,
        **_form(today, {"first": str(numbers.first), "last": str(numbers.last)}),
    )


async def _wrong_page(request: DeskRequest, today: date, wrong: WrongSpan) -> Response:
    typed = {name: request.form.get(name) for name in ("first", "last")}
    return await request.page(
        "numbers/page.html",
        status=HTTPStatus.BAD_REQUEST,
        numbers=None,
        **_form(today, typed, wrong.problems),
    )


async def _file(request: DeskRequest, today: date, numbers: Numbers) -> Response:
    name = f"numbers-{numbers.first}-{numbers.last}.csv"
    headers = HEADERS | {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": request.texts.language,
    }
    return Response(numbers_file(numbers, request.texts), headers=headers)


def _form(today: date, typed: Mapping[str, str], problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the form shows; `typed` is as the address has it."""
    return {
        "typed": typed,
        "problems": problems or {},
        "usual": usual_spans(today),
        "earliest": date(FIRST_YEAR, 1, 1),
        "latest": date(LAST_YEAR, 12, 31),
    }
