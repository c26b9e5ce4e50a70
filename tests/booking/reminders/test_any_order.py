"""Visits are booked, moved, cancelled and undone, servers die and come back, in any order: against a model.

The clock stands still between the steps, and all visits are one person's.
"""

import asyncio
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from booking.appointments.by_staff.undo import UNDO_WINDOW
from booking.domain.errors import BookingError
from booking.outbox.relay import LEASE
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import claim_deliveries
from tests.booking.appointments.by_staff.front_desk import call_off, move, undo
from tests.booking.notifications.bookings import make_booking, text_of
from tests.booking.reminders.reminded_clinic import DAY, HOUR, MINUTE, NINE, RemindedClinic, reminding_clinic
from tests.support.clinics import open_clinic
from tests.support.databases import Postgres, open_database, sqlite_copy

FreshUrl = Callable[[], AbstractContextManager[str]]
TORONTO = ZoneInfo("America/Toronto")
BEGIN = NINE - 9 * DAY
TIMES = [NINE + day * DAY + hour * HOUR for day in (0, 1, 8) for hour in (0, 1)]
LEADS = (7, 1)


@dataclass
class ModelVisit:
    """`waiting` has when it is to be reminded of, by days before."""

    id: uuid.UUID
    reference: str
    start: datetime
    timed_at: datetime
    stands: bool = True
    waiting: dict[int, datetime] = field(default_factory=dict)
    sent: set[tuple[datetime, int]] = field(default_factory=set)

    def plan(self, now: datetime) -> None:
        self.waiting = {}
        for days in LEADS if self.stands else ():
            day = self.start.astimezone(TORONTO).date() - days * DAY
            due = datetime.combine(day, datetime.min.time(), TORONTO) + 16 * HOUR
            if due > now and due >= self.timed_at + DAY and (self.start, days) not in self.sent:
                self.waiting[days] = due


