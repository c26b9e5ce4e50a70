"""Cancelling a visit at the desk."""

from http import HTTPStatus

from starlette.responses import Response

from booking.appointments.cancel import cancel
from booking.domain.errors import BookingError, NotFound, TryAgain
from booking.storage.models.appointments import CancellationReason
from desk.http.next_page import next_page
from desk.http.request import DeskRequest
from desk.visits.by_staff import by_staff
from desk.visits.sheet import respond_with_sheet, visit_in
from rendering.form import BadForm


async def cancel_visit(request: DeskRequest) -> Response:
    """`POST` with the `reason` (on whose part), `version`, `notify` and `next`.

    A refusal shows the visit as it is now, with the reason.
    """
    visit = visit_in(request)
    try:
        reason = CancellationReason(request.form.get("reason"))
    except ValueError as error:
        raise BadForm(HTTPStatus.BAD_REQUEST) from error
    try:
        async with request.site.database.write() as session:
            await cancel(session, None, visit, staff=by_staff(request), reason=reason, now=request.now)
    except (NotFound, TryAgain):
        raise
    except BookingError as refusal:
        return await respond_with_sheet(request, visit, refusal=refusal)
    return request.redirect(next_page(request.form.get("next")))
