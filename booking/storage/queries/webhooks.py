"""Endpoints of partners, and what came of each attempt to tell them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from booking.storage.models.api_keys import ApiKey
from booking.storage.models.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.session import BookingSession

RETENTION = timedelta(days=30)


async def endpoint_by_id(session: BookingSession, id: str) -> WebhookEndpoint | None:
    return await session.get(WebhookEndpoint, id)


async def is_revoked(session: BookingSession, endpoint: WebhookEndpoint) -> bool:
    """Whether the key is, that it was made with."""
    key = await session.get(ApiKey, endpoint.key_id) if endpoint.key_id else None
    return key is not None and key.revoked_at is not None


async def all_endpoints(session: BookingSession) -> Sequence[WebhookEndpoint]:
    """In the order in which they were made."""
    query = select(WebhookEndpoint).order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)
    return (await session.scalars(query)).all()


async def endpoints_of_key(session: BookingSession, key_id: str | None) -> Sequence[WebhookEndpoint]:
    """A partner's, or the clinic's own; in the order in which they were made."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.key_id.is_not_distinct_from(key_id))
    return (await session.scalars(query.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id))).all()


async def latest_attempts(session: BookingSession, endpoint: str, *, most: int) -> Sequence[WebhookAttempt]:
    """The latest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.endpoint == endpoint)
    latest = query.order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc()).limit(most)
    return (await session.scalars(latest)).all()


async def record_attempt(session: BookingSession, attempt: WebhookAttempt) -> int:
    """Numbers the attempt and answers its number; forgets what is older than a month."""
    old = select(WebhookAttempt.id).where(WebhookAttempt.at <= attempt.at - RETENTION)
    # What somebody else is forgetting needs no waiting for.
    forgotten = delete(WebhookAttempt).where(WebhookAttempt.id.in_(old.with_for_update(skip_locked=True)))
    await session.execute(forgotten)
    before = select(func.count()).where(
        WebhookAttempt.endpoint == attempt.endpoint, WebhookAttempt.event == attempt.event
    )
    attempt.number = 1 + (await session.execute(before)).scalar_one()
    session.add(attempt)
    return attempt.number


async def mark_healthy(session: BookingSession, endpoint: str) -> None:
    mark_failing = WebhookEndpoint.failing_since.is_not(None)
    query = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint, mark_failing)
    await session.execute(query.values(failing_since=None))


async def mark_failing(session: BookingSession, endpoint: str, *, now: datetime) -> None:
    was_well = WebhookEndpoint.failing_since.is_(None)
    query = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint, was_well)
    await session.execute(query.values(failing_since=now))


async def disable_if_enabled(
    session: BookingSession,
    endpoint: str,
    because: str,
    *,
    now: datetime,
    if_failing_since: datetime | None = None,
) -> bool:
    """Answers whether this has disabled it: not if it was, or isn't failing for so long."""
    query = update(WebhookEndpoint).where(
        WebhookEndpoint.id == endpoint, WebhookEndpoint.disabled_at.is_(None)
    )
    if if_failing_since is not None:
        query = query.where(WebhookEndpoint.failing_since <= if_failing_since)
    disabled = query.values(disabled_at=now, disabled_because=because).returning(WebhookEndpoint.id)
    return (await session.scalars(disabled)).one_or_none() is not None
