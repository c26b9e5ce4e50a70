"""The clinic's policies: how soon, how far ahead and how late visits are booked; calendars elsewhere."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from booking.timegrid.ticks import TICK

MAX_VISITS = 12
"""The most visits that a course can have."""
STAFF_HORIZON = timedelta(days=731)
"""How far ahead staff can book, where the clinic's own horizon is nearer."""


@dataclass(frozen=True)
class BookingPolicy:
    slot_step: timedelta
    minimum_notice: timedelta
    horizon: timedelta
    hold_length: timedelta
    cancellation_notice: timedelta
    screening_valid: timedelta | None = None
    """How long screening answers hold for; None: for any visit of the booking."""
    travel_time: timedelta = timedelta(0)
    """Between what one practitioner has at one location and at another, buffers included."""
    grace: timedelta = timedelta(0)
    """How long a slip can be undone: a booking by its patient inside the notice, and a cancellation."""

    def for_staff(self) -> Self:
        """The same without what binds patients alone: notice, horizon, and the grid of starts."""
        horizon = max(self.horizon, STAFF_HORIZON)
        return replace(self, slot_step=TICK, minimum_notice=timedelta(0), horizon=horizon)

    def needs_new_screening(self, starts_at: datetime, *, answered_at: datetime) -> bool:
        """Whether a visit would begin too long after its screening answers."""
        return self.screening_valid is not None and starts_at - answered_at > self.screening_valid

    def earliest_start(self, now: datetime) -> datetime:
        return now + self.minimum_notice

    def last_day(self, today: date) -> date:
        """The last day that can be booked, on the same calendar as `today`."""
        return today + timedelta(days=self.horizon.days)

    def change_deadline(self, starts_at: datetime) -> datetime:
        """The last instant at which a visit can be moved or cancelled online."""
        return starts_at - self.cancellation_notice


class AppointmentMode(StrEnum):
    """How a visit happens."""

    IN_PERSON = "in-person"
    VIDEO = "video"
    PHONE = "phone"


class PatientKind(StrEnum):
    """Whether a patient has been at the clinic before."""

    NEW = "new"
    RETURNING = "returning"


class WhenUnreachable(StrEnum):
    """What becomes of near times of a practitioner whose calendar can't be asked."""

    OPEN = "open"
    """They stay as the last copy has them."""
    CLOSED = "closed"
    """Nobody books them online until it answers again."""


@dataclass(frozen=True)
class BusyCalendarPolicy:
    """A copy younger than `fresh_for` is taken as it is; visits within `near` wait for a younger one."""

    fresh_for: timedelta
    near: timedelta
    when_unreachable: WhenUnreachable

    def is_fresh(self, copied_at: datetime | None, now: datetime) -> bool:
        return copied_at is not None and now < copied_at + self.fresh_for
