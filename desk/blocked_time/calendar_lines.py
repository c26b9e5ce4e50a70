"""A calendar elsewhere as the page shows it: whose, where, how old its copy is, and what is wrong."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.calendars.busy.manage import ListedCalendar
from booking.calendars.visit_calendars.manage import ListedVisitCalendar
from booking.domain.policy import BusyCalendarPolicy
from booking.i18n.texts import Texts
from booking.storage.models.desk.busy_calendars import BusyCode
from desk.blocked_time.views import BlockWords

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class CalendarLine:
    """`problem` says since when it can't be asked, and why; `then` what that means for near times."""

    id: uuid.UUID
    who: str
    host: str
    kind: str
    asked: str
    problem: str | None
    then: str | None
    unread: str | None

    @classmethod
    def of(
        cls, listed: ListedCalendar, words: BlockWords, policy: BusyCalendarPolicy, *, now: datetime
    ) -> "CalendarLine":
        calendar, texts = listed.calendar, words.texts
        problem = then = None
        if calendar.failing_since is not None:
            since = texts.day_and_time(calendar.failing_since.astimezone(words.clinic_zone))
            reason = texts("desk.calendars.failure." + (calendar.failure or ""))
            problem = f"{texts('desk.calendars.failing', time=since)} {reason}"
            then = texts("desk.calendars.then." + policy.when_unreachable)
        return cls(
            calendar.id,
            words.practitioners[calendar.practitioner].name,
            listed.host,
            texts("desk.calendars.kind." + calendar.kind),
            _asked(texts, calendar.copied_at, now),
            problem,
            then,
            texts.count("desk.calendars.unread", calendar.unread) if calendar.unread else None,
        )


TODO = {
    BusyCode.WRONG_PASSWORD: "desk.calendars.out.password",
    BusyCode.NOT_FOUND: "desk.calendars.out.address",
}
"""What somebody has to do; all else passes by itself, or is tried again."""


@dataclass(frozen=True)
class VisitCalendarLine:
    """A calendar that visits are written into.

    `problem` says since when they can't be, why, and what to do.
    """

    id: uuid.UUID
    who: str
    host: str
    problem: str | None

    @classmethod
    def of(cls, listed: ListedVisitCalendar, words: BlockWords) -> "VisitCalendarLine":
        calendar, texts, problem = listed.calendar, words.texts, None
        if calendar.failing_since is not None and calendar.failure is not None:
            since = texts.day_and_time(calendar.failing_since.astimezone(words.clinic_zone))
            reason = texts("desk.calendars.failure." + calendar.failure)
            todo = texts(TODO.get(calendar.failure, "desk.calendars.out.again"))
            problem = f"{texts('desk.calendars.out.failing', time=since)} {reason} {todo}"
        who = words.practitioners[calendar.practitioner].name
        return cls(calendar.id, who, listed.host, problem)


def _asked(texts: Texts, copied_at: datetime | None, now: datetime) -> str:
    if copied_at is None:
        return texts("desk.calendars.never")
    age = max(now - copied_at, timedelta(0))
    if age < MINUTE:
        return texts("desk.calendars.now")
    name, unit = ("minutes", MINUTE) if age < HOUR else ("hours", HOUR) if age < DAY else ("days", DAY)
    return texts.count("desk.calendars." + name, age // unit)
