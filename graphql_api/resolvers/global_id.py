"""Opaque global ids: which type, and which one of it."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

import strawberry

from booking.domain.errors import InvalidInput


def global_id(kind: str, key: object) -> strawberry.ID:
    return strawberry.ID(urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("="))


def parse_global_id(id: str) -> tuple[str, str] | None:
    """The type's name and the key; None for what is no id of ours."""
    try:
        text = urlsafe_b64decode(id.encode() + b"=" * (-len(id) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    kind, colon, key = text.partition(":")
    # Base 64 ignores odd characters; an id has one spelling.
    return (kind, key) if colon and "\0" not in key and global_id(kind, key) == id else None


def key_from_id(id: str, kind: str, *path: str) -> str:
    """The key of an id that must be of this type. Refuses with InvalidInput that names the input."""
    parts = parse_global_id(id)
    if parts is None or parts[0] != kind:
        raise InvalidInput(f"This is not the id of a {kind}.", path=path)
    return parts[1]
