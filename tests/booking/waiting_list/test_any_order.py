"""Joins, bookings, cancellations, offers and their ends in any order: against a simple model.

The clock stands still between the steps, and one practitioner has two times on each of three days.
"""

import asyncio
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

from booking.appointments.cancel import cancel
from booking.domain.errors import OfferEnded
from booking.storage.models.waiting_list import OfferOutcome
from booking.waiting_list.join import Joined
from tests.booking.waiting_list.waiting_clinic import (
    DAY,
    HOUR,
    MINUTE,
    NINE,
    NOON,
    WaitingClinic,
    waiting_clinic,
)
from tests.support.clinics import open_clinic
from tests.support.databases import Postgres, open_database, sqlite_copy

FreshUrl = Callable[[], AbstractContextManager[str]]
TORONTO = ZoneInfo("America/Toronto")
TIMES = [NINE + day * DAY + half * 30 * MINUTE for day in (0, 1, 2) for half in (0, 1)]
OFFERS_A_WEEK = 2


@dataclass
class ModelOffer:
    at: datetime
    offered_at: datetime
    expires_at: datetime
    outcome: OfferOutcome | None = None


@dataclass
class ModelEntry:
    joined: Joined
    person: str
    days: tuple[int, int]
    since: datetime
    waits: bool = True
    offers: list[ModelOffer] = field(default_factory=list)

    def suits(self, at: datetime) -> bool:
        first, last = self.days
        return NINE + first * DAY <= at < NINE + last * DAY + HOUR


