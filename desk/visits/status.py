"""What became of a visit, noted at the desk."""

from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.status import set_status
from booking.domain.errors import BookingError, NotFound, TryAgain
from booking.storage.models.appointments import AppointmentStatus
from desk.http.next_page import next_page
from desk.http.request import DeskRequest
from desk.visits.sheet import respond_with_sheet, visit_in
from rendering.form import BadForm


async def change_status(request: DeskRequest) -> Response:
    """`POST` with `status`, the `version` that was seen, and `next`, the page to show then.

    A refusal shows the visit as it is now, with the reason.
    """
    visit = visit_in(request)
    try:
        status = AppointmentStatus(request.form.get("status"))
    except ValueError as reason:
        raise BadForm(HTTPStatus.BAD_REQUEST) from reason
    try:
        async with request.site.database.write() as session:
            await set_status(
                session,
                visit,
                status,
                version=version_in(request),
                actor=request.actor,
                now=request.now,
                only_practitioner=request.only_practitioner,
            )
    except (NotFound, TryAgain):
        raise
    except BookingError as refusal:
        return await respond_with_sheet(request, visit, refusal=refusal)
    return request.redirect(next_page(request.form.get("next")))


def version_in(request: DeskRequest) -> int:
    """
    Raises:
        BadForm: there is none, so that nobody's change would be noticed.
    """
    text = request.form.get("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadForm(HTTPStatus.BAD_REQUEST)
    return int(text)
