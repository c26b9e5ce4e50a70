"""Webhook endpoints, and the log of attempts to deliver to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from booking.storage.models.api_keys import ApiKey
from booking.storage.models.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.session import BookingSession

RETENTION = timedelta(days=30)

ENDPOINTS = select(WebhookEndpoint).order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)


async def is_revoked(session: BookingSession, endpoint: WebhookEndpoint) -> bool:
    """Whether the key that owns the endpoint is revoked."""
    key = await session.get(ApiKey, endpoint.key_id) if endpoint.key_id else None
    return key is not None and key.revoked_at is not None


async def all_endpoints(session: BookingSession) -> Sequence[WebhookEndpoint]:
    """In the order of their creation."""
    return (await session.scalars(ENDPOINTS)).all()


async def endpoints_of_key(session: BookingSession, key_id: str | None) -> Sequence[WebhookEndpoint]:
    """A partner's endpoints, or the clinic's own, in the order of their creation."""
    query = ENDPOINTS.where(WebhookEndpoint.key_id.is_not_distinct_from(key_id))
    return (await session.scalars(query)).all()


async def latest_attempts(session: BookingSession, endpoint: str, *, limit: int) -> Sequence[WebhookAttempt]:
    """The latest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.endpoint == endpoint)
    latest = query.order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc()).limit(limit)
    return (await session.scalars(latest)).all()


async def record_attempt(session: BookingSession, attempt: WebhookAttempt) -> int:
    """Number the attempt and return its number; delete attempts that are older than a month."""
    old = select(WebhookAttempt.id).where(WebhookAttempt.at <= attempt.at - RETENTION)
    # Skipping locked rows: another process is deleting them.
    deleted = WebhookAttempt.id.in_(old.with_for_update(skip_locked=True))
    await session.execute(delete(WebhookAttempt).where(deleted))
    earlier = select(func.count()).where(
        WebhookAttempt.endpoint == attempt.endpoint, WebhookAttempt.event == attempt.event
    )
    attempt.number = 1 + (await session.execute(earlier)).scalar_one()
    session.add(attempt)
    return attempt.number


async def set_failing_since(session: BookingSession, endpoint: str, at: datetime | None) -> None:
    """Mark the endpoint as failing, or, with None, as healthy. The first failure of several counts."""
    failing_since = WebhookEndpoint.failing_since
    changes = failing_since.is_not(None) if at is None else failing_since.is_(None)
    query = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint, changes)
    await session.execute(query.values(failing_since=at))


async def disable_if_enabled(
    session: BookingSession,
    endpoint: str,
    because: str,
    *,
    now: datetime,
    if_failing_since: datetime | None = None,
) -> bool:
    """Whether this call disabled it: not if it was disabled, or has not been failing for so long."""
    query = update(WebhookEndpoint).where(
        WebhookEndpoint.id == endpoint, WebhookEndpoint.disabled_at.is_(None)
    )
    if if_failing_since is not None:
        query = query.where(WebhookEndpoint.failing_since <= if_failing_since)
    disabled = query.values(disabled_at=now, disabled_because=because).returning(WebhookEndpoint.id)
    return (await session.scalars(disabled)).one_or_none() is not None
