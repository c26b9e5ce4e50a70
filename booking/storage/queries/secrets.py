"""Secrets by their hashes: which are right, and whose they are; and the keys of partners and sites."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, union_all

from booking.storage.models.api_keys import ApiKey, ApiKeySecret, SiteKey
from booking.storage.models.appointments import Appointment
from booking.storage.models.calendar_feeds import AnyFeed, CalendarFeed, FreeBusyFeed
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.session import BookingSession

COLUMNS = (
    Appointment.manage_token_hash,
    ManageLink.token_hash,
    Hold.token_hash,
    IdempotencyKey.key_hash,
    CalendarFeed.token_hash,
    FreeBusyFeed.token_hash,
    WaitingListEntry.token_hash,
    WaitingListOffer.token_hash,
)
AMONG = union_all(
    *(select(column).where(column.in_(bindparam("hashes", expanding=True))) for column in COLUMNS)
)


async def right_secrets(session: BookingSession, hashes: Collection[bytes]) -> set[bytes]:
    """Those of the hashes that are of manage tokens, holds, idempotency keys, feeds or the waiting list."""
    return set((await session.scalars(AMONG, {"hashes": list(hashes)})).all())


async def practitioner_of_feed(
    session: BookingSession, token_hash: bytes, *, kind: AnyFeed = CalendarFeed
) -> Practitioner | None:
    """Whose feed of the kind this is the secret of; None once the clinic has withdrawn the practitioner."""
    query = (
        select(Practitioner)
        .join(kind, kind.practitioner == Practitioner.slug)
        .where(kind.token_hash == token_hash, Practitioner.listed)
    )
    return (await session.scalars(query)).one_or_none()


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


async def live_site_keys(session: BookingSession) -> Sequence[SiteKey]:
    """Those that are not revoked."""
    return (await session.scalars(select(SiteKey).where(SiteKey.revoked_at.is_(None)))).all()


async def all_keys(session: BookingSession) -> Sequence[ApiKey | SiteKey]:
    """In the order of their creation."""
    keys = (await session.scalars(select(ApiKey))).all()
    sites = (await session.scalars(select(SiteKey))).all()
    return sorted([*keys, *sites], key=lambda key: (key.created_at, key.id))
