"""Webhook endpoints as outbox listeners: each event is sent, signed, and the attempt recorded."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from booking.background import Clock
from booking.domain.events import Event
from booking.domain.hookspecs import DynamicListeners, PermanentFailure, TemporaryFailure
from booking.storage.database import Database
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.messages.webhooks import (
    disable_if_enabled,
    is_revoked,
    record_attempt,
    set_failing_since,
)
from booking.webhooks.client import WebhookClient
from booking.webhooks.endpoints import get_endpoint
from booking.webhooks.event_data import WebhookEvent, webhook_event
from booking.webhooks.payload import PING, WebhookMessage, signed_headers, webhook_message
from booking.webhooks.secrets import active_secrets

HTTP_GONE = 410
DISABLED_AFTER = timedelta(days=3)
MIN_ATTEMPTS = 5
"""Failed attempts at one event before an endpoint that has been failing for long is disabled."""

PayloadOf = Callable[[WebhookEvent], Mapping[str, Any]]
"""Makes the `data` of a message, in the API's terms."""


class TemporaryDeliveryFailure(TemporaryFailure):
    """The endpoint did not take the message; a later attempt may succeed."""


@dataclass(frozen=True)
class WebhookDelivery:
    """Delivers events to the endpoints of a database."""

    database: Database
    client: WebhookClient
    clock: Clock

    def listeners(self, payload_of: PayloadOf) -> DynamicListeners:
        """The endpoints as listeners, by their ids."""
        return lambda endpoint_id: partial(self._deliver_event, endpoint_id, payload_of)

    async def ping(self, id: str, *, key_id: str | None = None) -> WebhookAttempt:
        """Send an empty message once, also to an endpoint that is disabled.

        Raises:
            NotFound: no such endpoint, or it is not this key's.
        """
        async with self.database.read() as session:
            now = await self.clock(session)
            endpoint = await get_endpoint(session, id, key_id=key_id)
            secrets = await active_secrets(session, endpoint, now=now)
        message = webhook_message(uuid.uuid4(), PING, now, {})
        attempt = await _attempt(self.client, endpoint, secrets, message, now=now)
        async with self.database.write() as session:
            await record_attempt(session, attempt)
        return attempt

    async def _deliver_event(
        self, endpoint_id: str, payload_of: PayloadOf, event: Event, _manage_token: str | None
    ) -> None:
        async with self.database.read() as session:
            now = await self.clock(session)
            endpoint = await session.get(WebhookEndpoint, endpoint_id)
            if endpoint is None:
                return
            if endpoint.disabled_at is not None:
                raise PermanentFailure("the endpoint is disabled")
            if await is_revoked(session, endpoint):
                raise PermanentFailure("its key is revoked")
            data = await webhook_event(session, endpoint, event)
            secrets = await active_secrets(session, endpoint, now=now)
        if data is not None:
            message = webhook_message(event.id, event.kind, event.occurred_at, payload_of(data))
            await self._deliver(endpoint, secrets, message, now=now)

    async def _deliver(
        self, endpoint: WebhookEndpoint, secrets: Sequence[str], message: WebhookMessage, *, now: datetime
    ) -> None:
        """Attempt once, record it, and disable the endpoint if it is gone or has failed for long.

        Raises:
            TemporaryDeliveryFailure: the endpoint did not take it.
            PermanentFailure: the endpoint is gone for good.
        """
        attempt = await _attempt(self.client, endpoint, secrets, message, now=now)
        async with self.database.write() as session:
            if await session.get(WebhookEndpoint, endpoint.id) is None:
                return  # It was removed meanwhile.
            number = await record_attempt(session, attempt)
            await set_failing_since(session, endpoint.id, now if attempt.problem else None)
            if attempt.problem is None:
                return
            if attempt.status == HTTP_GONE:
                await disable_if_enabled(session, endpoint.id, "answered 410 Gone", now=now)
            elif number >= MIN_ATTEMPTS:
                because = f"failed for {DISABLED_AFTER.days} days; at last: {attempt.problem}"
                since = now - DISABLED_AFTER
                await disable_if_enabled(session, endpoint.id, because, now=now, if_failing_since=since)
        if attempt.status == HTTP_GONE:
            raise PermanentFailure("410 Gone: the endpoint is disabled now")
        raise TemporaryDeliveryFailure(attempt.problem)


async def _attempt(
    client: WebhookClient,
    endpoint: WebhookEndpoint,
    secrets: Sequence[str],
    message: WebhookMessage,
    *,
    now: datetime,
) -> WebhookAttempt:
    """Post the message once; the attempt is still to be recorded."""
    headers = signed_headers(message, secrets, now=now)
    result = await client.post(endpoint.url, message.body, headers)
    return WebhookAttempt(
        endpoint=endpoint.id,
        event=message.id,
        kind=message.kind,
        at=now,
        milliseconds=result.milliseconds,
        status=result.status,
        problem=result.problem,
    )
