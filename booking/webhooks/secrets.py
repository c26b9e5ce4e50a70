"""The secrets of endpoints: made, encrypted in the database, and read for signing."""

import base64
import secrets
from datetime import datetime

from booking.encryption.cipher import Ciphertext, Place
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.messages.webhooks import WebhookEndpoint
from booking.storage.session import BookingSession

SECRET_PREFIX = "whsec_"  # noqa: S105
SECRET_BYTES = 32


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


async def encrypt_secret(
    session: BookingSession, endpoint: str, secret: str, *, is_former: bool = False
) -> Ciphertext:
    """The secret for the column `secret` of an endpoint (its id), or `former_secret`."""
    key = await session.data_keys.clinic_key(KeyPurpose.WEBHOOK_SECRET)
    return key.encrypt(secret, _place(endpoint, is_former=is_former))


async def current_secret(session: BookingSession, endpoint: WebhookEndpoint) -> str:
    key = await session.data_keys.clinic_key(KeyPurpose.WEBHOOK_SECRET)
    return key.decrypt(endpoint.secret, _place(endpoint.id, is_former=False))


async def active_secrets(session: BookingSession, endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """The endpoint's secrets: two while a new one replaces the former."""
    current = await current_secret(session, endpoint)
    former, until = endpoint.former_secret, endpoint.former_until
    if former is None or until is None or until <= now:
        return [current]
    key = await session.data_keys.clinic_key(KeyPurpose.WEBHOOK_SECRET)
    return [current, key.decrypt(former, _place(endpoint.id, is_former=True))]


def _place(endpoint: str, *, is_former: bool) -> Place:
    return Place(f"webhook_endpoints.{'former_secret' if is_former else 'secret'}", endpoint)
