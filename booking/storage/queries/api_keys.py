"""Who may ask: keys of partners, their secrets, and the keys that name a web site."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from booking.storage.models.api_keys import ApiKey, ApiKeySecret, SiteKey
from booking.storage.session import BookingSession


async def api_key_by_secret(session: BookingSession, secret_hash: bytes, *, now: datetime) -> ApiKey | None:
    """The key that the secret is of, if both are still good."""
    query = (
        select(ApiKey)
        .join(ApiKeySecret, ApiKeySecret.key == ApiKey.id)
        .where(ApiKeySecret.hash == secret_hash, ApiKey.revoked_at.is_(None))
        .where(ApiKeySecret.expires_at.is_(None) | (ApiKeySecret.expires_at > now))
    )
    return (await session.scalars(query)).one_or_none()


async def live_secrets(session: BookingSession, key: str, *, now: datetime) -> Sequence[ApiKeySecret]:
    """The oldest first."""
    alive = ApiKeySecret.expires_at.is_(None) | (ApiKeySecret.expires_at > now)
    query = select(ApiKeySecret).where(ApiKeySecret.key == key, alive).order_by(ApiKeySecret.created_at)
    return (await session.scalars(query)).all()


async def site_key_by_id(session: BookingSession, id: str) -> SiteKey | None:
    """If it is still good."""
    site = await session.get(SiteKey, id)
    return site if site and site.revoked_at is None else None


async def all_keys(session: BookingSession) -> Sequence[ApiKey | SiteKey]:
    """In the order in which they were made."""
    keys = (await session.scalars(select(ApiKey))).all()
    sites = (await session.scalars(select(SiteKey))).all()
    return sorted([*keys, *sites], key=lambda key: (key.created_at, key.id))
