"""A change of a visit as a form of the desk asks for it, and the page that follows."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from starlette.responses import Response

from booking.appointments.by_staff.change import ByStaff
from booking.domain.errors import BookingError, NotFound, TryAgain
from booking.storage.session import BookingSession
from desk.http.next_page import next_page
from desk.http.request import DeskRequest
from desk.visits.sheet import respond_with_sheet
from rendering.form import BadForm

Choice = TypeVar("Choice", bound=StrEnum)
Change = Callable[[BookingSession], Awaitable[object]]


async def change_visit(
    request: DeskRequest, visit: UUID, change: Change, *, typed_note: str | None = None
) -> Response:
    """Make the change and lead to `next`; a refusal shows the visit as it is now, with the reason.

    Raises:
        NotFound: there is no such visit, or it is another practitioner's.
        TryAgain: the database can't answer, so there is no sheet to show.
    """
    try:
        async with request.site.database.write() as session:
            await change(session)
    except (NotFound, TryAgain):
        raise
    except BookingError as refusal:
        return await respond_with_sheet(request, visit, refusal=refusal, typed_note=typed_note)
    return request.redirect(next_page(request.form.get("next")))


def choice_in(request: DeskRequest, name: str, choices: type[Choice]) -> Choice:
    """
    Raises:
        BadForm: it is none that the form offers.
    """
    try:
        return choices(request.form.get(name))
    except ValueError as reason:
        raise BadForm(HTTPStatus.BAD_REQUEST) from reason


def version_in(request: DeskRequest) -> int:
    """
    Raises:
        BadForm: there is none, so that nobody's change would be noticed.
    """
    text = request.form.get("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadForm(HTTPStatus.BAD_REQUEST)
    return int(text)


def by_staff(request: DeskRequest) -> ByStaff:
    """Who asks, with the version that they saw.

    The patient is told unless the form offers the choice (`notify` is there) and nobody chose `yes`.
    """
    told = request.form.all("notify")
    return ByStaff(
        request.actor,
        version_in(request),
        notify=not told or "yes" in told,
        only_practitioner=request.only_practitioner,
    )
