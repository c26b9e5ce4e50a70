"""Secrets that are capabilities: shown once, stored as hashes, never logged."""

import hashlib
import hmac
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is misheard or misread on the phone."""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hold_token_for(idempotency_key: str, hold: uuid.UUID) -> str:
    """A hold's secret, derived from the client's key: a repeat gets the same one, and none is stored."""
    secret = hmac.new(idempotency_key.encode("utf-8", "surrogatepass"), hold.bytes, hashlib.sha256)
    return urlsafe_b64encode(secret.digest()).decode().rstrip("=")


def hash_of(token: str) -> bytes:
    """The hash to store. The token is random and long, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def manage_token_for(hold_tokens: Sequence[str]) -> str:
    """The secret of a manage link, derived from the tokens of the holds that it manages.

    So a repeated request gets the very same link, and no secret has to be stored for that.
    """
    key = "\n".join(sorted(hold_tokens)).encode()
    return hmac.new(key, b"manage", hashlib.sha256).hexdigest()


def new_reference() -> str:
    """A short code to quote on the phone; not a secret."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"
