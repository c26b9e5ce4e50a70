"""All that visitors and the clinic can do, in any order, against a model of a few dozen lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, update

from booking.appointments.cancel import cancel
from booking.appointments.hold import (
    HoldRequest,
    extend_hold,
    hold_course,
    hold_slot,
    release_hold,
)
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.appointments.status import set_status
from booking.catalogue.lookup import all_services
from booking.domain.actor import Actor, ActorKind
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.slots import find_slots
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.catalogue.hours import TimeOff
from booking.storage.models.catalogue.practitioners import Certification
from booking.storage.models.ticks import Tick
from booking.storage.queries.ticks import ticks_reserved_by
from booking.storage.session import BookingSession
from tests.booking.appointments.state_machine.booking_model import (
    BUFFER,
    DAYS,
    HOLD,
    OPENS,
    PRACTITIONERS,
    TIMES,
    VISIT,
)
from tests.booking.appointments.state_machine.clinic_machine import FreshUrl
from tests.booking.appointments.state_machine.staff_rules import StaffRules
from tests.support.databases import Postgres, sqlite_copy

STAFF = Actor(ActorKind.STAFF, "practitioner", "10.0.0.7")
"""Another member than RECEPTION, whose acts the model undoes."""


class Clinic(StaffRules):
    """Every rule does the same to the clinic and to the model, and says whether it had to be refused."""

    @rule(minutes=st.sampled_from([1, 2, 5]))
    def time_passes(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @rule(start=st.sampled_from(TIMES), practitioner=st.sampled_from([*PRACTITIONERS, None]))
    def hold(self, start: datetime, practitioner: str | None) -> None:
        free = [
            member
            for member in PRACTITIONERS
            if practitioner in (None, member) and (member, start) in self.model.open()
        ]
        answer = self.do(
            lambda s: hold_slot(s, HoldRequest("visit", start, practitioner), now=self.model.now)
        )
        assert (answer is not None) == bool(free)
        if answer:
            held, token = answer
            assert held.practitioner in free
            self.claim([(held, token)])

    @rule(
        times=st.sets(st.sampled_from(TIMES), min_size=2, max_size=2),
        practitioner=st.sampled_from([*PRACTITIONERS, None]),
    )
    def hold_a_course(self, times: set[datetime], practitioner: str | None) -> None:
        first, second = sorted(times)
        is_possible = second - first >= VISIT + BUFFER
        both = [
            p
            for p in PRACTITIONERS
            if {(p, first), (p, second)} <= self.model.open() and practitioner in (None, p)
        ]
        request = HoldRequest("course", (first, second), practitioner)
        answer = self.do(lambda s: hold_course(s, request, now=self.model.now))
        assert (answer is not None) == (is_possible and bool(both))
        if answer:
            assert {hold.practitioner for hold, _ in answer} <= set(both)
            self.claim(answer)

    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        claim = self.pick(data, is_booked=data.draw(st.booleans()))
        if claim:
            may = claim in self.model.alive() and claim.expires is not None and not claim.is_extended
            may = may and self.model.works(claim.practitioner, claim.start)
            extended = self.do(lambda s: extend_hold(s, claim.token, now=self.model.now))
            assert (extended is not None) == may
            if may:
                claim.expires, claim.is_extended = self.model.now + HOLD, True

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        claim = self.pick(data, is_booked=data.draw(st.booleans()))
        if claim:
            had = claim in self.model.alive() and claim.expires is not None
            assert self.do(lambda s: release_hold(s, claim.token, now=self.model.now)) is had
            if had:
                claim.expires = self.model.now

    @rule(data=st.data())
    def book(self, data: st.DataObject) -> None:
        claim = self.pick(data, is_booked=False)
        if claim:
            self.book_it(claim)

    @rule(start=st.sampled_from(TIMES))
    def hold_and_book(self, start: datetime) -> None:
        before = len(self.model.claims)
        self.hold(start, None)
        for claim in self.model.claims[before:]:
            self.book_it(claim)

    @rule(data=st.data(), start=st.sampled_from(TIMES))
    def move(self, data: st.DataObject, start: datetime) -> None:
        claim = self.pick(data, is_booked=True)
        if claim:
            moved = self.do(
                lambda s: reschedule(
                    s, RescheduleRequest(claim.manage, start, claim.appointment), now=self.model.now
                )
            )
            may = (
                claim.status is AppointmentStatus.BOOKED
                and self.model.works(claim.practitioner, start)
                and self.model.is_free(claim.practitioner, start, ignoring=claim)
            )
            assert (moved is not None) == may
            if moved:
                claim.version += claim.start != start or claim.is_squeeze_in
                claim.start, claim.is_squeeze_in = start, False

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        claim = self.pick(data, is_booked=True)
        if claim:
            cancelled = self.do(lambda s: cancel(s, claim.manage, claim.appointment, now=self.model.now))
            may = claim.status is AppointmentStatus.BOOKED
            assert (cancelled is not None) == may
            if may:
                self.model.claims.remove(claim)

    @rule(
        data=st.data(),
        status=st.sampled_from(AppointmentStatus),
        is_current=st.booleans(),
        own=st.sampled_from([*PRACTITIONERS, None]),
    )
    def staff_set_a_status(
        self, data: st.DataObject, status: AppointmentStatus, is_current: bool, own: str | None
    ) -> None:
        claim = self.pick(data, is_booked=True)
        if claim is None or claim.appointment is None:
            return
        visit, seen = claim.appointment, claim.version if is_current else claim.version - 1
        answer = self.do(
            lambda s: set_status(
                s, visit, status, version=seen, actor=STAFF, now=self.model.now, only_practitioner=own
            )
        )
        is_new = status is not claim.status
        may = own in (None, claim.practitioner)
        if is_new:
            is_possible = status is AppointmentStatus.BOOKED or self.model.has_come(claim.start)
            may = may and is_current and is_possible and status is not AppointmentStatus.CANCELLED
        assert (answer is not None) == may
        if answer and is_new:
            claim.status, claim.version = status, claim.version + 1
            assert answer.version == claim.version

    @rule()
    def the_first_day_comes(self) -> None:
        """Hours before its first visit: no time is past, however often time passes in one run."""
        self.model.now = max(self.model.now, OPENS - timedelta(hours=4))

    @rule(practitioner=st.sampled_from(PRACTITIONERS), day=st.sampled_from(DAYS), back=st.booleans())
    def somebody_is_away(self, practitioner: str, day: date, back: bool) -> None:
        start = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)

        async def work(session: BookingSession) -> None:
            await session.execute(
                delete(TimeOff).where(TimeOff.practitioner == practitioner, TimeOff.starts_at == start)
            )
            if not back:
                row = {"practitioner": practitioner, "starts_at": start, "ends_at": start + timedelta(days=1)}
                await session.execute(insert(TimeOff), [row])

        self.do(work)
        (self.model.away.discard if back else self.model.away.add)((practitioner, day))

    @rule(practitioner=st.sampled_from(PRACTITIONERS), renewed=st.booleans())
    def a_certificate_is_withdrawn(self, practitioner: str, renewed: bool) -> None:
        until = date(2027, 12, 31) if renewed else date(2026, 1, 1)

        async def work(session: BookingSession) -> None:
            held = (
                update(Certification)
                .where(Certification.practitioner == practitioner)
                .values(valid_until=until)
            )
            await session.execute(held)

        self.do(work)
        (self.model.uncertified.discard if renewed else self.model.uncertified.add)(practitioner)

    @invariant()
    def what_is_listed_is_what_is_open(self) -> None:
        async def listed(session: BookingSession) -> set[tuple[str, datetime]]:
            service = (await all_services(session))["visit"]
            slots = await find_slots(session, SlotCriteria(service), *DAYS, now=self.model.now)
            return {(slot.practitioner, slot.starts_at) for slot in slots}

        assert self.do(listed) == self.model.open()

    @invariant()
    def every_visit_owns_its_time_and_nobody_elses(self) -> None:
        async def owned(session: BookingSession) -> dict[Any, int]:
            booked = await session.scalars(select(Appointment).where(Appointment.status != "cancelled"))
            return {row.id: len(await ticks_reserved_by(session, row.id)) for row in booked}

        ticks = (VISIT + BUFFER) // timedelta(minutes=5)
        booked = [claim for claim in self.model.claims if claim.manage]
        assert sorted((self.do(owned) or {}).values()) == [ticks] * len(booked)

        async def all_ticks(session: BookingSession) -> int:
            return len((await session.scalars(select(Tick.tick))).all())

        assert (self.do(all_ticks) or 0) >= ticks * len(self.model.alive())

    @invariant()
    def no_time_is_sold_twice(self) -> None:
        async def visits(session: BookingSession) -> list[tuple[bool, str, datetime]]:
            booked = await session.scalars(select(Appointment).where(Appointment.status != "cancelled"))
            return sorted((row.squeeze_in, row.practitioner, row.starts_at) for row in booked)

        booked = self.do(visits) or []
        assert booked == sorted(
            (claim.is_squeeze_in, claim.practitioner, claim.start)
            for claim in self.model.claims
            if claim.manage
        )
        for former, latter in pairwise(booked):
            assert former[:2] != latter[:2] or latter[2] - former[2] >= VISIT + BUFFER


def run(fresh_url: FreshUrl, examples: int) -> None:
    machine = type("Machine", (Clinic,), {"fresh_url": staticmethod(fresh_url)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            phases=set(Phase) - {Phase.explain},  # It takes minutes.
        ),
    )


def test_sqlite_does_what_the_model_does(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @contextmanager
    def fresh() -> Iterator[str]:
        yield sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("model"))

    run(fresh, 15)


def test_postgresql_does_what_the_model_does(postgres: Postgres) -> None:
    run(postgres.copy, 15)
