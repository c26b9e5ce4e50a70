"""Failing endpoints are disabled; no endpoint can delay, change or see another's."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from booking.api_keys import create_key, revoke_key
from booking.domain.errors import InvalidInput, NotFound
from booking.domain.events import Event, EventKind
from booking.outbox.relay import LEASE, RETRY_DELAYS
from booking.storage.models.api_keys import Scope
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.models.outbox import OutboxDelivery, OutboxListener
from booking.storage.queries.outbox import claim_deliveries, register_listeners
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import MIN_ATTEMPTS
from booking.webhooks.endpoints import (
    MAX_ENDPOINTS,
    add_endpoint,
    delivery_log,
    disable_endpoint,
    enable_endpoint,
    listener_name,
    remove_endpoint,
    replay_event,
    replay_since,
    rotate_secret,
)
from booking.webhooks.secrets import current_secret
from graphql_api.types.webhook_payload import webhook_payload
from tests.booking.notifications.bookings import make_booking
from tests.booking.webhooks.conftest import WebhookRelay
from tests.booking.webhooks.receiver import NO_CONTENT, SILENCE, Receiver, response, running_receiver
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_410_gone_disables_an_endpoint_at_once(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    receiver.responses = [response(410)]
    booking = await make_booking(relay.database, NINE)
    await relay.deliver_due()
    await booking.cancel(at=relay.now)
    await relay.retry_for_a_day()

    assert receiver.kinds == ["appointment.booked"]
    endpoint = await relay.endpoint(endpoint_id)
    assert (endpoint.disabled_at, endpoint.disabled_because) == (NOW, "answered 410 Gone")


async def test_an_endpoint_that_takes_nothing_for_three_days_is_disabled(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    receiver.responses = [response(500)]
    await make_booking(relay.database, NINE + 7 * DAY)
    for wait in RETRY_DELAYS:
        await relay.deliver_due()
        endpoint = await relay.endpoint(endpoint_id)
        assert endpoint.failing_since == NOW
        assert (endpoint.disabled_at is not None) == (relay.now - NOW >= 3 * DAY)
        relay.now += wait

    endpoint = await relay.endpoint(endpoint_id)
    assert endpoint.disabled_because == "failed for 3 days; at last: answered 500"
    before = len(receiver.requests)
    assert await relay.deliver_due() == 0
    assert len(receiver.requests) == before


async def test_one_failure_after_three_quiet_days_disables_nothing(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    receiver.responses = [response(500)]
    times = [NINE + days * DAY + hours * HOUR for days in (7, 14) for hours in (0, 1)]
    assert len(times) < MIN_ATTEMPTS
    for time in times:
        await make_booking(relay.database, time)
    await relay.deliver_due()
    relay.now += 3 * DAY
    await relay.deliver_due()

    assert (await relay.endpoint(endpoint_id)).disabled_at is None


async def test_one_success_in_three_days_is_enough(relay: WebhookRelay, receiver: Receiver) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    receiver.responses = [response(500)] * 8 + [NO_CONTENT, NO_CONTENT, response(500)]
    booking = await make_booking(relay.database, NINE + 7 * DAY)
    await relay.retry_for_a_day()
    relay.now += 2 * DAY
    await booking.move(NINE + 7 * DAY + HOUR, at=relay.now)
    await relay.deliver_due()
    assert (await relay.endpoint(endpoint_id)).failing_since is None

    await booking.cancel(at=relay.now)
    await relay.retry_for_a_day()

    assert (await relay.endpoint(endpoint_id)).disabled_at is None


async def test_a_silent_endpoint_delays_no_other(relay: WebhookRelay) -> None:
    relay.client = WebhookClient(to_private=True, patience=60)
    async with running_receiver() as silent, running_receiver() as quick:
        silent.responses = [SILENCE]
        await relay.add(silent.url)
        await relay.add(quick.url)
        running = asyncio.create_task(relay.outbox_relay().run())
        try:
            booking = await make_booking(relay.database, NINE)
            await silent.arrived(1)
            await quick.arrived(1)
            await booking.cancel(at=relay.now)
            await quick.arrived(2)
            assert len(silent.requests) == 1
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_a_delivery_that_a_dead_server_claimed_is_sent_by_another(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    await make_booking(relay.database, NINE)
    async with relay.database.write() as session:
        until = relay.now + LEASE
        assert await claim_deliveries(
            session, listener_name(endpoint_id), now=relay.now, until=until, limit=10
        )

    assert await relay.deliver_due() == 0
    relay.now += LEASE
    assert await relay.deliver_due() == 1
    assert receiver.kinds == ["appointment.booked"]


async def test_a_server_that_starts_removes_no_endpoint(relay: WebhookRelay, receiver: Receiver) -> None:
    await relay.add(receiver.url)
    await make_booking(relay.database, NINE)
    async with relay.database.write() as session:
        await register_listeners(session, ["mail"])
        await register_listeners(session, [])

    assert await relay.deliver_due() == 1
    assert receiver.kinds == ["appointment.booked"]


async def test_a_removed_endpoint_leaves_no_rows_and_its_last_attempt_does_no_harm(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    endpoint_id, _ = await relay.add(receiver.url)
    receiver.responses = [response(500)]
    await make_booking(relay.database, NINE)
    await relay.deliver_due()
    family = relay.webhook_delivery().listeners(webhook_payload)
    async with relay.database.write() as session:
        await remove_endpoint(session, endpoint_id)

    await family(endpoint_id)(Event(uuid.uuid4(), EventKind.BOOKED, (), NOW), None)

    async with relay.database.read() as session:
        for table in (WebhookEndpoint, WebhookAttempt, OutboxDelivery, OutboxListener):
            assert await session.scalar(select(func.count()).select_from(table)) == 0, table


async def test_a_partner_gets_events_of_its_own_bookings_until_its_key_is_revoked(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    async with relay.database.write() as session:
        key, _ = await create_key(session, "Sample Directory", [Scope.BOOK], now=NOW)
    await relay.add(receiver.url, key_id=key.id)
    await relay.add(receiver.url.replace("/hook", "/clinic"))
    own = await make_booking(relay.database, NINE, booked_by=key.id)
    await make_booking(relay.database, NINE + HOUR)
    await relay.deliver_due()
    assert sorted(request.line for request in receiver.requests) == [
        "POST /clinic HTTP/1.1",
        "POST /clinic HTTP/1.1",
        "POST /hook HTTP/1.1",
    ]

    async with relay.database.write() as session:
        await revoke_key(session, key.id, now=NOW)
    await own.cancel(at=NOW)
    receiver.requests.clear()
    await relay.deliver_due()
    assert [request.line for request in receiver.requests] == ["POST /clinic HTTP/1.1"]


async def test_one_partner_cannot_touch_the_endpoint_of_another(
    relay: WebhookRelay, receiver: Receiver
) -> None:
    async with relay.database.write() as session:
        key, _ = await create_key(session, "Sample Directory", [Scope.WEBHOOK_MANAGE], now=NOW)
        other, _ = await create_key(session, "Another Directory", [Scope.WEBHOOK_MANAGE], now=NOW)
    endpoint_id, secret = await relay.add(receiver.url, key_id=key.id)
    clinic_endpoint, _ = await relay.add(receiver.url)

    for owned in (endpoint_id, clinic_endpoint):
        async with relay.database.write() as session:
            for attempt in (
                disable_endpoint(session, owned, now=NOW, key_id=other.id),
                enable_endpoint(session, owned, key_id=other.id),
                rotate_secret(session, owned, now=NOW, key_id=other.id),
                delivery_log(session, owned, limit=1, key_id=other.id),
                replay_since(session, owned, NOW, now=NOW, key_id=other.id),
                replay_event(session, owned, uuid.uuid4(), now=NOW, key_id=other.id),
                remove_endpoint(session, owned, key_id=other.id),
            ):
                with pytest.raises(NotFound):
                    await attempt
    endpoint = await relay.endpoint(endpoint_id)
    async with relay.database.read() as session:
        assert (await current_secret(session, endpoint), endpoint.disabled_at) == (secret, None)


async def test_a_new_endpoint_is_checked(relay: WebhookRelay) -> None:
    url = "https://partner.example/hook"
    for name, kinds in (("", ["appointment.booked"]), ("x" * 201, ["appointment.booked"]), ("a\nb", [])):
        with pytest.raises(InvalidInput, match="name"):
            async with relay.database.write() as session:
                await add_endpoint(session, url, name, kinds, now=NOW)
    for kinds in ([], ["appointment.lost"]):
        with pytest.raises(InvalidInput, match=r"appointment\.booked"):
            async with relay.database.write() as session:
                await add_endpoint(session, url, "Sample Directory", kinds, now=NOW)
    for _ in range(MAX_ENDPOINTS):
        await relay.add(url)
    with pytest.raises(InvalidInput, match="20 endpoints already"):
        await relay.add(url)
