"""Secrets that are capabilities: shown once, stored as hashes, never logged."""

import hashlib
import hmac
import re
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from html import unescape
from urllib.parse import unquote

from booking.domain.errors import InvalidInput, InvalidInputCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is misheard or misread on the phone."""
REFERENCE_LENGTH = 8
LOOKALIKES = str.maketrans("OIL", "011")


TOKEN_BYTES = 32
DIGITS = r"[0-9a-f](?:=?[0-9a-f]){63}"
"""A token; a line break of quoted-printable text may have left its `=` within."""
TOKEN = re.compile(rf"(?<![0-9a-f]){DIGITS}(?![0-9a-f])", re.IGNORECASE)
BEGINNING_OF_TOKEN = re.compile("[0-9a-f]{64}", re.IGNORECASE)
"""Digits that follow a token belong to the text behind it."""
MANAGE_LINK = re.compile(
    rf"manage(?:\W*(?:\w*token=)?|.{{0,300}}(?:[#?&]\W*(?:token=)?|lang=[a-z]{{2}}(?:-[a-z]{{2}})?\W*))({DIGITS})",
    re.IGNORECASE,
)
"""The secret behind the `#`, or where that was replaced or dropped; no secret of a tracking parameter."""
NOT_OF_AN_ADDRESS = re.compile(r"=?\s+|[^\x21-\x7e]+")
"""Line breaks (also of quoted-printable mails), and the invisible characters that messengers put in."""
QUOTED_PRINTABLE = re.compile(
    rf"(?P<token>{TOKEN.pattern})"
    rf"|=(?!{TOKEN.pattern})(?P<code>3D|23|25|26|2D|2E|2F|3A|3F|5F|(?:20|0D|0A)$)",
    re.IGNORECASE,
)
"""The characters of our links as such mails write them; `at=2026` and a token behind or around a `=` stay."""
ENTITY = re.compile(r"&(?:#\d{1,5}|#x[0-9a-f]{1,5}|amp|lt|gt|quot|apos|num);", re.IGNORECASE)
MAX_ENCODINGS = 3
"""How often a link may have been encoded on its way."""
MIN_KEY_LENGTH = 16
MAX_KEY_LENGTH = 200
"""Characters of an idempotency key."""
MAX_LINK_LENGTH = 2000
"""Characters of an address that is searched for a secret; ours have about a hundred."""


def new_token() -> str:
    """256 random bits, in digits that mean the same in upper and lower case."""
    return secrets.token_hex(TOKEN_BYTES)


def plain_address(text: str) -> str:
    """A part of a link as it was sent: not encoded for an address, a mail or HTML, and not wrapped."""
    for _ in range(MAX_ENCODINGS):
        text = NOT_OF_AN_ADDRESS.sub("", unquote(text))
        text = ENTITY.sub(lambda entity: unescape(entity[0].lower()), text)
        text = QUOTED_PRINTABLE.sub(lambda found: found["token"] or chr(int(found["code"], 16)), text)
    return NOT_OF_AN_ADDRESS.sub("", text)


def token_in(text: str) -> str:
    """The token in what is left of a link that mail programs rewrote; the text itself if there is none.

    It may be encoded, wrapped, in capital letters, and followed by punctuation or parameters.
    """
    plain = plain_address(text)
    found = TOKEN.search(plain) or BEGINNING_OF_TOKEN.search(plain)
    return _digits(found[0]) if found else text


def manage_token_in(address: str) -> str | None:
    """The token in the path and query of a manage link whose `#` was encoded, replaced or dropped."""
    found = MANAGE_LINK.search(plain_address(address[:MAX_LINK_LENGTH]))
    return _digits(found[1]) if found else None


def _digits(token: str) -> str:
    return token.replace("=", "").lower()


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


def check_idempotency_key(key: str) -> None:
    """Refuse a key that is so short that it could be guessed, or too long.

    Raises:
        InvalidInput: it is.
    """
    if not MIN_KEY_LENGTH <= len(key) <= MAX_KEY_LENGTH:
        raise InvalidInput(
            f"An idempotency key has {MIN_KEY_LENGTH} to {MAX_KEY_LENGTH} characters, like a random UUID.",
            path=("idempotencyKey",),
            code=InvalidInputCode.TOO_LONG if len(key) > MAX_KEY_LENGTH else InvalidInputCode.OUT_OF_RANGE,
        )


def replaced_token_for(manage_token: str, idempotency_key: str) -> str:
    """The secret that takes the place of a manage link's, derived from the client's key as well.

    So a repeated request gets the very same link, and who knows the former secret alone can't guess it.
    """
    key = idempotency_key.encode("utf-8", "surrogatepass")
    message = b"replaced\n" + manage_token.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def reference_in(text: str) -> str | None:
    """The reference that somebody typed, as `new_reference` writes it; None where it is none.

    Spaces and hyphens don't matter, and letters that look like a digit are that digit.
    """
    code = re.sub(r"[\s\u2010-\u2015-]+", "", text).upper().translate(LOOKALIKES)
    is_one = len(code) == REFERENCE_LENGTH and set(code) <= set(ALPHABET)
    return f"{code[:4]}-{code[4:]}" if is_one else None


def manage_url(site: str, manage_token: str, language: str) -> str:
    """Where a patient sees, moves and cancels what they have booked. No server sees what is after the `#`.

    `site` is where our pages are.
    """
    return f"{site.rstrip('/')}/manage?lang={language}#{manage_token}"


def new_reference() -> str:
    """A short code to quote on the phone; not a secret."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))
    return f"{code[:4]}-{code[4:]}"
