"""How long the outbox keeps events, and the tokens of manage links."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select

from booking.appointments.hold import HoldRequest, hold_course
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import PermanentFailure
from booking.outbox.relay import OutboxRelay
from booking.retention.worker import delete_expired
from booking.storage.database import Database
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.queries.outbox import (
    events_without_listener,
    manage_token_of,
    record_event,
    requeue_deliveries,
)
from tests.booking.audit.trails import SERVER
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


async def stored_tokens(database: Database) -> list[str | None]:
    rows = await deliveries(database)
    async with database.read() as session:
        return [await manage_token_of(session, delivery) for delivery in rows]


async def test_a_delivery_given_up_keeps_its_link_for_a_retry_until_the_visit_is_over(
    clinic: Database, listener: RecordingListener, clock: StandingClock, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    listener.failures = [PermanentFailure("no such mailbox")] * 2
    await relay.deliver_due()

    async with clinic.write() as session:
        assert await requeue_deliveries(session, "mail", now=clock.now, only_given_up=True) == 1
    await relay.deliver_due()
    assert [token for _, token in listener.received] == [booking.manage_token] * 2

    clock.now = NINE
    await relay.forget_tokens()
    assert await stored_tokens(clinic) == [booking.manage_token]
    clock.now = NINE + timedelta(hours=1)
    await relay.forget_tokens()
    assert await stored_tokens(clinic) == [None]


async def test_a_mail_that_waits_past_the_visit_holds_no_link(
    clinic: Database, clock: StandingClock, relay: OutboxRelay
) -> None:
    """No server with mail settings is running."""
    await book_at(clinic)
    later = await book_at(clinic, NINE + 7 * DAY)
    clock.now = NINE + DAY

    await relay.forget_tokens()

    tokens = await stored_tokens(clinic)
    assert sorted(tokens, key=str) == sorted([None, later.manage_token], key=str)


async def test_the_link_of_a_course_stays_until_its_last_visit_is_over(
    database: Database, clock: StandingClock, listener: RecordingListener
) -> None:
    await open_clinic(database, small_clinic(service="visits = 2"))
    await register(database, "mail")
    async with database.write() as session:
        held = await hold_course(session, HoldRequest("visit", (NINE, NINE + 7 * DAY)), now=NOW)
    booking = await book_held(database, [token for _, token in held])
    relay = OutboxRelay(database, {"mail": listener}, clock=clock)

    clock.now = NINE + DAY
    await relay.forget_tokens()
    assert await stored_tokens(database) == [booking.manage_token]
    clock.now = NINE + 8 * DAY
    await relay.forget_tokens()
    assert await stored_tokens(database) == [None]


async def test_events_are_deleted_after_a_month(clinic: Database, relay: OutboxRelay) -> None:
    booking = await book_at(clinic)
    await relay.deliver_due()
    later = NOW + timedelta(days=30)
    async with clinic.write() as session:
        event = Event(booking.appointments[0].id, EventKind.BOOKED, (booking.appointments[0].id,), later)
        await record_event(session, event, "secret", ordering_key=event.id)
    await delete_expired(clinic, SERVER, now=later)

    async with clinic.read() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxEvent)) == 1
        assert await session.scalar(select(func.count()).select_from(OutboxDelivery)) == 1


async def test_an_event_that_was_given_up_is_kept_after_a_month(
    clinic: Database, listener: RecordingListener, relay: OutboxRelay
) -> None:
    booking = await book_at(clinic)
    listener.failures = [PermanentFailure("no such mailbox")]
    await relay.deliver_due()
    later = NOW + timedelta(days=45)
    async with clinic.write() as session:
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (booking.appointments[0].id,), later)
        await record_event(session, event, None, ordering_key=booking.appointments[0].id)
    await delete_expired(clinic, SERVER, now=later)
    async with clinic.write() as session:
        assert await requeue_deliveries(session, "mail", now=later, only_given_up=True) == 1


async def test_events_without_a_listener_are_counted(database: Database) -> None:
    await open_clinic(database, small_clinic())
    await book_at(database)

    async with database.read() as session:
        assert await events_without_listener(session) == 1


async def test_an_event_that_waits_for_a_listener_is_kept_after_a_month(
    clinic: Database, clock: StandingClock, relay: OutboxRelay, listener: RecordingListener
) -> None:
    booking = await book_at(clinic)
    later = NOW + timedelta(days=45)
    async with clinic.write() as session:
        event = Event(uuid.uuid4(), EventKind.CANCELLED, (booking.appointments[0].id,), later)
        await record_event(session, event, None, ordering_key=booking.appointments[0].id)
    await delete_expired(clinic, SERVER, now=later)
    clock.now = later

    await relay.deliver_due()
    await relay.deliver_due()

    assert [event.kind for event, _ in listener.received] == [EventKind.BOOKED, EventKind.CANCELLED]