class Reminders(RuleBasedStateMachine):
    """Each example has a fresh database from `fresh_url`."""

    fresh_url: FreshUrl

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.Runner()
        self.url = self.fresh_url()
        self.clinic = RemindedClinic(open_database(self.url.__enter__()), now=BEGIN)
        self.loop.run(open_clinic(self.clinic.database, reminding_clinic(), now=BEGIN))
        self.loop.run(self.clinic.relay.register())
        self.visits: list[ModelVisit] = []
        self.acts: list[tuple[datetime, Callable[[], None]]] = []

    def teardown(self) -> None:
        if hasattr(self, "url"):
            self.loop.run(self.clinic.database.close())
            self.url.__exit__(None, None, None)
            self.loop.close()

    @rule(start=st.sampled_from(TIMES))
    def book(self, start: datetime) -> None:
        if start <= self.clinic.now or any(visit.stands and visit.start == start for visit in self.visits):
            return
        booking = self.loop.run(
            make_booking(
                self.clinic.database, start, service="visit", practitioner="one", now=self.clinic.now
            )
        )
        row = booking.appointments[0]
        self.visits.append(ModelVisit(row.id, row.reference, start, self.clinic.now))
        self.visits[-1].plan(self.clinic.now)

    @rule(data=st.data(), start=st.sampled_from(TIMES))
    def move(self, data: st.DataObject, start: datetime) -> None:
        visit = self.pick(data)
        is_taken = any(other.stands and other.start == start for other in self.visits)
        if visit is None or is_taken or start <= self.clinic.now:
            return
        self.clinic.now += MINUTE
        self.loop.run(move(self.clinic.database, visit.id, start, at=self.clinic.now, notify=False))
        former = visit.start, visit.timed_at
        visit.start, visit.timed_at = start, visit.timed_at if start == visit.start else self.clinic.now
        visit.plan(self.clinic.now)

        def back() -> None:
            visit.start, visit.timed_at = former

        self.acts.append((self.clinic.now, self.undoing(visit, back)))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if (visit := self.pick(data)) is None:
            return
        self.clinic.now += MINUTE
        self.loop.run(call_off(self.clinic.database, visit.id, at=self.clinic.now, notify=False))
        visit.stands = False
        visit.plan(self.clinic.now)

        def back() -> None:
            visit.stands = True

        self.acts.append((self.clinic.now, self.undoing(visit, back)))

    @rule()
    def undo(self) -> None:
        """Of the last act, while nobody else has its time, and it is not over."""
        if not self.acts or self.acts[-1][0] < self.clinic.now - UNDO_WINDOW:
            return
        try:
            self.loop.run(undo(self.clinic.database, at=self.clinic.now))
        except BookingError:
            self.acts.clear()
            return
        self.acts.pop()[1]()

    @rule(
        ahead=st.sampled_from([HOUR, 5 * HOUR, 12 * HOUR, DAY, 6 * DAY]),
        mail_server=st.sampled_from(["up", "down", "dies"]),
    )
    def time_passes_and_the_server_looks(self, ahead: timedelta, mail_server: str) -> None:
        """Meanwhile it was off. It dies with mails in its hands, or the mail server refuses them."""
        self.clinic.now += ahead
        now, server = self.clinic.now, self.clinic.server
        before = len(server.taken)
        expected = self.due(now)
        self.loop.run(self.clinic.take_due())
        if mail_server == "down" and expected:
            server.is_down = True
            self.loop.run(self.clinic.relay.deliver_due())
            server.is_down = False
            self.clinic.now += MINUTE
        if mail_server == "dies" and expected:
            self.loop.run(self.die_with_claimed_mails())
            self.clinic.now += 2 * MINUTE
        self.loop.run(self.clinic.deliver())
        mails = [mail for mail in server.taken[before:] if mail["Subject"].startswith("Reminder")]
        sent = [sorted(re.findall(r"Reference: (\S+)", text_of(mail))) for mail in mails]
        assert sorted(sent) == sorted(expected)

    async def die_with_claimed_mails(self) -> None:
        now = self.clinic.now
        async with self.clinic.database.write() as session:
            await claim_deliveries(session, MAIL_LISTENER, now=now, until=now + LEASE, limit=100)

    def due(self, now: datetime) -> list[list[str]]:
        """The references of each message that leaves now."""
        if not 8 <= now.astimezone(TORONTO).hour < 21:
            return []
        ahead = [visit for visit in self.visits if visit.stands and visit.start > now]
        messages = []
        for day in {visit.start.astimezone(TORONTO).date() for visit in ahead}:
            of_day = [visit for visit in ahead if visit.start.astimezone(TORONTO).date() == day]
            leads = {days for visit in of_day for days, due in visit.waiting.items() if due <= now}
            if leads:
                messages.append(sorted(visit.reference for visit in of_day))
            for visit in of_day:
                visit.sent |= {(visit.start, days) for days in leads}
                visit.waiting = {days: due for days, due in visit.waiting.items() if days not in leads}
        return messages

    def undoing(self, visit: ModelVisit, back: Callable[[], None]) -> Callable[[], None]:
        def undo_it() -> None:
            back()
            visit.plan(self.clinic.now)

        return undo_it

    def pick(self, data: st.DataObject) -> ModelVisit | None:
        coming = [visit for visit in self.visits if visit.stands and visit.start > self.clinic.now + HOUR]
        return data.draw(st.sampled_from(coming)) if coming else None


def run(fresh_url: FreshUrl, examples: int) -> None:
    machine = type("Machine", (Reminders,), {"fresh_url": staticmethod(fresh_url)})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=15, phases=set(Phase) - {Phase.explain}),
    )


def test_on_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    @contextmanager
    def fresh_url() -> Iterator[str]:
        yield sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("clinic"))

    run(fresh_url, examples=20)


@pytest.mark.postgresql
def test_on_postgresql(postgres: Postgres) -> None:
    run(postgres.copy, examples=3)
