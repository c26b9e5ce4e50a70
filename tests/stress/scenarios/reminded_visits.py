"""Which reminders may have come: by what the clients of the visits were told, and by the mails that came.

Of the code under test only the tables are used, to know which event a mail is about.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import select

from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.outbox import OutboxEvent
from tests.booking.notifications.bookings import text_of
from tests.booking.notifications.mailbox import Mailbox
from tests.stress.invariants import ConfirmedAppointment

IN_FLIGHT_SECONDS = 30
"""A mail is compared with its visit just before it is sent, and a server gives it up after this time."""
CARD = re.compile(r"When: \w+, (\w+ \d+)(?:, \d{4})?\s+(\d+:\d+)\s([ap])\.m\..*?Reference: (\S+)", re.DOTALL)


@dataclass
class Stay:
    """A time that the visit had. `ended_at` is when its client was told that it is over (monotonic)."""

    start: datetime
    ended_at: float | None = None

    @property
    def shown(self) -> str:
        return shown(self.start)


@dataclass
class Visit:
    """As its client knows it; `times` are those that it had never. `stays` are in order.

    `is_shared`: other visits of the same person may be in its mails, and it in theirs. Unless `is_due`, it
    is not reminded of while the scenario lasts.
    """

    confirmed: ConfirmedAppointment
    token: str
    times: list[datetime]
    stays: list[Stay]
    is_shared: bool
    is_due: bool

    @property
    def reference(self) -> str:
        return self.confirmed.reference

    def was_moved(self, start: datetime) -> None:
        self.stays[-1].ended_at = monotonic()
        self.stays.append(Stay(start))
        self.confirmed = replace(self.confirmed, starts_at=start)

    def was_cancelled(self) -> None:
        self.stays[-1].ended_at = monotonic()
        self.confirmed = replace(self.confirmed, status=AppointmentStatus.CANCELLED)


@dataclass(frozen=True)
class ArrivedMail:
    """`shown` has the time of each visit in it, by reference; `place` is its place in order of arrival."""

    message_id: str
    kind: EventKind
    moved_from: datetime | None
    shown: Mapping[str, str]
    place: int
    at: float

    @property
    def is_reminder(self) -> bool:
        return self.kind is EventKind.REMINDER_DUE


def shown(start: datetime) -> str:
    """As in a mail, without the year that is there for days of another one."""
    return f"{start:%B %d %I:%M %p}"


async def read_mails(database: Database, box: Mailbox, *, since: int) -> list[ArrivedMail]:
    """All that have come behind so many, in order: those before may be about another database."""
    async with database.read() as session:
        events = {str(event.id): event for event in await session.scalars(select(OutboxEvent))}
    mails = []
    arrived = zip(box.messages[since:], box.arrived_at[since:], strict=True)
    for place, (message, at) in enumerate(arrived):
        message_id = str(message["Message-ID"]).strip("<>").partition("@")[0]
        times = {
            reference: shown(
                datetime.strptime(f"2000 {day} {time} {half}m", "%Y %B %d %I:%M %p").replace(tzinfo=UTC)
            )
            for day, time, half, reference in CARD.findall(text_of(message))
        }
        event = events[message_id]
        mails.append(ArrivedMail(message_id, event.kind, event.moved_from, times, place, at))
    return mails


@dataclass
class Verdict:
    """`wrong` has a sentence for each mail that must not have come."""

    wrong: list[str] = field(default_factory=list)
    missing: list[Visit] = field(default_factory=list)
    """Visits that stand and are due, without a reminder of the time that they have."""
    reminders: int = 0
    repeats: int = 0
    """Mails that came again, with the same Message-ID."""
    latest_seconds: float = 0.0
    """How long after the answer to a change, at most, a reminder of the time before came."""


def judge(visits: Sequence[Visit], mails: Sequence[ArrivedMail]) -> Verdict:
    """By the mails that came until now."""
    reminders: dict[str, list[ArrivedMail]] = defaultdict(list)
    changes: dict[str, list[ArrivedMail]] = defaultdict(list)
    for mail in mails:
        for reference in mail.shown:
            (reminders if mail.is_reminder else changes)[reference].append(mail)
    ids = [mail.message_id for mail in mails if mail.is_reminder]
    verdict = Verdict(reminders=len(set(ids)), repeats=len(ids) - len(set(ids)))
    unknown = reminders.keys() - {visit.reference for visit in visits}
    verdict.wrong += [f"{reference} was reminded of, which nobody was told of" for reference in unknown]
    for visit in visits:
        name, of_visit = visit.reference, reminders[visit.reference]
        others = {mail.shown[name] for mail in of_visit} - {stay.shown for stay in visit.stays}
        verdict.wrong += [f"{name} was reminded of at {other}, a time that it never had" for other in others]
        for stay in visit.stays:
            of_stay = [mail for mail in of_visit if mail.shown[name] == stay.shown]
            verdict.wrong += _wrong_mails(visit, stay, of_stay, changes[name])
            if stay.ended_at is not None:
                late = [mail.at - stay.ended_at for mail in of_stay]
                verdict.latest_seconds = max(verdict.latest_seconds, *late, 0.0)
            elif visit.is_due and not of_stay:
                verdict.missing.append(visit)
    return verdict


def _wrong_mails(
    visit: Visit, stay: Stay, reminders: Sequence[ArrivedMail], changes: Sequence[ArrivedMail]
) -> Iterator[str]:
    name = f"{visit.reference} at {stay.shown}"
    if reminders and not visit.is_due:
        yield f"{name} was reminded of before that was due"
    for mail in reminders:
        if stay.ended_at is not None and mail.at > stay.ended_at + IN_FLIGHT_SECONDS:
            yield f"{name} was reminded of {mail.at - stay.ended_at:.0f} s after it had ended"
    if visit.is_shared:
        return  # Each further visit of the person on the day brings a message about all of them.
    messages = {mail.message_id for mail in reminders}
    if len(messages) > 1:
        yield f"{name} was reminded of by {len(messages)} messages"
    # The mails of a visit leave in the order of its events.
    ended = min((change.place for change in changes if _ends(change, stay)), default=None)
    if ended is not None and any(mail.place > ended for mail in reminders):
        yield f"{name} was reminded of after the mail that it had ended"


def _ends(change: ArrivedMail, stay: Stay) -> bool:
    return change.kind is EventKind.CANCELLED or change.moved_from == stay.start
