"""Webhook endpoints: added, shown, given a new secret, disabled, enabled, removed, and replayed to."""

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from booking.domain.display_name import check_display_name
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.events import APPOINTMENT_EVENTS, WEBHOOK_EVENTS
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.messages.webhooks import disable_if_enabled, endpoints_of_key, latest_attempts
from booking.storage.queries.outbox import (
    FAMILY_SEPARATOR,
    add_listener,
    remove_listener,
    requeue_deliveries,
)
from booking.storage.session import BookingSession
from booking.webhooks.secrets import current_secret, encrypt_secret, new_secret
from booking.webhooks.watched_states import watch_states

LISTENER_FAMILY = "webhook"
MAX_ENDPOINTS = 20
"""The most endpoints of one partner, and of the clinic itself."""
ID_BYTES = 5
GRACE = timedelta(days=7)
DISABLED_MANUALLY = "by hand"


def listener_name(endpoint: str) -> str:
    return f"{LISTENER_FAMILY}{FAMILY_SEPARATOR}{endpoint}"


async def add_endpoint(
    session: BookingSession,
    url: str,
    name: str,
    kinds: Collection[str] = APPOINTMENT_EVENTS,
    *,
    key_id: str | None = None,
    now: datetime,
) -> tuple[WebhookEndpoint, str]:
    """The endpoint, and its secret, which is shown only here. It gets the events from now on.

    A partner's endpoint (`key_id`) gets the events of appointments that the partner booked. Events about
    changes of the catalogue and of open times are for all that name them in `kinds`. The caller
    has checked the URL with `WebhookClient.check`.

    Raises:
        InvalidInput: the name or the kinds can't be used, or there are too many endpoints.
    """
    if len(await endpoints_of_key(session, key_id)) >= MAX_ENDPOINTS:
        raise InvalidInput(
            f"There are {MAX_ENDPOINTS} endpoints already. Please remove one first.",
            code=InvalidInputCode.CONFLICT,
        )
    endpoint_id, secret = secrets.token_hex(ID_BYTES), new_secret()
    endpoint = WebhookEndpoint(
        id=endpoint_id,
        key_id=key_id,
        name=check_display_name(name, owner="An endpoint"),
        url=url,
        kinds=_checked_kinds(kinds),
        secret=await encrypt_secret(session, endpoint_id, secret),
        created_at=now,
    )
    session.add(endpoint)
    await add_listener(session, listener_name(endpoint.id))
    await watch_states(session, endpoint.kinds, now=now)
    await session.flush()
    return endpoint, secret


async def get_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> WebhookEndpoint:
    """The endpoint, if it is this key's; the clinic (no key) gets any.

    Raises:
        NotFound: no such endpoint, or another key's. The functions below raise it too.
    """
    endpoint = await session.get(WebhookEndpoint, id)
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
    """A new secret. For `grace` longer, messages are signed with the former one too."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    former, secret = await current_secret(session, endpoint), new_secret()
    endpoint.former_secret = await encrypt_secret(session, endpoint.id, former, is_former=True)
    endpoint.former_until = now + grace
    endpoint.secret = await encrypt_secret(session, endpoint.id, secret)
    return secret


async def disable_endpoint(
    session: BookingSession, id: str, *, key_id: str | None = None, now: datetime
) -> WebhookEndpoint:
    """Send nothing to the endpoint any more. Disabling it again changes nothing."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    if await disable_if_enabled(session, endpoint.id, DISABLED_MANUALLY, now=now):
        await session.refresh(endpoint)
    return endpoint


async def enable_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> WebhookEndpoint:
    """Send to the endpoint again. Events that it missed are sent only when they are replayed."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    endpoint.disabled_at = endpoint.disabled_because = endpoint.failing_since = None
    return endpoint


async def remove_endpoint(session: BookingSession, id: str, *, key_id: str | None = None) -> None:
    """Remove the endpoint with its log, and all its deliveries that are still due."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    await remove_listener(session, listener_name(endpoint.id))
    await session.delete(endpoint)


async def delivery_log(
    session: BookingSession, id: str, *, limit: int, key_id: str | None = None
) -> Sequence[WebhookAttempt]:
    """The latest attempts, the last one first."""
    endpoint = await get_endpoint(session, id, key_id=key_id)
    return await latest_attempts(session, endpoint.id, limit=limit)


async def replay_event(
    session: BookingSession, id: str, event: uuid.UUID, *, key_id: str | None = None, now: datetime
) -> None:
    """Send one event again.

    Raises:
        NotFound: it was never due to this endpoint, or is no longer known.
        InvalidInput: the endpoint is disabled.
    """
    listener = await _enabled_listener(session, id, key_id=key_id)
    if not await requeue_deliveries(session, listener, event=event, now=now):
        days = (await get_clinic(session)).outbox_retention.days
        message = f"This endpoint was never to hear of such an event, or more than {days} days ago."
        raise NotFound(message, path=("event",))


async def replay_since(
    session: BookingSession, id: str, since: datetime, *, key_id: str | None = None, now: datetime
) -> int:
    """Send all events from then on again, as far as they are kept. Returns their number.

    Raises:
        InvalidInput: the endpoint is disabled.
    """
    listener = await _enabled_listener(session, id, key_id=key_id)
    return await requeue_deliveries(session, listener, since=since, now=now)


async def _enabled_listener(session: BookingSession, id: str, *, key_id: str | None) -> str:
    endpoint = await get_endpoint(session, id, key_id=key_id)
    if endpoint.disabled_at is not None:
        raise InvalidInput(
            "This endpoint is disabled. Please enable it first.", path=("id",), code=InvalidInputCode.CONFLICT
        )
    return listener_name(endpoint.id)


def _checked_kinds(kinds: Collection[str]) -> list[str]:
    unknown = sorted(set(kinds) - set(WEBHOOK_EVENTS))
    if unknown or not kinds:
        problem = f"There is no event {unknown[0]!r}." if unknown else "An endpoint needs an event."
        raise InvalidInput(
            f"{problem} Choose among: {', '.join(WEBHOOK_EVENTS)}.",
            path=("events",),
            code=InvalidInputCode.UNKNOWN if unknown else InvalidInputCode.REQUIRED,
        )
    return [kind for kind in WEBHOOK_EVENTS if kind in kinds]
