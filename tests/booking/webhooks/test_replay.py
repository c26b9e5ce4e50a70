"""Attempts are logged for a month, and events can be replayed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.errors import InvalidInput, NotFound
from booking.outbox.relay import LEASE
from booking.retention.worker import delete_expired
from booking.storage.queries.outbox import claim_deliveries, settle_delivery
from booking.webhooks.client import WebhookClient
from booking.webhooks.endpoints import (
    disable_endpoint,
    enable_endpoint,
    listener_name,
    replay_event,
    replay_since,
)
from tests.booking.audit.trails import SERVER
from tests.booking.notifications.bookings import make_booking
from tests.booking.webhooks.conftest import DELAYS_OF_A_DAY, WebhookRelay, event_ids
from tests.booking.webhooks.receiver import NO_CONTENT, SILENCE, Receiver, response
from tests.support.clinics import NOW, SAMPLE, open_clinic

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_disabled_endpoint_gets_nothing_until_it_is_enabled_and_can_be_replayed_all(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    for _ in range(2):
        async with relay.database.write() as session:
            await disable_endpoint(session, endpoint_id, now=relay.now)
    booking = await make_booking(relay.database, NINE)
    await relay.deliver_due()
    with pytest.raises(InvalidInput, match="enable it first"):
        async with relay.database.write() as session:
            await replay_since(session, endpoint_id, NOW, now=relay.now)
    async with relay.database.write() as session:
        await enable_endpoint(session, endpoint_id)
    await booking.cancel(at=relay.now)
    await relay.deliver_due()
    assert receiver.kinds == ["appointment.cancelled"]

    async with relay.database.write() as session:
        assert await replay_since(session, endpoint_id, NOW, now=relay.now) == 2
    await relay.deliver_due()

    assert receiver.kinds[1:] == ["appointment.booked", "appointment.cancelled"]


async def test_failed_events_are_replayed_one_by_one_or_since_a_time(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    other, _ = await relay.add(receiver.url.replace("/hook", "/other"))
    receiver.responses = [response(503)]
    booking = await make_booking(relay.database, NINE + 7 * DAY)
    await relay.retry_for_a_day()
    (first,) = event_ids(await relay.log(endpoint_id))
    receiver.responses = [NO_CONTENT]
    receiver.requests.clear()

    async def replayed(since: datetime) -> int:
        async with relay.database.write() as session:
            return await replay_since(session, endpoint_id, since, now=relay.now)

    async with relay.database.write() as session:
        for endpoint in (endpoint_id, other):
            await replay_event(session, endpoint, first, now=relay.now)
    assert await relay.deliver_due() == 2
    later = relay.now
    await booking.cancel(at=later)
    assert await relay.deliver_due() == 2
    assert await replayed(later + HOUR) == 0
    assert await replayed(later) == 1
    assert await relay.deliver_due() == 1
    assert await replayed(NOW) == 2
    assert await relay.deliver_due() == 2

    to_hook = [request.payload["type"] for request in receiver.requests if "/hook" in request.line]
    assert to_hook[:3] == ["appointment.booked", "appointment.cancelled", "appointment.cancelled"]
    assert to_hook[3:] == ["appointment.booked", "appointment.cancelled"]
    assert (await relay.log(other))[-1].kind == "appointment.cancelled"
    log = [attempt for attempt in await relay.log(endpoint_id) if attempt.event == first]
    assert [attempt.number for attempt in log] == list(range(1, len(DELAYS_OF_A_DAY) + 4))
    assert {attempt.status for attempt in log[-2:]} == {204}


async def test_an_event_replayed_during_its_delivery_is_sent_again(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    await make_booking(relay.database, NINE)
    async with relay.database.write() as session:
        until = relay.now + LEASE
        (due,) = await claim_deliveries(
            session, listener_name(endpoint_id), now=relay.now, until=until, limit=10
        )
    async with relay.database.write() as session:
        await replay_event(session, endpoint_id, due.event.id, now=relay.now)
    async with relay.database.write() as session:
        await settle_delivery(session, due, delivered_at=relay.now, again_at=None)

    assert await relay.deliver_due() == 1
    assert await relay.deliver_due() == 0


async def test_an_event_of_another_endpoint_is_not_replayed(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    for kept, retention in (("30 days", ""), ("45 days", '[retention]\noutbox = "45 days"\n')):
        await open_clinic(relay.database, SAMPLE + retention)
        with pytest.raises(NotFound, match=f"more than {kept} ago"):
            async with relay.database.write() as session:
                await replay_event(session, endpoint_id, uuid.uuid4(), now=relay.now)


async def test_the_log_has_each_attempt_of_the_last_month(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    slow, hasty = relay.client, WebhookClient(to_private=True, patience=0.2)
    booking = await make_booking(relay.database, NINE + 40 * DAY)
    attempts = ((response(500), slow), (SILENCE, hasty), (NO_CONTENT, slow))
    for wait, (answer, relay.client) in zip(DELAYS_OF_A_DAY, attempts):
        receiver.responses = [answer]
        await relay.deliver_due()
        relay.now += wait

    log = await relay.log(endpoint_id)
    assert [(attempt.kind, attempt.number, attempt.status, attempt.problem) for attempt in log] == [
        ("appointment.booked", 1, 500, "answered 500"),
        ("appointment.booked", 2, None, "no answer in 0.2 s"),
        ("appointment.booked", 3, 204, None),
    ]
    assert [attempt.at - NOW for attempt in log] == [
        timedelta(0),
        DELAYS_OF_A_DAY[0],
        DELAYS_OF_A_DAY[0] + DELAYS_OF_A_DAY[1],
    ]
    assert log[1].milliseconds >= 200

    relay.now = NOW + 30 * DAY
    await booking.cancel(at=relay.now)
    await relay.deliver_due()
    await delete_expired(relay.database, SERVER, now=relay.now)
    assert [attempt.number for attempt in await relay.log(endpoint_id)] == [2, 3, 1]


async def test_a_ping_is_sent_once_and_recorded(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    result = await relay.webhook_delivery().ping(endpoint_id)

    assert (result.status, result.problem) == (204, None)
    assert receiver.requests[0].payload == {
        "type": "test.ping",
        "timestamp": "2026-11-23T12:00:00Z",
        "data": {},
    }
    (attempt,) = await relay.log(endpoint_id)
    assert (attempt.kind, attempt.status) == ("test.ping", 204)
