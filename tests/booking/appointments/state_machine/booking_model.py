"""A clinic in a few dozen lines: what must be open, and what must be refused."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.storage.models.appointments import AppointmentStatus
from tests.support.clinics import practitioner, small_clinic

TORONTO = ZoneInfo("America/Toronto")
DAYS = [date(2027, 1, 4), date(2027, 1, 5)]
OPENS = datetime(2027, 1, 4, 14, tzinfo=UTC)  # 9:00 in Toronto, three hours a day
TIMES = [OPENS + timedelta(days=day, minutes=30 * half) for day in (0, 1) for half in range(6)]
STAFF_TIMES = [*TIMES, *(OPENS + timedelta(minutes=minutes) for minutes in (-5, 5, 20, 95, 150, 155))]
VISIT, BUFFER, HOLD = timedelta(minutes=30), timedelta(minutes=10), timedelta(minutes=5)
PRACTITIONERS = ("one", "two")
NEEDS = 'requires = "paper"\nbuffer_after = "10 min"'
COURSE = f"""
[[services]]
slug = "course"
name = "Course"
duration = "20 min"
visits = 2
{NEEDS}
"""
BY_ALL = ", ".join(f'{{ slug = "{slug}", duration = "30 min" }}' for slug in ("visit", "course"))
FILE = small_clinic(
    duration="45 min",
    service=NEEDS + COURSE,
    policy={"slot_step": "30 min"},
    practitioners="".join(
        practitioner(slug, "09:00-12:00", 'certifications = [{ kind = "paper", valid_until = 2027-12-31 }]')
        for slug in PRACTITIONERS
    ),
).replace('"visit"]', f"{BY_ALL}]")


@dataclass(eq=False)
class ModelHold:
    """A hold in the model, or the appointment that it became."""

    token: str
    practitioner: str
    start: datetime
    expires: datetime | None
    course: list["ModelHold"]  # itself, with the other visits if it is of a course
    is_extended: bool = False
    is_squeeze_in: bool = False
    manage: str = ""
    appointment: uuid.UUID | None = None
    status: AppointmentStatus = AppointmentStatus.BOOKED
    version: int = 0


@dataclass
class BookingModel:
    now: datetime = OPENS - timedelta(days=3)
    claims: list[ModelHold] = field(default_factory=list)
    away: set[tuple[str, date]] = field(default_factory=set)
    uncertified: set[str] = field(default_factory=set)

    def alive(self) -> list[ModelHold]:
        return [claim for claim in self.claims if claim.expires is None or claim.expires > self.now]

    def is_free(
        self,
        practitioner: str,
        start: datetime,
        ignoring: ModelHold | None = None,
        *,
        beside: bool = False,
    ) -> bool:
        """Whether the practitioner has that time, or (`beside`) is without a squeeze-in then."""
        claimed = [
            claim
            for claim in self.alive()
            if claim.practitioner == practitioner and claim is not ignoring and claim.is_squeeze_in is beside
        ]
        return all(abs(claim.start - start) >= VISIT + BUFFER for claim in claimed)

    def has_come(self, start: datetime) -> bool:
        """Whether the day of a visit is here, on the clinic's clock."""
        return self.now.astimezone(TORONTO).date() >= start.astimezone(TORONTO).date()

    def works(self, practitioner: str, start: datetime) -> bool:
        hours = OPENS.time(), (OPENS + timedelta(hours=3) - VISIT).time()
        is_away = (practitioner, start.date()) in self.away or practitioner in self.uncertified
        return hours[0] <= start.time() <= hours[1] and not is_away

    def can_staff_take(
        self, practitioner: str, start: datetime, ignoring: ModelHold | None = None, *, squeeze_in: bool
    ) -> bool:
        is_free = self.is_free(practitioner, start, ignoring)
        is_free_beside = squeeze_in and self.is_free(practitioner, start, ignoring, beside=True)
        return self.works(practitioner, start) and (is_free or is_free_beside)

    def open(self) -> set[tuple[str, datetime]]:
        return {(p, t) for p in PRACTITIONERS for t in TIMES if self.works(p, t) and self.is_free(p, t)}
