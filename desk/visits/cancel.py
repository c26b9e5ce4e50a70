"""Cancelling a visit at the desk."""

from starlette.responses import Response

from booking.appointments.cancel import cancel
from booking.storage.models.appointments import CancellationReason
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.visits.change import by_staff, change_visit, choice_in
from desk.visits.sheet import visit_in


async def cancel_visit(request: DeskRequest) -> Response:
    """`POST` with the `reason` (on whose part), `version`, `notify` and `next`."""
    visit = visit_in(request)
    reason = choice_in(request, "reason", CancellationReason)

    async def change(session: BookingSession) -> None:
        await cancel(session, None, visit, staff=by_staff(request), reason=reason, now=request.now)

    return await change_visit(request, visit, change)
