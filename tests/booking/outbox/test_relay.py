"""Each event is delivered at least once, and never without its change."""

import asyncio
from datetime import datetime, timedelta

import pytest

from booking.appointments.by_staff.delayed_mail import DELAY
from booking.appointments.cancel import cancel
from booking.appointments.hold import HoldRequest, hold_course
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import SlotTaken
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import PermanentFailure, TemporaryFailure
from booking.outbox.relay import LEASE, RETRY_DELAYS, OutboxRelay
from booking.storage.database import Database
from booking.storage.queries.outbox import claim_deliveries, remove_listener
from booking.storage.session import BookingSession
from tests.booking.outbox.conftest import (
    DAY,
    NINE,
    RecordingListener,
    StandingClock,
    book_at,
    book_held,
    deliveries,
    register,
)
from tests.support.clinics import NOW, open_clinic, small_clinic


async def test_replicas_that_start_together_register_a_listener_once(clinic: Database) -> None:
    await asyncio.gather(*(register(clinic, "mail", "another") for _ in range(4)))
    await book_at(clinic)
    assert sorted(delivery.listener for delivery in await deliveries(clinic)) == ["another", "mail"]


async def test_booking_moving_and_cancelling_are_delivered_with_the_manage_link(
    clinic: Database, clock: StandingClock, listener: RecordingListener, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    appointment_id = booking.appointments[0].id
    assert await relay.deliver_due() == 1
    async with clinic.write() as session:
        request = RescheduleRequest(booking.manage_token, NINE + timedelta(hours=1))
        await reschedule(session, request, now=NOW)
    assert await relay.deliver_due() == 1
    for _ in range(2):
        async with clinic.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)
    clock.now += DELAY  # in which the patient may take it back
    assert await relay.deliver_due() == 1
    assert await relay.deliver_due() == 0

    events = [event for event, _ in listener.received]
    assert [event.kind for event in events] == [EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED]
    assert [event.appointments for event in events] == [(appointment_id,)] * 3
    assert [event.moved_from for event in events] == [None, NINE, None]
    assert [event.occurred_at for event in events] == [NOW] * 3
    assert {token for _, token in listener.received} == {booking.manage_token}
    assert len({event.id for event in events}) == 3


async def test_a_course_is_one_event(
    database: Database, listener: RecordingListener, relay: OutboxRelay
) -> None:
    await open_clinic(database, small_clinic(service="visits = 3"))
    await register(database, "mail")
    starts = (NINE, NINE + DAY, NINE + 2 * DAY)
    async with database.write() as session:
        held = await hold_course(session, HoldRequest("visit", starts), now=NOW)
    booking = await book_held(database, [token for _, token in held])

    await relay.deliver_due()

    assert [event.appointments for event, _ in listener.received] == [
        tuple(appointment.id for appointment in booking.appointments)
    ]


