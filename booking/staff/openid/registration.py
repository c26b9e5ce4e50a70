"""This server as a client of an OpenID provider."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from booking.storage.models.staff.openid import MAX_ISSUER

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Registration:
    """As the provider knows this server. `name` is the provider's, for people; None if nobody gave one.

    `allows_loopback`: the provider may be on this machine, and be asked by http.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    name: str | None = None
    allows_loopback: bool = False


def is_issuer(text: str, *, loopback: bool) -> bool:
    """Whether an OpenID provider may be called so: an address without a query, of a length that is stored."""
    return is_secure(text, loopback=loopback) and "?" not in text and len(text) <= MAX_ISSUER


def is_secure(url: object, *, loopback: bool) -> bool:
    """Whether this is an address by https; with `loopback`, or by http on this very machine."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or "#" in url:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and host in LOOPBACK)
