"""Authentication: the key of a request, by its secret; never by a cookie."""

from datetime import datetime

from starlette.requests import Request

from booking.api_keys import SITE_KEY_PREFIX, is_site, key_by_secret_text
from booking.storage.models.api_keys import ApiKey, Scope
from booking.storage.queries.secrets import site_key_by_id
from booking.storage.session import BookingSession
from graphql_api.security.request_error import RequestError
from graphql_api.security.viewer import Viewer

SITE_KEY_HEADER = "X-Book-Online-Site"


async def authenticate(request: Request, session: BookingSession, *, now: datetime) -> ApiKey | None:
    """The key that the request carries; None without one.

    Raises:
        RequestError: 401 for a key that is unknown, expired or revoked; 403 for a secret in a browser.
    """
    header = request.headers.get("authorization")
    if header is None:
        return None
    if "origin" in request.headers:
        raise RequestError(
            403,
            "A secret key must not be given to a browser: whoever looks can take it. Please rotate it.",
            "SECRET_IN_BROWSER",
        )
    kind, _, secret = header.partition(" ")
    key = await key_by_secret_text(session, secret.strip(), now=now) if kind.lower() == "bearer" else None
    if key is None:
        challenge = {"WWW-Authenticate": 'Bearer realm="Book Online"'}
        raise RequestError(401, "This key is not good (any more).", "UNAUTHENTICATED", challenge)
    return key


async def check_site_key(request: Request, session: BookingSession, *, own: str, required: bool) -> None:
    """Check the site key of a request that a browser sends from another web site.

    Raises:
        RequestError: 403, when the key is not for that site, or is missing where one is `required`.
    """
    origin, named = request.headers.get("origin"), request.headers.get(SITE_KEY_HEADER)
    if origin is None or origin.lower() == own:
        return
    if named is None and not required:
        return
    site = await site_key_by_id(session, (named or "").removeprefix(SITE_KEY_PREFIX))
    if site is None or not is_site(origin, site.origins):
        raise RequestError(403, f"No key for the web site {origin} was given.", "UNKNOWN_SITE")


def viewer_of(key: ApiKey) -> Viewer:
    return Viewer(key.id, key.name, frozenset(Scope(scope) for scope in key.scopes))
