"""Telling an endpoint again what it has missed."""

import uuid
from datetime import datetime

from booking.domain.errors import InvalidInput, NotFound
from booking.storage.queries.outbox import requeue_deliveries
from booking.storage.session import BookingSession
from booking.webhooks.endpoints import get_endpoint, listener_name


async def replay_event(
    session: BookingSession, id: str, event: uuid.UUID, *, key_id: str | None = None, now: datetime
) -> None:
    """Refuses with NotFound, and with InvalidInput while the endpoint is disabled."""
    listener = await _listener(session, id, key_id=key_id)
    if not await requeue_deliveries(session, listener, event=event, now=now):
        message = "This endpoint was never to hear of such an event, or more than 30 days ago."
        raise NotFound(message, path=("event",))


async def replay_since(
    session: BookingSession, id: str, since: datetime, *, key_id: str | None = None, now: datetime
) -> int:
    """All that happened from then on, as far as it is known: 30 days. Answers how many events.

    Refuses with NotFound, and with InvalidInput while the endpoint is disabled.
    """
    return await requeue_deliveries(
        session, await _listener(session, id, key_id=key_id), since=since, now=now
    )


async def _listener(session: BookingSession, id: str, *, key_id: str | None) -> str:
    endpoint = await get_endpoint(session, id, key_id=key_id)
    if endpoint.disabled_at is not None:
        raise InvalidInput("This endpoint is disabled. Please enable it first.", path=("id",))
    return listener_name(endpoint.id)