class WaitingList(RuleBasedStateMachine):
    """Each example has a fresh database from `fresh_url`."""

    fresh_url: FreshUrl

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.Runner()
        self.url = self.fresh_url()
        self.clinic = WaitingClinic(open_database(self.url.__enter__()), now=NOON)
        rules = f"offers_a_week = {OFFERS_A_WEEK}\nentries_a_person = 10"
        self.loop.run(open_clinic(self.clinic.database, waiting_clinic(rules), now=NOON))
        self.loop.run(self.clinic.relay.register())
        self.entries: list[ModelEntry] = []
        self.visits: dict[datetime, str] = {}  # manage tokens, by time
        for at in TIMES:
            self.the_public_books(at)
        for person in "abc":
            self.join(person, (0, 2))

    def teardown(self) -> None:
        if hasattr(self, "url"):
            self.loop.run(self.clinic.database.close())
            self.url.__exit__(None, None, None)
            self.loop.close()

    @rule(person=st.sampled_from("abcd"), days=st.sampled_from([(0, 0), (0, 2), (1, 2)]))
    def join(self, person: str, days: tuple[int, int]) -> None:
        self.clinic.now += timedelta(seconds=1)
        first, last = (NINE.date() + day * DAY for day in days)
        if last < self.clinic.now.astimezone(TORONTO).date():
            return
        joined = self.loop.run(self.clinic.join(person, first_day=first, last_day=last))
        self.entries.append(ModelEntry(joined, person, days, self.clinic.now))

    @rule(at=st.sampled_from(TIMES))
    def the_public_books(self, at: datetime) -> None:
        """What is booked, or held for who waits, nobody else gets."""
        if at >= self.clinic.now and self.is_free(at):
            [booking] = self.loop.run(self.clinic.book(at, email="public@example.com"))
            self.visits[at] = booking.token

    @rule(data=st.data())
    def a_visit_is_cancelled(self, data: st.DataObject) -> None:
        coming = [at for at in self.visits if at > self.clinic.now]
        if coming:
            at = data.draw(st.sampled_from(sorted(coming)))
            self.loop.run(self.cancel(self.visits.pop(at)))

    async def cancel(self, token: str) -> None:
        async with self.clinic.database.write() as session:
            await cancel(session, token, None, now=self.clinic.now)

    @rule(data=st.data(), what=st.sampled_from(["accept", "decline", "leave"]))
    def a_patient_answers(self, data: st.DataObject, what: str) -> None:
        """Perhaps too late."""
        asked = [entry for entry in self.entries if entry.waits and entry.offers]
        if not asked:
            return
        entry = data.draw(st.sampled_from(asked))
        offer = entry.offers[-1]
        offer_id = next(
            row.id
            for row in self.loop.run(self.clinic.state(entry.joined.token)).offers
            if row.starts_at == offer.at
        )
        is_held = offer.outcome is None and offer.expires_at > self.clinic.now
        if what == "accept":
            if not is_held:
                with pytest.raises(OfferEnded):
                    self.loop.run(self.clinic.accept(entry.joined, offer_id))
                return
            visit = self.loop.run(self.clinic.accept(entry.joined, offer_id))
            assert visit.starts_at == offer.at
            offer.outcome, entry.waits = OfferOutcome.ACCEPTED, False
            self.visits[offer.at] = entry.joined.token
        elif what == "decline":
            self.loop.run(self.clinic.decline(entry.joined, offer_id))
            offer.outcome = offer.outcome or OfferOutcome.DECLINED
        else:
            self.loop.run(self.clinic.leave(entry.joined))
            offer.outcome, entry.waits = offer.outcome or OfferOutcome.WITHDRAWN, False

    @rule(ahead=st.sampled_from([timedelta(0), 10 * MINUTE, 31 * MINUTE, 8 * HOUR, 12 * HOUR]))
    def time_passes_and_the_server_looks(self, ahead: timedelta) -> None:
        self.clinic.now += ahead
        self.loop.run(self.clinic.fill(sweep=True))
        self.model_fill(self.clinic.now)
        offers = {offer.id: offer for offer in self.loop.run(self.clinic.offers())}
        actual = sorted(
            (row.entry, row.starts_at, row.expires_at, str(row.outcome)) for row in offers.values()
        )
        expected = sorted(
            (entry.joined.entry.id, offer.at, offer.expires_at, str(offer.outcome))
            for entry in self.entries
            for offer in entry.offers
        )
        assert actual == expected

    def model_fill(self, now: datetime) -> None:
        offers = [offer for entry in self.entries for offer in entry.offers]
        for offer in offers:
            if offer.outcome is None and offer.expires_at <= now:
                offer.outcome = OfferOutcome.EXPIRED
        if not 8 <= now.astimezone(TORONTO).hour < 21:
            return
        asked = {person: self.asked_lately(person, now) for person in "abcd"}
        turns = sorted((entry for entry in self.entries if entry.waits), key=lambda each: each.since)
        for entry in sorted(turns, key=lambda each: asked[each.person]):  # Stable: who waits longer first.
            is_asked_now = any(
                offer.outcome is None
                for each in self.entries
                if each.person == entry.person
                for offer in each.offers
            )
            if is_asked_now or asked[entry.person] >= OFFERS_A_WEEK:
                continue
            known = {offer.at for offer in entry.offers}
            open_times = [
                at for at in TIMES if at >= now and at not in known and entry.suits(at) and self.is_free(at)
            ]
            if open_times:
                length = max(5 * MINUTE, min(30 * MINUTE, (open_times[0] - now) // 4 // MINUTE * MINUTE))
                entry.offers.append(ModelOffer(open_times[0], now, now + length))

    def asked_lately(self, person: str, now: datetime) -> int:
        offers = [offer for each in self.entries if each.person == person for offer in each.offers]
        return sum(offer.offered_at > now - 7 * DAY for offer in offers)

    def is_free(self, at: datetime) -> bool:
        """Nobody has the time, and it is held for nobody who waits: no two ever have the same."""
        held = [
            offer
            for entry in self.entries
            for offer in entry.offers
            if offer.at == at and offer.outcome is None and offer.expires_at > self.clinic.now
        ]
        assert len(held) <= 1
        return at not in self.visits and not held


def play(fresh_url: FreshUrl, *, examples: int) -> None:
    machine = type("Machine", (WaitingList,), {"fresh_url": staticmethod(fresh_url)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            phases=set(Phase) - {Phase.explain},
        ),
    )


def test_on_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    @contextmanager
    def fresh() -> Iterator[str]:
        yield sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("clinic"))

    play(fresh, examples=8)


def test_on_postgresql(postgres: Postgres) -> None:
    play(postgres.copy, examples=2)
