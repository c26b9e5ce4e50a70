"""Endpoints that fail are switched off, and each keeps to itself, whatever servers and partners do."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from booking.api_keys import create_key, revoke_key
from booking.domain.errors import InvalidInput, NotFound
from booking.domain.events import Event, EventKind
from booking.outbox.relay import LEASE, RETRY_DELAYS, OutboxRelay
from booking.storage.models.api_keys import Scope
from booking.storage.models.outbox import OutboxDelivery, OutboxListener
from booking.storage.models.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.outbox import claim_deliveries, register_listeners
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import webhook_listeners
from booking.webhooks.endpoints import (
    LISTENER_FAMILY,
    MAX_ENDPOINTS,
    add_endpoint,
    delivery_log,
    disable_endpoint,
    enable_endpoint,
    listener_name,
    remove_endpoint,
    rotate_secret,
)
from booking.webhooks.replay import replay_event, replay_since
from graphql_api.types.webhook_payload import webhook_payload
from tests.booking.notifications.bookings import booked
from tests.booking.webhooks.conftest import Teller
from tests.booking.webhooks.receiver import SILENCE, TAKEN, Receiver, receiving, saying
from tests.support.clinics import NOW

NINE = datetime(2026, 11, 26, 14, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_gone_disables_at_once(teller: Teller, receiver: Receiver) -> None:
    hook, _ = await teller.add(receiver.url)
    receiver.answers = [saying(410)]
    booking = await booked(teller.database, NINE)
    await teller.tell()
    await booking.cancelled(at=teller.now)
    await teller.tell_for_a_day()

    assert receiver.kinds == ["appointment.booked"]
    endpoint = await teller.endpoint(hook)
    assert (endpoint.disabled_at, endpoint.disabled_because) == (NOW, "answered 410 Gone")


async def test_an_endpoint_that_takes_nothing_for_three_days_is_disabled(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    receiver.answers = [saying(500)]
    booking = await booked(teller.database, NINE + 7 * DAY)
    await teller.tell_for_a_day()
    teller.now += 2 * DAY
    assert (await teller.endpoint(hook)).disabled_at is None
    assert (await teller.endpoint(hook)).failing_since == NOW

    await booking.moved(NINE + 7 * DAY + HOUR, at=teller.now)
    await teller.tell()
    assert (await teller.endpoint(hook)).disabled_at is None, "one failure says little"
    await teller.tell_for_a_day()

    endpoint = await teller.endpoint(hook)
    assert endpoint.disabled_at is not None
    assert endpoint.disabled_because == "failed for 3 days; at last: answered 500"
    assert len(receiver.requests) == 1 + len(RETRY_DELAYS) + 5


async def test_one_success_in_three_days_is_enough(teller: Teller, receiver: Receiver) -> None:
    hook, _ = await teller.add(receiver.url)
    receiver.answers = [saying(500)] * 8 + [TAKEN, saying(500)]
    booking = await booked(teller.database, NINE + 7 * DAY)
    await teller.tell_for_a_day()
    teller.now += 2 * DAY
    await booking.moved(NINE + 7 * DAY + HOUR, at=teller.now)
    await teller.tell()
    assert (await teller.endpoint(hook)).failing_since is None

    await booking.cancelled(at=teller.now)
    await teller.tell_for_a_day()

    assert (await teller.endpoint(hook)).disabled_at is None


async def test_a_silent_endpoint_keeps_nobody_else_waiting(teller: Teller) -> None:
    teller.sender = WebhookClient(to_private=True, patience=60)
    async with receiving() as silent, receiving() as quick:
        silent.answers = [SILENCE]
        await teller.add(silent.url)
        await teller.add(quick.url)
        family = webhook_listeners(teller.database, teller.sender, show=webhook_payload, clock=teller.clock)
        relay = OutboxRelay(teller.database, {}, {LISTENER_FAMILY: family}, clock=teller.clock)
        running = asyncio.create_task(relay.run())
        try:
            booking = await booked(teller.database, NINE)
            await silent.arrived(1)
            await quick.arrived(1)
            await booking.cancelled(at=teller.now)
            await quick.arrived(2)
            assert len(silent.requests) == 1
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_what_a_dead_server_had_begun_is_sent_by_another(teller: Teller, receiver: Receiver) -> None:
    hook, _ = await teller.add(receiver.url)
    await booked(teller.database, NINE)
    async with teller.database.write() as session:
        until = teller.now + LEASE
        assert await claim_deliveries(session, listener_name(hook), now=teller.now, until=until, most=10)

    assert await teller.tell() == 0
    teller.now += LEASE
    assert await teller.tell() == 1
    assert receiver.kinds == ["appointment.booked"]


async def test_servers_that_start_leave_endpoints_alone(teller: Teller, receiver: Receiver) -> None:
    await teller.add(receiver.url)
    await booked(teller.database, NINE)
    async with teller.database.write() as session:
        await register_listeners(session, ["mail"])
        await register_listeners(session, [])

    assert await teller.tell() == 1
    assert receiver.kinds == ["appointment.booked"]


async def test_what_is_removed_leaves_nothing_and_its_last_answer_does_no_harm(
    teller: Teller, receiver: Receiver
) -> None:
    hook, _ = await teller.add(receiver.url)
    receiver.answers = [saying(500)]
    await booked(teller.database, NINE)
    await teller.tell()
    family = webhook_listeners(teller.database, teller.sender, show=webhook_payload, clock=teller.clock)
    async with teller.database.write() as session:
        await remove_endpoint(session, hook)

    await family(hook)(Event(uuid.uuid4(), EventKind.BOOKED, (), NOW), None)

    async with teller.database.read() as session:
        for table in (WebhookEndpoint, WebhookAttempt, OutboxDelivery, OutboxListener):
            assert await session.scalar(select(func.count()).select_from(table)) == 0, table


async def test_a_partner_hears_of_what_it_booked_until_its_key_is_revoked(
    teller: Teller, receiver: Receiver
) -> None:
    async with teller.database.write() as session:
        key, _ = await create_key(session, "Sample Directory", [Scope.BOOK], now=NOW)
    await teller.add(receiver.url, key_id=key.id)
    await teller.add(receiver.url.replace("/hook", "/clinic"))
    own = await booked(teller.database, NINE, booked_by=key.id)
    await booked(teller.database, NINE + HOUR)
    await teller.tell()
    assert sorted(request.line for request in receiver.requests) == [
        "POST /clinic HTTP/1.1",
        "POST /clinic HTTP/1.1",
        "POST /hook HTTP/1.1",
    ]

    async with teller.database.write() as session:
        await revoke_key(session, key.id, now=NOW)
    await own.cancelled(at=NOW)
    receiver.requests.clear()
    await teller.tell()
    assert [request.line for request in receiver.requests] == ["POST /clinic HTTP/1.1"]


async def test_one_partner_cannot_touch_the_endpoint_of_another(teller: Teller, receiver: Receiver) -> None:
    async with teller.database.write() as session:
        key, _ = await create_key(session, "Sample Directory", [Scope.WEBHOOK_MANAGE], now=NOW)
        other, _ = await create_key(session, "Another Directory", [Scope.WEBHOOK_MANAGE], now=NOW)
    hook, secret = await teller.add(receiver.url, key_id=key.id)
    clinics, _ = await teller.add(receiver.url)

    for whose in (hook, clinics):
        async with teller.database.write() as session:
            mine = other.id
            for attempt in (
                disable_endpoint(session, whose, now=NOW, key_id=mine),
                enable_endpoint(session, whose, key_id=mine),
                rotate_secret(session, whose, now=NOW, key_id=mine),
                delivery_log(session, whose, most=1, key_id=mine),
                replay_since(session, whose, NOW, now=NOW, key_id=mine),
                replay_event(session, whose, uuid.uuid4(), now=NOW, key_id=mine),
                remove_endpoint(session, whose, key_id=mine),
            ):
                with pytest.raises(NotFound):
                    await attempt
    endpoint = await teller.endpoint(hook)
    assert (endpoint.secret, endpoint.disabled_at) == (secret, None)


async def test_what_an_endpoint_is_made_of_is_checked(teller: Teller) -> None:
    url = "https://partner.example/hook"
    for name, kinds in (("", ["appointment.booked"]), ("x" * 201, ["appointment.booked"]), ("a\nb", [])):
        with pytest.raises(InvalidInput, match="name"):
            async with teller.database.write() as session:
                await add_endpoint(session, url, name, kinds, now=NOW)
    for kinds in ([], ["appointment.lost"]):
        with pytest.raises(InvalidInput, match=r"appointment\.booked"):
            async with teller.database.write() as session:
                await add_endpoint(session, url, "Sample Directory", kinds, now=NOW)
    for _ in range(MAX_ENDPOINTS):
        await teller.add(url)
    with pytest.raises(InvalidInput, match="20 endpoints already"):
        await teller.add(url)
