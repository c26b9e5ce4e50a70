"""Endpoints of webhooks: made, shown, given a new secret, switched off and on, removed."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from booking.domain.errors import InvalidInput, NotFound
from booking.domain.events import EventKind
from booking.storage.models.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.outbox import FAMILY_SEPARATOR, add_listener, remove_listener
from booking.storage.queries.webhooks import (
    disable_if_enabled,
    endpoint_by_id,
    endpoints_of_key,
    latest_attempts,
)
from booking.storage.session import BookingSession
from booking.webhooks.payload import new_secret

LISTENER_FAMILY = "webhook"
MAX_ENDPOINTS = 20
"""Of one partner, and of the clinic itself."""
ID_BYTES = 5
MAX_NAME_LENGTH = 200
GRACE = timedelta(days=7)
DISABLED_MANUALLY = "by hand"


def listener_name(endpoint: str) -> str:
    return f"{LISTENER_FAMILY}{FAMILY_SEPARATOR}{endpoint}"


async def add_endpoint(
    session: BookingSession,
    url: str,
    name: str,
    kinds: Collection[str] = tuple(EventKind),
    *,
    key_id: str | None = None,
    now: datetime,
) -> tuple[WebhookEndpoint, str]:
    """The endpoint, and its secret, which is told only here. It hears of what happens from now on.

    A partner's key hears only of what it booked. `Sender.check` has to have found the URL good.
    Refuses with InvalidInput.
    """
    if len(await endpoints_of_key(session, key_id)) >= MAX_ENDPOINTS:
        raise InvalidInput(f"There are {MAX_ENDPOINTS} endpoints already. Please remove one first.")
    endpoint = WebhookEndpoint(
        id=secrets.token_hex(ID_BYTES),
        key_id=key_id,
        name=_checked_name(name),
        url=url,
        kinds=_checked_kinds(kinds),
        secret=new_secret(),
        created_at=now,
    )
    session.add(endpoint)
    await add_listener(session, listener_name(endpoint.id))
    await session.flush()
    return endpoint, endpoint.secret


async def get_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> WebhookEndpoint:
    """Refuses with NotFound, also for one that isn't of this key; the clinic (no key) sees all."""
    endpoint = await endpoint_by_id(session, id)
    if endpoint is None or key_id not in (None, endpoint.key_id):
        raise NotFound("There is no such endpoint.", path=("id",))
    return endpoint


async def rotate_secret(
    session: BookingSession,
    id: str,
    *,
    grace: timedelta = GRACE,
    key_id: str | None = None,
    now: datetime,
) -> str:
    """A new secret. For `grace` longer all is signed with the one before too. Refuses with NotFound."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    endpoint.former_secret, endpoint.former_until = endpoint.secret, now + grace
    endpoint.secret = new_secret()
    return endpoint.secret


async def disable_endpoint(
    session: BookingSession, id: str, *, key_id: str | None = None, now: datetime
) -> WebhookEndpoint:
    """Nothing is sent to it any more. Twice is once. Refuses with NotFound."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    if await disable_if_enabled(session, endpoint.id, DISABLED_MANUALLY, now=now):
        await session.refresh(endpoint)
    return endpoint


async def enable_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> WebhookEndpoint:
    """What it missed has to be replayed. Twice is once. Refuses with NotFound."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    endpoint.disabled_at = endpoint.disabled_because = endpoint.failing_since = None
    return endpoint


async def remove_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> None:
    """With its log, and all that it has still to hear. Refuses with NotFound."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    await remove_listener(session, listener_name(endpoint.id))
    await session.delete(endpoint)


async def delivery_log(
    session: BookingSession, id: str, *, most: int, key_id: str | None = None
) -> Sequence[WebhookAttempt]:
    """What came of the latest attempts, the last one first. Refuses with NotFound."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    return await latest_attempts(session, endpoint.id, most=most)


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidInput(f"An endpoint needs a name of 1 to {MAX_NAME_LENGTH} characters.", path=("name",))
    return name.strip()


def _checked_kinds(kinds: Collection[str]) -> list[str]:
    unknown = sorted(set(kinds) - set(EventKind))
    if unknown or not kinds:
        what = f"There is no event {unknown[0]!r}." if unknown else "An endpoint needs an event."
        raise InvalidInput(f"{what} Choose among: {', '.join(EventKind)}.", path=("events",))
    return [kind for kind in EventKind if kind in kinds]
