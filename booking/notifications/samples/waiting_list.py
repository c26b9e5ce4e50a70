"""Samples of what the waiting list mails: an entry of a patient who has a later visit, and a time for it."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.domain.errors import NotFound
from booking.domain.events import EventKind
from booking.notifications.samples.catalogue import SampleCatalogue
from booking.notifications.samples.visits import COURSE, sample_patient, sample_visits
from booking.notifications.waiting_list import WaitingListContext
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer, WaitingListStatus
from booking.timegrid.ticks import DAY
from booking.waiting_list.entry import WaitingState
from booking.waiting_list.rules import WaitingListRules, waiting_list_rules

MORNINGS = [[1, 9 * 60, 12 * 60], [3, 9 * 60, 12 * 60]]
"""Tuesdays and Thursdays from nine to twelve."""
ENTRY = uuid.UUID("00000000-0000-4000-8000-0000000000e0")


def sample_waiting_list(
    catalogue: SampleCatalogue, kind: EventKind, *, email: str, language: str, now: datetime
) -> WaitingListContext:
    """Of a patient who has joined, or who is offered a time four days before their visit.

    Raises:
        NotFound: the clinic has no waiting list, or offers no service.
    """
    rules = waiting_list_rules(catalogue.clinic)
    if rules is None:
        raise NotFound("The clinic has no waiting list.")
    visits = sample_visits(catalogue, catalogue.single_visit(), now=now, status=AppointmentStatus.BOOKED)
    entry = _entry(catalogue, visits[0], now)
    offer = _offer(visits[0], rules, now) if kind is EventKind.WAITING_LIST_OFFERED else None
    return WaitingListContext(
        clinic=catalogue.clinic,
        rules=rules,
        patient=sample_patient(email, language),
        state=WaitingState(entry, [offer] if offer else [], visits[0], None),
        offer=offer,
        services=catalogue.services,
        practitioners=catalogue.practitioners,
        locations=catalogue.locations,
        logo=catalogue.logo,
    )


def _entry(catalogue: SampleCatalogue, visit: Appointment, now: datetime) -> WaitingListEntry:
    """For the visit's practitioner, from tomorrow to its day."""
    zone = ZoneInfo(catalogue.locations[visit.location].time_zone)
    return WaitingListEntry(
        id=ENTRY,
        status=WaitingListStatus.WAITLIST,
        patient=COURSE,
        service=visit.service,
        practitioners=[visit.practitioner],
        location=visit.location,
        available_times=MORNINGS,
        first_day=now.astimezone(zone).date() + DAY,
        last_day=visit.starts_at.astimezone(zone).date(),
        replaces=visit.id,
    )


def _offer(visit: Appointment, rules: WaitingListRules, now: datetime) -> WaitingListOffer:
    starts_at = visit.starts_at - 4 * DAY
    return WaitingListOffer(
        id=ENTRY,
        entry=ENTRY,
        practitioner=visit.practitioner,
        location=visit.location,
        starts_at=starts_at,
        ends_at=visit.ends_at - 4 * DAY,
        offered_at=now,
        expires_at=now + rules.offer_length(starts_at, now=now),
    )
