"""Secrets that are capabilities: shown once, stored as hashes, never logged."""

import hashlib
import hmac
import re
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import unquote

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is misheard or misread on the phone."""


TOKEN_BYTES = 32
TOKEN = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
MANAGE_LINK = re.compile(rf"manage\W*(?:\w+=)?({TOKEN.pattern})", re.IGNORECASE)
NOT_OF_AN_ADDRESS = re.compile(r"=?\s+|[^\x21-\x7e]+")
"""Line breaks (also of quoted-printable mails), and the invisible characters that messengers put in."""
MAX_ENCODINGS = 3
"""How often a link may have been percent-encoded on its way."""


def new_token() -> str:
    """256 random bits, in digits that mean the same in upper and lower case."""
    return secrets.token_hex(TOKEN_BYTES)


def plain_address(text: str) -> str:
    """A part of a link as it was sent: not percent-encoded, and not wrapped."""
    for _ in range(MAX_ENCODINGS):
        text = unquote(text)
    return NOT_OF_AN_ADDRESS.sub("", text)


def token_in(text: str) -> str:
    """The token in what is left of a link that mail programs rewrote; the text itself if there is none.

    It may be percent-encoded, wrapped, in capital letters, and followed by punctuation or parameters.
    """
    found = TOKEN.search(plain_address(text))
    return found[0].lower() if found else text


def manage_token_in(address: str) -> str | None:
    """The token in the path and query of a manage link whose `#` was encoded, replaced or dropped."""
    found = MANAGE_LINK.search(plain_address(address))
    return found[1].lower() if found else None


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
