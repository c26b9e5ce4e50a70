"""API keys of partners, their secrets, and the public keys of web sites."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from booking.storage.models.api_keys import ApiKey, ApiKeySecret, SiteKey
from booking.storage.session import BookingSession


async def api_key_by_secret(session: BookingSession, secret_hash: bytes, *, now: datetime) -> ApiKey | None:
    """The key of this secret, if the key is not revoked and the secret has not expired."""
    query = select(ApiKey).join(ApiKeySecret, ApiKeySecret.key == ApiKey.id)
    live = (ApiKeySecret.hash == secret_hash, _is_live(now), ApiKey.revoked_at.is_(None))
    return (await session.scalars(query.where(*live))).one_or_none()


async def live_secrets(session: BookingSession, key: str, *, now: datetime) -> Sequence[ApiKeySecret]:
    """The oldest first."""
    query = select(ApiKeySecret).where(ApiKeySecret.key == key, _is_live(now))
    return (await session.scalars(query.order_by(ApiKeySecret.created_at))).all()


def _is_live(now: datetime) -> ColumnElement[bool]:
    return ApiKeySecret.expires_at.is_(None) | (ApiKeySecret.expires_at > now)


async def site_key_by_id(session: BookingSession, id: str) -> SiteKey | None:
    """None once it is revoked."""
    site = await session.get(SiteKey, id)
    return site if site and site.revoked_at is None else None


async def all_keys(session: BookingSession) -> Sequence[ApiKey | SiteKey]:
    """In the order of their creation."""
    keys = (await session.scalars(select(ApiKey))).all()
    sites = (await session.scalars(select(SiteKey))).all()
    return sorted([*keys, *sites], key=lambda key: (key.created_at, key.id))
