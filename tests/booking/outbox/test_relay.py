"""What has happened is told at least once, and never without having happened."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_course, hold_slot
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import SlotTaken
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import PermanentFailure
from booking.domain.screening import Answer
from booking.outbox.relay import LEASE, RETRY_DELAYS, deliver_due, run_relay
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.queries.outbox import claim_deliveries, record_event, register_listeners
from booking.storage.session import BookingSession
from tests.support.clinics import NOW, open_clinic, small_clinic

NINE = datetime(2026, 11, 24, 14, tzinfo=NOW.tzinfo)
DAY = timedelta(days=1)


@dataclass
class Ear:
    """A listener that remembers; it fails while there are `failures` left."""

    heard: list[tuple[Event, str | None]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    async def __call__(self, event: Event, manage_token: str | None) -> None:
        self.heard.append((event, manage_token))
        if self.failures:
            raise self.failures.pop()


@dataclass
class Time:
    now: datetime = NOW

    async def __call__(self, _session: BookingSession) -> datetime:
        return self.now


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def clinic(database: Database) -> Database:
    await open_clinic(database, small_clinic())
    await listening(database, "ear")
    return database


async def listening(database: Database, *names: str) -> None:
    async with database.write() as session:
        await register_listeners(session, names)


async def booked(database: Database, at: datetime = NINE) -> Booking:
    async with database.write() as session:
        _, token = await hold_slot(session, HoldRequest("visit", at), now=NOW)
    return await book_held(database, [token])


async def book_held(database: Database, tokens: list[str]) -> Booking:
    who: tuple[str, str, str, dict[str, Answer], str] = (
        "Sample Patient",
        "patient@example.com",
        "416 555 0123",
        {},
        "en",
    )
    async with database.write() as session:
        return await book(session, BookingRequest(tokens, len(tokens) > 1, *who), now=NOW)


async def deliveries(database: Database) -> list[OutboxDelivery]:
    async with database.read() as session:
        return list(await session.scalars(select(OutboxDelivery)))


async def test_replicas_that_start_together_register_the_same_listener(clinic: Database) -> None:
    await asyncio.gather(*(listening(clinic, "ear", "another") for _replica in range(4)))
    await booked(clinic)
    assert sorted(delivery.listener for delivery in await deliveries(clinic)) == ["another", "ear"]


async def test_a_visits_whole_life_is_told_with_its_link(clinic: Database, ear: Ear, time: Time) -> None:
    booking = await booked(clinic)
    visit = booking.appointments[0].id
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1
    async with clinic.write() as session:
        request = RescheduleRequest(booking.manage_token, NINE + timedelta(hours=1))
        await reschedule(session, request, now=NOW)
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1
    for _ in range(2):
        async with clinic.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0

    events = [event for event, _ in ear.heard]
    assert [event.kind for event in events] == [EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED]
    assert [event.appointments for event in events] == [(visit,)] * 3
    assert [event.moved_from for event in events] == [None, NINE, None]
    assert [event.occurred_at for event in events] == [NOW] * 3
    assert {token for _, token in ear.heard} == {booking.manage_token}
    assert len({event.id for event in events}) == 3


async def test_a_course_is_told_as_one(database: Database, ear: Ear, time: Time) -> None:
    await open_clinic(database, small_clinic(service="visits = 3"))
    await listening(database, "ear")
    times = (NINE, NINE + DAY, NINE + 2 * DAY)
    async with database.write() as session:
        held = await hold_course(session, HoldRequest("visit", times), now=NOW)
    booking = await book_held(database, [token for _, token in held])

    await deliver_due(database, {"ear": ear}, clock=time)

    assert [event.appointments for event, _ in ear.heard] == [
        tuple(visit.id for visit in booking.appointments)
    ]


async def test_what_was_refused_or_undone_is_not_told(clinic: Database, ear: Ear, time: Time) -> None:
    booking = await booked(clinic)
    await booked(clinic, NINE + timedelta(hours=1))
    await deliver_due(clinic, {"ear": ear}, clock=time)
    ear.heard.clear()

    async def move_to_a_taken_time() -> None:
        async with clinic.write() as session:
            request = RescheduleRequest(booking.manage_token, NINE + timedelta(hours=1))
            await reschedule(session, request, now=NOW)

    async def cancel_until_the_lights_go_out() -> None:
        async with clinic.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)
            raise RuntimeError("the lights went out")

    with pytest.raises(SlotTaken):
        await move_to_a_taken_time()
    with pytest.raises(RuntimeError):
        await cancel_until_the_lights_go_out()

    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0
    assert ear.heard == []


async def test_a_visit_that_moves_to_where_it_is_has_not_moved(
    clinic: Database, ear: Ear, time: Time
) -> None:
    booking = await booked(clinic)
    await deliver_due(clinic, {"ear": ear}, clock=time)

    async with clinic.write() as session:
        visit = await reschedule(session, RescheduleRequest(booking.manage_token, NINE), now=NOW)

    assert visit.sequence == 0
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0


async def test_a_failure_is_tried_again_with_the_same_id(clinic: Database, ear: Ear, time: Time) -> None:
    await booked(clinic)
    ear.failures = [OSError("no answer"), OSError("no answer")]

    for wait in RETRY_DELAYS[:2]:
        assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1
        time.now += wait - timedelta(seconds=1)
        assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0
        time.now += timedelta(seconds=1)
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0

    assert len({event.id for event, _ in ear.heard}) == 1
    assert len(ear.heard) == 3


async def test_trying_ends_after_a_day_and_leaves_no_secret(clinic: Database, ear: Ear, time: Time) -> None:
    await booked(clinic)
    ear.failures = [OSError("no answer")] * 100

    for wait in (*RETRY_DELAYS, DAY, DAY):
        await deliver_due(clinic, {"ear": ear}, clock=time)
        time.now += wait

    assert len(ear.heard) == len(RETRY_DELAYS) + 1
    assert DAY <= sum(RETRY_DELAYS, timedelta(0)) < 2 * DAY
    (given_up,) = await deliveries(clinic)
    assert (given_up.due_at, given_up.delivered_at, given_up.manage_token) == (None, None, None)


async def test_what_a_listener_gives_up_is_not_tried_again(clinic: Database, ear: Ear, time: Time) -> None:
    await booked(clinic)
    ear.failures = [PermanentFailure("no such mailbox")]

    await deliver_due(clinic, {"ear": ear}, clock=time)
    time.now += DAY

    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0


async def test_a_failing_listener_keeps_nothing_from_another(clinic: Database, ear: Ear, time: Time) -> None:
    await listening(clinic, "ear", "deaf")
    await booked(clinic)
    deaf = Ear(failures=[SystemExit(3), asyncio.CancelledError(), ValueError("rubbish")])

    assert await deliver_due(clinic, {"ear": ear, "deaf": deaf}, clock=time) == 2
    for wait in RETRY_DELAYS[:3]:
        time.now += wait
        assert await deliver_due(clinic, {"ear": ear, "deaf": deaf}, clock=time) == 1

    assert (len(ear.heard), len(deaf.heard)) == (1, 4)


async def test_what_a_dead_process_began_is_told_by_another(clinic: Database, ear: Ear, time: Time) -> None:
    await booked(clinic)
    async with clinic.write() as session:
        assert len(await claim_deliveries(session, "ear", now=time.now, until=time.now + LEASE, most=10)) == 1

    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 0, "it may be alive"
    time.now += LEASE
    assert await deliver_due(clinic, {"ear": ear}, clock=time) == 1


async def test_many_couriers_share_the_work(clinic: Database, ear: Ear, time: Time) -> None:
    for hour in range(3):
        await booked(clinic, NINE + timedelta(hours=hour))

    rounds = await asyncio.gather(*(deliver_due(clinic, {"ear": ear}, clock=time) for _ in range(4)))

    assert sum(rounds) == 3
    assert len({event.id for event, _ in ear.heard}) == 3
    assert [(one.manage_token, one.delivered_at) for one in await deliveries(clinic)] == [(None, NOW)] * 3


async def test_a_listener_hears_what_happens_from_its_beginning_to_its_end(
    clinic: Database, ear: Ear, time: Time
) -> None:
    await booked(clinic)
    await listening(clinic, "late")
    await booked(clinic, NINE + timedelta(hours=1))
    await listening(clinic, "late")

    late = Ear()
    assert await deliver_due(clinic, {"ear": ear, "late": late}, clock=time) == 1
    assert (len(ear.heard), len(late.heard)) == (0, 1)


async def test_what_happened_is_forgotten_after_a_month(clinic: Database, ear: Ear, time: Time) -> None:
    booking = await booked(clinic)
    await deliver_due(clinic, {"ear": ear}, clock=time)
    later = NOW + timedelta(days=30)
    async with clinic.write() as session:
        event = Event(booking.appointments[0].id, EventKind.BOOKED, (booking.appointments[0].id,), later)
        await record_event(session, event, "secret")

    async with clinic.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxEvent)) == 1
        assert await session.scalar(select(func.count()).select_from(OutboxDelivery)) == 1


async def test_the_courier_goes_on_though_a_round_fails(clinic: Database, ear: Ear) -> None:
    told = asyncio.Event()
    tries = 0

    async def hears(event: Event, manage_token: str | None) -> None:
        await ear(event, manage_token)
        told.set()

    async def clock(_session: BookingSession) -> datetime:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("a bad moment")
        return NOW

    await booked(clinic)
    courier = asyncio.create_task(run_relay(clinic, {"ear": hears}, clock=clock))
    async with asyncio.timeout(20):
        await told.wait()
    courier.cancel()
    await asyncio.wait([courier])

    assert len(ear.heard) == 1
