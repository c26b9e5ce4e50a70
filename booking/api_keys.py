"""Keys of partners and of web sites: created, rotated, revoked, authenticated."""

import re
import secrets
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta

from booking.domain.display_name import check_display_name
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.domain.tokens import hash_of
from booking.storage.models.api_keys import ApiKey, ApiKeySecret, Scope, SiteKey
from booking.storage.queries.secrets import api_key_by_secret, live_secrets
from booking.storage.session import BookingSession

SECRET_PREFIX = "bo_sec_"  # noqa: S105
"""A prefix by which scanners recognise a leaked secret."""
SITE_KEY_PREFIX = "bo_pub_"
BASE62_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_BYTES = 5
SECRET_BYTES = 32
USE_RECORDED_EVERY = timedelta(hours=1)
HOST = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"
ORIGIN = re.compile(rf"https?://({HOST}|\*\.{HOST}\.[a-z0-9-]+|\[[0-9a-f:]+\])(:[0-9]{{1,5}})?")
"""An origin as browsers send it, or one with `*.` for all hosts below a name of at least two parts."""


def new_secret_text(key: str) -> str:
    """`bo_sec_<id of the key>_<64 hexadecimal digits><checksum of all before it>`."""
    body = f"{SECRET_PREFIX}{key}_{secrets.token_hex(SECRET_BYTES)}"
    return body + _checksum(body)


def has_valid_checksum(text: str) -> bool:
    """Whether a secret is complete and without a typing error; only then does it need the database."""
    return text.startswith(SECRET_PREFIX) and text.isascii() and _checksum(text[:-6]) == text[-6:]


def _checksum(text: str) -> str:
    """CRC-32 in six digits of base 62."""
    number = zlib.crc32(text.encode())
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62_DIGITS[digit] + digits
    return digits


async def create_key(
    session: BookingSession, name: str, scopes: Collection[str], *, now: datetime, id: str | None = None
) -> tuple[ApiKey, str]:
    """The key, and its secret, which is returned only here; `id` is random unless given.

    Raises:
        InvalidInput: the name or a scope can't be used.
    """
    key = ApiKey(
        id=id or _new_id(),
        name=check_display_name(name, owner="A key"),
        scopes=_checked_scopes(scopes),
        created_at=now,
    )
    session.add(key)
    await session.flush()
    return key, await _new_secret(session, key, now=now)


async def create_site_key(
    session: BookingSession, name: str, origins: Collection[str], *, now: datetime
) -> SiteKey:
    """A key that names a web site.

    Raises:
        InvalidInput: the name or an origin can't be used.
    """
    site = SiteKey(
        id=_new_id(),
        name=check_display_name(name, owner="A key"),
        origins=[_checked_origin(origin) for origin in origins],
        created_at=now,
    )
    session.add(site)
    await session.flush()
    return site


async def rotate_key(session: BookingSession, id: str, *, grace: timedelta, now: datetime) -> str:
    """A new secret. The latest one works for `grace` longer, older ones no more.

    Raises:
        NotFound: there is no such key, or it is revoked.
    """
    key = await session.get(ApiKey, id)
    if key is None or key.revoked_at:
        raise NotFound(f"There is no key {id!r} that could be rotated.")
    *older, latest = await live_secrets(session, id, now=now)
    for secret in older:
        secret.expires_at = now
    latest.expires_at = now + grace
    return await _new_secret(session, key, now=now)


async def revoke_key(session: BookingSession, id: str, *, now: datetime) -> ApiKey | SiteKey:
    """Refuse the key from now on. Revoking it again changes nothing.

    Raises:
        NotFound: there is no such key.
    """
    key: ApiKey | SiteKey | None = await session.get(ApiKey, id)
    key = key or await session.get(SiteKey, id.removeprefix(SITE_KEY_PREFIX))
    if key is None:
        raise NotFound(f"There is no key {id!r}. `book-online keys list` shows all.")
    key.revoked_at = key.revoked_at or now
    return key


async def key_by_secret_text(session: BookingSession, text: str, *, now: datetime) -> ApiKey | None:
    """The key of a secret; None if the secret is unknown, expired or revoked, without a difference."""
    if not has_valid_checksum(text):
        return None
    # Found by its hash, so that the time it takes says nothing about the secret.
    return await api_key_by_secret(session, hash_of(text), now=now)


def should_record_use(key: ApiKey, *, now: datetime) -> bool:
    """Whether the last recorded use is more than USE_RECORDED_EVERY ago."""
    return key.last_used_at is None or now - key.last_used_at > USE_RECORDED_EVERY


async def record_use(session: BookingSession, id: str, *, now: datetime) -> None:
    key = await session.get(ApiKey, id)
    assert key is not None
    key.last_used_at = now


async def _new_secret(session: BookingSession, key: ApiKey, *, now: datetime) -> str:
    text = new_secret_text(key.id)
    session.add(ApiKeySecret(hash=hash_of(text), key=key.id, created_at=now))
    await session.flush()
    return text


def _new_id() -> str:
    return secrets.token_hex(ID_BYTES)


def _checked_scopes(scopes: Collection[str]) -> list[str]:
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        known = ", ".join(Scope)
        problem = f"There is no scope {unknown[0]!r}." if unknown else "A key needs a scope."
        raise InvalidInput(
            f"{problem} Choose among: {known}.",
            path=("scopes",),
            code=InvalidInputCode.UNKNOWN if unknown else InvalidInputCode.REQUIRED,
        )
    return [scope for scope in Scope if scope in scopes]


def is_site(origin: str, named: Collection[str]) -> bool:
    """Whether an origin that a browser sent is one of those `named` by a site key."""
    scheme, _, host = origin.lower().partition("://")
    parents = host.split(".")[1:]
    wild = {f"{scheme}://*.{'.'.join(parents[at:])}" for at in range(len(parents))}
    return not wild.isdisjoint(named) or origin.lower() in named


def framing_origins(sites: Collection[SiteKey]) -> list[str]:
    """The origins of web sites as a Content Security Policy names them."""
    # Rows from before origins were checked as strictly as today would break the policy.
    return sorted({origin for site in sites for origin in site.origins if ORIGIN.fullmatch(origin)})


def _checked_origin(text: str) -> str:
    """The origin as browsers send it: `https://www.example.com`, with a port if it has one."""
    if not ORIGIN.fullmatch(text.lower()):
        message = (
            f"{text!r} is not an origin; it must look like https://www.example.com, or https://*.example.com "
            "for all hosts below it. A name that is not ASCII is written as browsers send it: xn--..."
        )
        raise InvalidInput(message, path=("origins",), code=InvalidInputCode.WRONG_FORMAT)
    return text.lower()
