"""Endpoints as listeners: what has happened is sent to them, signed, and what came of it is noted."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from booking.domain.events import Event
from booking.domain.hookspecs import DynamicListeners, Listener, PermanentFailure
from booking.outbox.relay import Clock
from booking.storage.database import Database
from booking.storage.models.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.webhooks import (
    disable_if_enabled,
    endpoint_by_id,
    is_revoked,
    mark_failing,
    mark_healthy,
    record_attempt,
)
from booking.webhooks.client import DeliveryResult, WebhookClient
from booking.webhooks.endpoints import get_endpoint
from booking.webhooks.event_data import WebhookEvent, webhook_event
from booking.webhooks.payload import PING, WebhookMessage, active_secrets, signed_headers, webhook_message

GONE = 410
DISABLED_AFTER = timedelta(days=3)
MIN_ATTEMPTS = 5
"""So often an event was tried for nothing before an endpoint that has been failing for long is disabled."""

PayloadOf = Callable[[WebhookEvent], Mapping[str, Any]]
"""The `data` of a message, as our API shows it."""


class TemporaryDeliveryFailure(Exception):
    """It was not taken now; it may be later."""


def webhook_listeners(
    database: Database, sender: WebhookClient, *, show: PayloadOf, clock: Clock
) -> DynamicListeners:
    def listener(endpoint_id: str) -> Listener:
        async def tell(event: Event, _manage_token: str | None) -> None:
            async with database.read() as session:
                now = await clock(session)
                endpoint = await endpoint_by_id(session, endpoint_id)
                if endpoint is None:
                    return
                if endpoint.disabled_at is not None:
                    raise PermanentFailure("the endpoint is disabled")
                if await is_revoked(session, endpoint):
                    raise PermanentFailure("its key is revoked")
                news = await webhook_event(session, endpoint, event)
            if news is None:
                return
            told = webhook_message(event.id, event.kind, event.occurred_at, show(news))
            await _send(database, sender, endpoint, told, now=now)

        return tell

    return listener


async def ping(
    database: Database, sender: WebhookClient, id: str, *, key_id: str | None = None, clock: Clock
) -> DeliveryResult:
    """A message that tells nothing, once, also to an endpoint that is disabled. Refuses with NotFound."""
    async with database.read() as session:
        now = await clock(session)
        endpoint = await get_endpoint(session, id, key_id=key_id)
    told = webhook_message(uuid.uuid4(), PING, now, {})
    answer = await sender.post(
        endpoint.url, told.body, signed_headers(told, active_secrets(endpoint, now=now), now=now)
    )
    async with database.write() as session:
        await record_attempt(session, _attempt(endpoint, told, answer, now=now))
    return answer


async def _send(
    database: Database,
    sender: WebhookClient,
    endpoint: WebhookEndpoint,
    told: WebhookMessage,
    *,
    now: datetime,
) -> None:
    """Refuses with NotTaken or GiveUp."""
    signed = signed_headers(told, active_secrets(endpoint, now=now), now=now)
    answer = await sender.post(endpoint.url, told.body, signed)
    async with database.write() as session:
        if await endpoint_by_id(session, endpoint.id) is None:
            return  # It was removed meanwhile.
        tries = await record_attempt(session, _attempt(endpoint, told, answer, now=now))
        if answer.problem is None:
            await mark_healthy(session, endpoint.id)
            return
        await mark_failing(session, endpoint.id, now=now)
        if answer.status == GONE:
            await disable_if_enabled(session, endpoint.id, "answered 410 Gone", now=now)
        elif tries >= MIN_ATTEMPTS:
            because = f"failed for {DISABLED_AFTER.days} days; at last: {answer.problem}"
            long_ago = now - DISABLED_AFTER
            await disable_if_enabled(session, endpoint.id, because, now=now, if_failing_since=long_ago)
    if answer.status == GONE:
        raise PermanentFailure("410 Gone: the endpoint is disabled now")
    raise TemporaryDeliveryFailure(answer.problem)


def _attempt(
    endpoint: WebhookEndpoint, told: WebhookMessage, answer: DeliveryResult, *, now: datetime
) -> WebhookAttempt:
    return WebhookAttempt(
        endpoint=endpoint.id,
        event=told.id,
        kind=told.kind,
        at=now,
        milliseconds=answer.milliseconds,
        status=answer.status,
        problem=answer.problem,
    )
