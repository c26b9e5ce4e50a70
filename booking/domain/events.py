"""Events, as listeners receive them: of appointments, and of what can be booked."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Named as webhooks name them."""

    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CANCELLED = "appointment.cancelled"
    NEEDS_ATTENTION = "appointment.needs_attention"
    """The clinic's file or blocked time rules the booked visit out: the clinic has to call the patient."""
    ARRIVED = "appointment.arrived"
    CHECKED_IN = "appointment.checked_in"
    FULFILLED = "appointment.fulfilled"
    NOSHOW = "appointment.noshow"
    REOPENED = "appointment.reopened"
    """It is booked as before: an arrival or an absence was taken back."""
    REMINDER_DUE = "appointment.reminder_due"
    """The patient is reminded: of all visits on a day, by one mail."""
    CONFIRMED = "appointment.confirmed"
    """The patient has said that they will come, at the time that the visit has."""
    WAITING_LIST_JOINED = "waiting_list.joined"
    """For mails alone: a patient waits for a time that opens."""
    WAITING_LIST_OFFERED = "waiting_list.offered"
    """For mails alone: a time is held for a patient who waits."""
    CATALOGUE_CHANGED = "catalogue.changed"
    """For webhooks alone: the clinic, its services or practitioners changed."""
    AVAILABILITY_CHANGED = "availability.changed"
    """For webhooks alone: times were held, booked or given up, or the catalogue changed."""


CHANGE_EVENTS = (EventKind.CATALOGUE_CHANGED, EventKind.AVAILABILITY_CHANGED)
"""Events that say no more than that something changed: one for a burst of changes, without appointments."""
STATUS_EVENTS = (
    EventKind.ARRIVED,
    EventKind.CHECKED_IN,
    EventKind.FULFILLED,
    EventKind.NOSHOW,
    EventKind.REOPENED,
)
"""What the clinic notes on the day of a visit. Its time stays as it was, and the patient gets no mail."""
REMINDER_EVENTS = (EventKind.REMINDER_DUE, EventKind.CONFIRMED)
"""Between the booking and the visit, which stays as it was."""
WAITING_LIST_EVENTS = (EventKind.WAITING_LIST_JOINED, EventKind.WAITING_LIST_OFFERED)
"""Of entries of the waiting list, without appointments."""
WEBHOOK_EVENTS = tuple(kind for kind in EventKind if kind not in WAITING_LIST_EVENTS)
APPOINTMENT_EVENTS = tuple(kind for kind in EventKind if kind not in (*CHANGE_EVENTS, *WAITING_LIST_EVENTS))


@dataclass(frozen=True)
class Event:
    """Delivered at least once; a repeat has the same `id`. It never carries health data.

    `appointments` are in order of time: all of a course that was booked, else one. For mails alone there is
    an event of all visits of a course that were moved together; the former time is then that of the first.
    `moved_from` is the former start of a moved appointment, `moved_from_location` the slug of its former
    location, which is None for events of versions that did not record it. `moved_from_local` is the former
    start as the patient was told it, with the offset of then, if the rules of its time zone have changed
    since: then either the instant or the time on the wall stayed as it was. Otherwise it is None.
    `moved_from_practitioner` is the slug of the former practitioner where a move gave the appointment to
    another one.
    """

    id: uuid.UUID
    kind: EventKind
    appointments: tuple[uuid.UUID, ...]
    occurred_at: datetime
    moved_from: datetime | None = None
    moved_from_location: str | None = None
    moved_from_local: datetime | None = None
    moved_from_practitioner: str | None = None
