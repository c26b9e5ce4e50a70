"""Messages and their signatures: Standard Webhooks 1.0, https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from booking.webhooks.secrets import SECRET_PREFIX

PING = "test.ping"


@dataclass(frozen=True)
class WebhookMessage:
    """`id` is the event's, the same for each attempt; `kind` is the event's: `appointment.booked`."""

    id: uuid.UUID
    kind: str
    body: bytes


def webhook_message(
    id: uuid.UUID, kind: str, occurred_at: datetime, data: Mapping[str, Any]
) -> WebhookMessage:
    timestamp = occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = {"type": kind, "timestamp": timestamp, "data": data}
    return WebhookMessage(id, kind, json.dumps(body, separators=(",", ":")).encode())


def signed_headers(message: WebhookMessage, secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Signed for this moment: receivers refuse a timestamp that is older than a few minutes."""
    event_id, timestamp = str(message.id), str(int(now.timestamp()))
    content = f"{event_id}.{timestamp}.".encode() + message.body
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
