"""Webhook endpoints, the log of attempts, and fingerprints of what their events tell."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from booking.storage.base import core_table
from booking.storage.models.api_keys import ApiKey
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.holds import Hold
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.session import BookingSession

PRACTITIONERS_PER_QUERY = 50
"""So that no query holds SQLite's event loop for long."""

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
    """Number the attempt and return its number."""
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


async def catalogue_fingerprint(session: BookingSession) -> str:
    """Of the clinic's row, which has the revision of the rest of the catalogue."""
    return _digest((await session.execute(select(core_table(Clinic)))).all())


async def availability_fingerprint(session: BookingSession, *, since: datetime, now: datetime) -> str:
    """Of the catalogue, of holds that run, and of visits that start after `since`.

    Booking raises the number of visits, each change a visit's sequence: their sums never come again.
    """
    slugs = (await session.scalars(select(Practitioner.slug).order_by(Practitioner.slug))).all()
    parts = [await catalogue_fingerprint(session)]
    for first in range(0, len(slugs), PRACTITIONERS_PER_QUERY):
        chunk = slugs[first : first + PRACTITIONERS_PER_QUERY]
        visits = select(func.count(), func.sum(Appointment.sequence)).where(
            Appointment.practitioner.in_(chunk), Appointment.starts_at >= since
        )
        holds = select(Hold.id).where(
            Hold.client.is_not(None), Hold.practitioner.in_(chunk), Hold.expires_at > now
        )
        parts.append(str((await session.execute(visits)).one()))
        parts.extend(sorted(map(str, (await session.scalars(holds)).all())))
        await asyncio.sleep(0)
    return _digest(parts)


def _digest(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
