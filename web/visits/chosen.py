"""Which of the visits of a link a page is about, and who could give it."""

from collections.abc import Sequence
from datetime import datetime

from booking.catalogue.lookup import practitioners_offering
from booking.i18n.texts import Texts
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.session import BookingSession
from web.noscript.views import PractitionerView, bookable_services
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


async def practitioners_to_choose(
    session: BookingSession, row: Appointment, texts: Texts, *, now: datetime
) -> Sequence[PractitionerView]:
    """The practitioners who may deliver the visit's service; none where it is of a course, which stays with
    its practitioner."""
    if row.course is not None:
        return []
    offering = set(await practitioners_offering(session, row.service))
    return [
        practitioner
        for service in await bookable_services(session, texts, now=now)
        for practitioner in service.practitioners
        if service.slug == row.service and practitioner.slug in offering
    ]
