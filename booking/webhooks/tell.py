"""Endpoints as listeners: what has happened is sent to them, signed, and what came of it is noted."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from booking.courier import Clock
from booking.events import Event
from booking.hooks import Family, GiveUp, Listener
from booking.storage import webhooks as storage
from booking.storage.database import Database
from booking.storage.webhooks import WebhookAttempt, WebhookEndpoint
from booking.webhooks.endpoints import the_endpoint
from booking.webhooks.message import PING, Message, headers, message, secrets_of
from booking.webhooks.news import News, news_for
from booking.webhooks.send import Answer, Sender

GONE = 410
FAILING = timedelta(days=3)
TRIES = 5
"""So often an event was tried for nothing before an endpoint that has been failing for long is disabled."""

Show = Callable[[News], Mapping[str, Any]]
"""The `data` of a message, as our API shows it."""


class NotTaken(Exception):
    """It was not taken now; it may be later."""


def webhooks(database: Database, sender: Sender, *, show: Show, clock: Clock) -> Family:
    def listener(endpoint_id: str) -> Listener:
        async def tell(event: Event, _manage_token: str | None) -> None:
            async with database.read() as session:
                now = await clock(session)
                endpoint = await storage.endpoint_by_id(session, endpoint_id)
                if endpoint is None:
                    return
                if endpoint.disabled_at is not None:
                    raise GiveUp("the endpoint is disabled")
                if await storage.is_revoked(session, endpoint):
                    raise GiveUp("its key is revoked")
                news = await news_for(session, endpoint, event)
            if news is None:
                return
            told = message(event.id, event.kind, event.occurred_at, show(news))
            await _send(database, sender, endpoint, told, now=now)

        return tell

    return listener


async def ping(
    database: Database, sender: Sender, id: str, *, key_id: str | None = None, clock: Clock
) -> Answer:
    """A message that tells nothing, once, also to an endpoint that is disabled. Refuses with NotFound."""
    async with database.read() as session:
        now = await clock(session)
        endpoint = await the_endpoint(session, id, key_id=key_id)
    told = message(uuid.uuid4(), PING, now, {})
    answer = await sender.post(endpoint.url, told.body, headers(told, secrets_of(endpoint, now=now), now=now))
    async with database.write() as session:
        await storage.note(session, _attempt(endpoint, told, answer, now=now))
    return answer


async def _send(
    database: Database, sender: Sender, endpoint: WebhookEndpoint, told: Message, *, now: datetime
) -> None:
    """Refuses with NotTaken or GiveUp."""
    signed = headers(told, secrets_of(endpoint, now=now), now=now)
    answer = await sender.post(endpoint.url, told.body, signed)
    async with database.write() as session:
        if await storage.endpoint_by_id(session, endpoint.id) is None:
            return  # It was removed meanwhile.
        tries = await storage.note(session, _attempt(endpoint, told, answer, now=now))
        if answer.problem is None:
            await storage.is_well(session, endpoint.id)
            return
        await storage.is_failing(session, endpoint.id, now=now)
        if answer.status == GONE:
            await storage.disable(session, endpoint.id, "answered 410 Gone", now=now)
        elif tries >= TRIES:
            because = f"failed for {FAILING.days} days; at last: {answer.problem}"
            long_ago = now - FAILING
            await storage.disable(session, endpoint.id, because, now=now, if_failing_since=long_ago)
    if answer.status == GONE:
        raise GiveUp("410 Gone: the endpoint is disabled now")
    raise NotTaken(answer.problem)


def _attempt(endpoint: WebhookEndpoint, told: Message, answer: Answer, *, now: datetime) -> WebhookAttempt:
    return WebhookAttempt(
        endpoint=endpoint.id,
        event=told.id,
        kind=told.kind,
        at=now,
        milliseconds=answer.milliseconds,
        status=answer.status,
        problem=answer.problem,
    )
