"""Endpoints of partners, and what came of each attempt to tell them."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.access import ApiKey
from booking.storage.table import Table

KEPT = timedelta(days=30)


class WebhookEndpoint(Table):
    """Where somebody hears of appointments. Signing needs the secrets themselves, not their hashes."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    key_id: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id), index=True)  # None: the clinic's own
    name: Mapped[str]
    url: Mapped[str]
    kinds: Mapped[list[str]]  # of events that it hears of
    secret: Mapped[str]
    former_secret: Mapped[str | None]
    former_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]  # nothing was taken from then on
    disabled_at: Mapped[datetime | None]
    disabled_because: Mapped[str | None]


class WebhookAttempt(Table):
    """A request that was made, or should have been. Nothing of its answer but the status."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index(None, "endpoint", "event"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"))
    event: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]  # 1 is the first for this event
    at: Mapped[datetime] = mapped_column(index=True)
    milliseconds: Mapped[int]
    status: Mapped[int | None]  # None: no answer
    problem: Mapped[str | None]  # None: it was taken


async def endpoint_by_id(session: AsyncSession, id: str) -> WebhookEndpoint | None:
    return await session.get(WebhookEndpoint, id)


async def is_revoked(session: AsyncSession, endpoint: WebhookEndpoint) -> bool:
    """Whether the key is, that it was made with."""
    key = await session.get(ApiKey, endpoint.key_id) if endpoint.key_id else None
    return key is not None and key.revoked_at is not None


async def all_endpoints(session: AsyncSession) -> Sequence[WebhookEndpoint]:
    """In the order in which they were made."""
    query = select(WebhookEndpoint).order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)
    return (await session.scalars(query)).all()


async def endpoints_of(session: AsyncSession, key_id: str | None) -> Sequence[WebhookEndpoint]:
    """A partner's, or the clinic's own; in the order in which they were made."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.key_id.is_not_distinct_from(key_id))
    return (await session.scalars(query.order_by(WebhookEndpoint.created_at, WebhookEndpoint.id))).all()


async def attempts_at(session: AsyncSession, endpoint: str, *, most: int) -> Sequence[WebhookAttempt]:
    """The latest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.endpoint == endpoint)
    latest = query.order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc()).limit(most)
    return (await session.scalars(latest)).all()


async def note(session: AsyncSession, attempt: WebhookAttempt) -> int:
    """Numbers the attempt and answers its number; forgets what is older than a month."""
    old = select(WebhookAttempt.id).where(WebhookAttempt.at <= attempt.at - KEPT)
    # What somebody else is forgetting needs no waiting for.
    forgotten = delete(WebhookAttempt).where(WebhookAttempt.id.in_(old.with_for_update(skip_locked=True)))
    await session.execute(forgotten)
    before = select(func.count()).where(
        WebhookAttempt.endpoint == attempt.endpoint, WebhookAttempt.event == attempt.event
    )
    attempt.number = 1 + (await session.execute(before)).scalar_one()
    session.add(attempt)
    return attempt.number


async def is_well(session: AsyncSession, endpoint: str) -> None:
    is_failing = WebhookEndpoint.failing_since.is_not(None)
    query = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint, is_failing)
    await session.execute(query.values(failing_since=None))


async def is_failing(session: AsyncSession, endpoint: str, *, now: datetime) -> None:
    was_well = WebhookEndpoint.failing_since.is_(None)
    query = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint, was_well)
    await session.execute(query.values(failing_since=now))


async def disable(
    session: AsyncSession,
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
