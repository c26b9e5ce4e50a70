"""What became of a visit, noted at the desk."""

from starlette.responses import Response

from booking.appointments.status import set_status
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.session import BookingSession
from desk.http.request import DeskRequest
from desk.visits.change import change_visit, choice_in, version_in
from desk.visits.sheet import visit_in


async def change_status(request: DeskRequest) -> Response:
    """`POST` with `status`, the `version` that was seen, and `next`."""
    visit = visit_in(request)
    status = choice_in(request, "status", AppointmentStatus)

    async def change(session: BookingSession) -> None:
        await set_status(
            session,
            visit,
            status,
            version=version_in(request),
            actor=request.actor,
            now=request.now,
            only_practitioner=request.only_practitioner,
        )

    return await change_visit(request, visit, change)
