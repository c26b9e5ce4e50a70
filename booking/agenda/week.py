"""The week of one practitioner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.agenda.day import day_of
from booking.agenda.stretch import load_stretch
from booking.agenda.values import DayAgenda
from booking.storage.session import BookingSession
from booking.timegrid.ticks import DAY

DAYS = 7


@dataclass(frozen=True)
class WeekAgenda:
    """Seven days from a Monday on, each with the column of this practitioner; without one if unknown."""

    practitioner: str
    days: Sequence[DayAgenda]


async def week_agenda(
    session: BookingSession, practitioner: str, monday: date, *, with_names: bool = True, now: datetime
) -> WeekAgenda:
    """The number of statements is the same as for one day.

    Raises:
        KeyProblem: the patients' data keys can't be used.
        TryAgain: the key store can't answer just now.
    """
    last = monday + (DAYS - 1) * DAY
    stretch = await load_stretch(
        session, monday, last, only_practitioner=practitioner, with_details=True, now=now
    )
    return WeekAgenda(
        practitioner, [day_of(stretch, monday + n * DAY, with_names=with_names, now=now) for n in range(DAYS)]
    )


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY
