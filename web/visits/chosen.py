"""Which of the visits of a link a page is about."""

from datetime import datetime

from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.session import BookingSession
from web.visits.request import VisitRequest
from web.visits.views import visit_seen_in


async def chosen_visit(
    request: VisitRequest, session: BookingSession, seen: str, *, now: datetime
) -> Appointment | None:
    """The visit to come that was `seen` at the time that it has; without one, the only one to come.

    None where it is another link's, has begun, or was moved or cancelled meanwhile.
    """
    coming = [
        row
        for row in await request.visits(session)
        if row.status is AppointmentStatus.BOOKED and row.starts_at > now
    ]
    if seen:
        coming = [row for row in coming if (row.id, row.starts_at) == visit_seen_in(seen)]
    return coming[0] if len(coming) == 1 else None
