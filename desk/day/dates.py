"""The date of a page: chosen in its address, or today on the clinic's calendar."""

import re
from datetime import date, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from starlette.responses import Response

from booking.agenda.day import FIRST_YEAR, LAST_YEAR
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.http.routing import Handler

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class NoSuchDate(Exception):
    """The address names a date that isn't one."""


def dated(page: Handler) -> Handler:
    """A page whose address names a date: one that can't be shown is answered with a page that says so."""

    async def respond(request: DeskRequest) -> Response:
        try:
            return await page(request)
        except NoSuchDate:
            return await request.page("day/no_such_date.html", status=HTTPStatus.BAD_REQUEST)

    return respond


async def clinic_today(session: BookingSession, now: datetime) -> date:
    return now.astimezone(ZoneInfo((await get_clinic(session)).time_zone)).date()


def chosen_date(wanted: str, today: date) -> date:
    """`wanted` is as the address has it; empty is today.

    Raises:
        NoSuchDate: it is no date, or too far away.
    """
    return date_in(wanted) if wanted else today


def date_in(text: str) -> date:
    """A date as an address or a form has it.

    Raises:
        NoSuchDate: it is no date, or too far away.
    """
    try:
        found = date.fromisoformat(text) if ISO_DATE.fullmatch(text) else None
    except ValueError as reason:
        raise NoSuchDate from reason
    if found is None or not is_in_reach(found):
        raise NoSuchDate
    return found


def is_in_reach(day: date) -> bool:
    """Whether a clinic may have visits then. Only such a time can be shown on the clock of any zone."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def former_month(day: date) -> date:
    """The first day of the month before."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
