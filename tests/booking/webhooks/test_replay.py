"""What an endpoint was sent can be seen for a month, and told again."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.errors import InvalidInput, NotFound
from booking.outbox.relay import LEASE, RETRY_DELAYS
from booking.storage.queries.outbox import claim_deliveries, settle_delivery
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import ping
from booking.webhooks.endpoints import disable_endpoint, enable_endpoint, listener_name
from booking.webhooks.replay import replay_event, replay_since
from tests.booking.notifications.bookings import booked
from tests.booking.webhooks.conftest import Teller, ids
from tests.booking.webhooks.receiver import SILENCE, TAKEN, Receiver, saying
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_disabled_endpoint_is_sent_nothing_until_it_is_enabled_and_can_be_told_it_all(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    for _twice in range(2):
        async with teller.database.write() as session:
            await disable_endpoint(session, hook, now=teller.now)
    booking = await booked(teller.database, NINE)
    await teller.tell()
    with pytest.raises(InvalidInput, match="enable it first"):
        async with teller.database.write() as session:
            await replay_since(session, hook, NOW, now=teller.now)
    async with teller.database.write() as session:
        await enable_endpoint(session, hook)
    await booking.cancelled(at=teller.now)
    await teller.tell()
    assert receiver.kinds == ["appointment.cancelled"]

    async with teller.database.write() as session:
        assert await replay_since(session, hook, NOW, now=teller.now) == 2
    await teller.tell()

    assert sorted(receiver.kinds[1:]) == ["appointment.booked", "appointment.cancelled"]


async def test_what_was_given_up_is_replayed_one_by_one_or_from_a_time_on(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    other, _ = await teller.add(receiver.url.replace("/hook", "/other"))
    receiver.answers = [saying(503)]
    booking = await booked(teller.database, NINE + 7 * DAY)
    await teller.tell_for_a_day()
    (first,) = ids(await teller.log(hook))
    receiver.answers = [TAKEN]
    receiver.requests.clear()

    async def replayed(since: datetime) -> int:
        async with teller.database.write() as session:
            return await replay_since(session, hook, since, now=teller.now)

    async with teller.database.write() as session:
        await replay_event(session, hook, first, now=teller.now)
    assert await teller.tell() == 1
    later = teller.now
    await booking.cancelled(at=later)
    assert await teller.tell() == 2
    assert await replayed(later + HOUR) == 0
    assert await replayed(later) == 1
    assert await teller.tell() == 1
    assert await replayed(NOW) == 2
    assert await teller.tell() == 2

    to_this = [request.told["type"] for request in receiver.requests if "/hook" in request.line]
    assert to_this[:3] == ["appointment.booked", "appointment.cancelled", "appointment.cancelled"]
    assert sorted(to_this[3:]) == ["appointment.booked", "appointment.cancelled"]
    assert (await teller.log(other))[-1].kind == "appointment.cancelled"
    log = [attempt for attempt in await teller.log(hook) if attempt.event == first]
    assert [attempt.number for attempt in log] == list(range(1, len(RETRY_DELAYS) + 4))
    assert {attempt.status for attempt in log[-2:]} == {204}


async def test_what_is_replayed_while_it_is_being_sent_is_sent_again(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    await booked(teller.database, NINE)
    async with teller.database.write() as session:
        until = teller.now + LEASE
        (due,) = await claim_deliveries(session, listener_name(hook), now=teller.now, until=until, most=10)
    async with teller.database.write() as session:
        await replay_event(session, hook, due.event.id, now=teller.now)
    async with teller.database.write() as session:
        await settle_delivery(session, due, delivered_at=teller.now, again_at=None)

    assert await teller.tell() == 1
    assert await teller.tell() == 0


async def test_an_event_that_was_never_for_it_is_not_replayed(teller: Teller, receiver: Receiver) -> None:
    hook, _ = await teller.add(receiver.url)
    with pytest.raises(NotFound, match="30 days"):
        async with teller.database.write() as session:
            await replay_event(session, hook, uuid.uuid4(), now=teller.now)


async def test_the_log_shows_each_attempt_and_forgets_after_a_month(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    receiver.answers = [saying(500), SILENCE, TAKEN]
    patient, hasty = teller.sender, WebhookClient(to_private=True, patience=0.2)
    booking = await booked(teller.database, NINE + 40 * DAY)
    for wait, teller.sender in zip(RETRY_DELAYS, (patient, hasty, patient)):
        await teller.tell()
        teller.now += wait

    log = await teller.log(hook)
    assert [(attempt.kind, attempt.number, attempt.status, attempt.problem) for attempt in log] == [
        ("appointment.booked", 1, 500, "answered 500"),
        ("appointment.booked", 2, None, "no answer in 0.2 s"),
        ("appointment.booked", 3, 204, None),
    ]
    assert [attempt.at - NOW for attempt in log] == [
        timedelta(0),
        RETRY_DELAYS[0],
        RETRY_DELAYS[0] + RETRY_DELAYS[1],
    ]
    assert log[1].milliseconds >= 200

    teller.now = NOW + 30 * DAY
    await booking.cancelled(at=teller.now)
    await teller.tell()
    assert [attempt.number for attempt in await teller.log(hook)] == [2, 3, 1]


async def test_a_ping_is_sent_once_and_noted(teller: Teller, receiver: Receiver) -> None:
    hook, _ = await teller.add(receiver.url)
    answer = await ping(teller.database, teller.sender, hook, clock=teller.clock)

    assert (answer.status, answer.problem) == (204, None)
    assert receiver.requests[0].told == {"type": "test.ping", "timestamp": "2026-11-23T12:00:00Z", "data": {}}
    (attempt,) = await teller.log(hook)
    assert (attempt.kind, attempt.status) == ("test.ping", 204)
