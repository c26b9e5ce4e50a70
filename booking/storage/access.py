"""Who may ask: keys of partners, their secrets, and the keys that name a web site."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.table import Table


class Scope(StrEnum):
    """What a partner's key may be for."""

    CATALOGUE = "catalogue"
    AVAILABILITY = "availability"
    BOOK = "book"
    APPOINTMENT_READ = "appointment-read"
    APPOINTMENT_MANAGE = "appointment-manage"
    PATIENT_READ = "patient-read"
    WEBHOOK_MANAGE = "webhook-manage"


class ApiKey(Table):
    """A partner's. Never deleted: appointments remember who booked them."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # no secret: it is part of each of them
    name: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]  # to the hour
    revoked_at: Mapped[datetime | None]


class KeySecret(Table):
    """A key has two while one is exchanged for the other."""

    __tablename__ = "key_secrets"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("api_keys.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class SiteKey(Table):
    """Names a web site that embeds the widget. It can be read there, so it is no secret."""

    __tablename__ = "site_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    origins: Mapped[list[str]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


async def key_by_secret(session: AsyncSession, secret_hash: bytes, *, now: datetime) -> ApiKey | None:
    """The key that the secret is of, if both are still good."""
    query = (
        select(ApiKey)
        .join(KeySecret, KeySecret.key == ApiKey.id)
        .where(KeySecret.hash == secret_hash, ApiKey.revoked_at.is_(None))
        .where(KeySecret.expires_at.is_(None) | (KeySecret.expires_at > now))
    )
    return (await session.scalars(query)).one_or_none()


async def live_secrets(session: AsyncSession, key: str, *, now: datetime) -> Sequence[KeySecret]:
    """The oldest first."""
    alive = KeySecret.expires_at.is_(None) | (KeySecret.expires_at > now)
    query = select(KeySecret).where(KeySecret.key == key, alive).order_by(KeySecret.created_at)
    return (await session.scalars(query)).all()


async def site_by_id(session: AsyncSession, id: str) -> SiteKey | None:
    """If it is still good."""
    site = await session.get(SiteKey, id)
    return site if site and site.revoked_at is None else None


async def all_keys(session: AsyncSession) -> Sequence[ApiKey | SiteKey]:
    """In the order in which they were made."""
    keys = (await session.scalars(select(ApiKey))).all()
    sites = (await session.scalars(select(SiteKey))).all()
    return sorted([*keys, *sites], key=lambda key: (key.created_at, key.id))
