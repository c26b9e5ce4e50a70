"""Samples of the mails to the staff: a visit that others have booked, moved or cancelled."""

from datetime import datetime

from booking.domain.events import EventKind
from booking.domain.role import Role
from booking.notifications.samples.catalogue import SampleCatalogue
from booking.notifications.samples.visits import COURSE, sample_visits
from booking.notifications.staff.mail import ChangedVisit, NoticeContext
from booking.notifications.staff.net_change import NetChange, VisitTime
from booking.staff.accounts import StaffMember
from booking.storage.models.appointments import AppointmentStatus
from booking.timegrid.ticks import DAY

NAME = "Sample Reception"


def sample_notice(
    catalogue: SampleCatalogue, kind: EventKind, *, email: str, language: str, now: datetime
) -> NoticeContext:
    """To the reception, of one visit; a moved one was a day earlier."""
    status = AppointmentStatus.CANCELLED if kind is EventKind.CANCELLED else AppointmentStatus.BOOKED
    visit = sample_visits(catalogue, catalogue.single_visit(), now=now, status=status)[0]
    time = VisitTime(visit.starts_at, visit.practitioner)
    before = {
        EventKind.BOOKED: None,
        EventKind.MOVED: VisitTime(visit.starts_at - DAY, visit.practitioner),
        EventKind.CANCELLED: time,
    }
    change = NetChange(visit.id, before[kind], None if kind is EventKind.CANCELLED else time)
    return NoticeContext(
        clinic=catalogue.clinic,
        member=StaffMember(COURSE, NAME, Role.RECEPTION, None, email, language),
        visits=[ChangedVisit(visit, change)],
        services=catalogue.services,
        practitioners=catalogue.practitioners,
        locations=catalogue.locations,
    )
