"""Moving a visit: by drag, by keys, and by the form of its sheet."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.catalogue.lookup import location_zones
from booking.domain.errors import InvalidInput, InvalidInputCode, NotOpen, RepeatedTime
from booking.patients.visit_sheet import visit_sheet
from booking.storage.session import BookingSession
from booking.timegrid.wall_clock import passes_on_wall_clock
from desk.day.dates import is_in_reach
from desk.http.request import DeskRequest
from desk.visits.change import by_staff, change_visit
from desk.visits.sheet import visit_in
from rendering.form import BadForm


async def move_visit(request: DeskRequest) -> Response:
    """`POST` with `starts_at`, the `practitioner` (as before without it), `version`, `notify` and `next`.

    `starts_at` without an offset is what the clock at the visit's location shows.
    """
    visit = visit_in(request)
    told = _time_in(request)
    practitioner = request.only_practitioner or request.form.get("practitioner") or None

    async def change(session: BookingSession) -> None:
        if not is_in_reach(told):
            raise NotOpen("Please choose another time.", path=("startsAt",))
        starts_at = told if told.tzinfo else await _on_the_clock(session, request, visit, told)
        wanted = RescheduleRequest(None, starts_at, visit, practitioner, staff=by_staff(request))
        await reschedule(session, wanted, now=request.now)

    return await change_visit(request, visit, change)


def _time_in(request: DeskRequest) -> datetime:
    """
    Raises:
        BadForm: no time is written so.
    """
    try:
        return datetime.fromisoformat(request.form.get("starts_at"))
    except ValueError as reason:
        raise BadForm(HTTPStatus.BAD_REQUEST) from reason


async def _on_the_clock(
    session: BookingSession, request: DeskRequest, visit: UUID, told: datetime
) -> datetime:
    """The instant at which the clock at the visit's location shows a time.

    Raises:
        NotFound: there is no such visit, or it is another practitioner's.
        RepeatedTime: the clock shows it twice; the sheet offers both.
        InvalidInput: the clock skips that time.
    """
    sheet = await visit_sheet(session, visit, only_practitioner=request.only_practitioner, now=request.now)
    zone = (await location_zones(session))[sheet.visit.location]
    passes = [each.astimezone(zone) for each in passes_on_wall_clock(told, zone)]
    match passes:
        case [starts_at]:
            return starts_at
        case [first, second]:
            message = "The clock shows this time twice that night."
            raise RepeatedTime(message, path=("startsAt",), choices=(first, second))
    raise InvalidInput("The clock skips this time.", path=("startsAt",), code=InvalidInputCode.OUT_OF_RANGE)