async def test_a_change_that_was_refused_or_rolled_back_is_no_event(
    clinic: Database, listener: RecordingListener, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    await book_at(clinic, NINE + timedelta(hours=1))
    await relay.deliver_due()
    listener.received.clear()

    async def move_to_a_taken_time() -> None:
        async with clinic.write() as session:
            request = RescheduleRequest(booking.manage_token, NINE + timedelta(hours=1))
            await reschedule(session, request, now=NOW)

    async def cancel_until_a_failure() -> None:
        async with clinic.write() as session:
            await cancel(session, booking.manage_token, None, now=NOW)
            raise RuntimeError("the process failed")

    with pytest.raises(SlotTaken):
        await move_to_a_taken_time()
    with pytest.raises(RuntimeError):
        await cancel_until_a_failure()

    assert await relay.deliver_due() == 0
    assert listener.received == []


async def test_moving_an_appointment_to_its_own_time_is_no_event(
    clinic: Database, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    await relay.deliver_due()

    async with clinic.write() as session:
        appointment = await reschedule(session, RescheduleRequest(booking.manage_token, NINE), now=NOW)

    assert appointment.sequence == 0
    assert await relay.deliver_due() == 0


async def test_a_failed_delivery_is_retried_with_the_same_event_id(
    clinic: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    await book_at(clinic)
    listener.failures = [OSError("no answer"), OSError("no answer")]

    for wait in RETRY_DELAYS[:2]:
        assert await relay.deliver_due() == 1
        clock.now += wait - timedelta(seconds=1)
        assert await relay.deliver_due() == 0
        clock.now += timedelta(seconds=1)
    assert await relay.deliver_due() == 1
    assert await relay.deliver_due() == 0

    assert len({event.id for event, _ in listener.received}) == 1
    assert len(listener.received) == 3


async def test_retries_outlast_a_weekend_and_leave_no_secret(
    clinic: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    await book_at(clinic)
    listener.failures = [OSError("no answer")] * 100

    for wait in (*RETRY_DELAYS, DAY, DAY):
        await relay.deliver_due()
        clock.now += wait

    assert len(listener.received) == len(RETRY_DELAYS) + 1
    assert 4 * DAY <= sum(RETRY_DELAYS, timedelta(0)) < 5 * DAY
    (given_up,) = await deliveries(clinic)
    assert (given_up.due_at, given_up.delivered_at, given_up.manage_token) == (None, None, None)


async def test_a_permanent_failure_is_not_retried(
    clinic: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    await book_at(clinic)
    listener.failures = [PermanentFailure("no such mailbox")]

    await relay.deliver_due()
    clock.now += DAY

    assert await relay.deliver_due() == 0


async def test_a_failing_listener_delays_no_other(
    clinic: Database, listener: RecordingListener, clock: StandingClock
) -> None:
    await register(clinic, "mail", "broken")
    await book_at(clinic)
    broken = RecordingListener(failures=[SystemExit(3), asyncio.CancelledError(), ValueError("rubbish")])

    assert await OutboxRelay(clinic, {"mail": listener, "broken": broken}, clock=clock).deliver_due() == 2
    for wait in RETRY_DELAYS[:3]:
        clock.now += wait
        assert await OutboxRelay(clinic, {"mail": listener, "broken": broken}, clock=clock).deliver_due() == 1

    assert (len(listener.received), len(broken.received)) == (1, 4)


async def test_a_delivery_that_a_dead_process_claimed_is_made_by_another(
    clinic: Database, clock: StandingClock, relay: OutboxRelay
) -> None:
    await book_at(clinic)
    async with clinic.write() as session:
        until = clock.now + LEASE
        assert len(await claim_deliveries(session, "mail", now=clock.now, until=until, limit=10)) == 1

    assert await relay.deliver_due() == 0, "it may be alive"
    clock.now += LEASE
    assert await relay.deliver_due() == 1


async def test_several_relays_share_the_deliveries(
    clinic: Database, listener: RecordingListener, clock: StandingClock
) -> None:
    for hour in range(3):
        await book_at(clinic, NINE + timedelta(hours=hour))

    relays = [OutboxRelay(clinic, {"mail": listener}, clock=clock) for _ in range(4)]
    delivered = await asyncio.gather(*(relay.deliver_due() for relay in relays))

    assert sum(delivered) == 3
    assert len({event.id for event, _ in listener.received}) == 3
    settled = [(delivery.manage_token, delivery.delivered_at) for delivery in await deliveries(clinic)]
    assert settled == [(None, NOW)] * 3


async def test_a_listener_gets_the_events_from_its_registration_to_its_removal(
    clinic: Database, listener: RecordingListener, clock: StandingClock
) -> None:
    await book_at(clinic)
    await register(clinic, "late")
    async with clinic.write() as session:
        await remove_listener(session, "mail")
    await book_at(clinic, NINE + timedelta(hours=1))

    late = RecordingListener()
    assert await OutboxRelay(clinic, {"mail": listener, "late": late}, clock=clock).deliver_due() == 1
    assert (len(listener.received), len(late.received)) == (0, 1)


async def test_the_relay_goes_on_after_a_round_that_failed(
    clinic: Database, listener: RecordingListener
) -> None:
    delivered = asyncio.Event()
    rounds = 0

    async def listener_that_signals(event: Event, manage_token: str | None) -> None:
        await listener(event, manage_token)
        delivered.set()

    async def failing_clock(_session: BookingSession) -> datetime:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise RuntimeError("a bad moment")
        return NOW

    await book_at(clinic)
    relay = OutboxRelay(clinic, {"mail": listener_that_signals}, clock=failing_clock)
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(20):
        await delivered.wait()
    running.cancel()
    await asyncio.wait([running])

    assert len(listener.received) == 1


async def test_a_start_removes_no_listener_and_no_delivery(
    clinic: Database, listener: RecordingListener, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    await register(clinic, "crm.contacts")
    await book_at(clinic)

    other = OutboxRelay(clinic, {}, clock=clock, missing={"mail": "there is no mail server"})
    await other.register()
    await book_at(clinic, NINE + timedelta(hours=1))

    assert await other.deliver_due() == 0
    assert [record.message for record in caplog.records if record.name == "book_online"] == [
        "crm.contacts is not served: no feature of this process has it; 1 deliveries wait",
        "mail is not served: there is no mail server; 1 deliveries wait",
    ]
    assert await OutboxRelay(clinic, {"mail": listener}, clock=clock).deliver_due() == 2
    assert len(listener.received) == 2


async def test_an_expected_failure_is_one_line_in_the_log(
    clinic: Database, listener: RecordingListener, relay: OutboxRelay, caplog: pytest.LogCaptureFixture
) -> None:
    await book_at(clinic)
    listener.failures = [TemporaryFailure("mail.example.com:587 can't be used: 535")]

    await relay.deliver_due()

    (record,) = (record for record in caplog.records if record.name == "book_online")
    assert record.exc_info is None
    assert record.message.endswith("again in 0:00:10: mail.example.com:587 can't be used: 535")
