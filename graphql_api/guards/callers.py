"""Which viewer a request is from: by the secret of a key, never by a cookie."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booking.keys import SITE, key_of_secret
from booking.storage import access
from booking.storage.access import ApiKey, Scope
from graphql_api.guards.unusable import Unusable
from graphql_api.guards.viewer import Viewer

SITE_HEADER = "X-Book-Online-Site"


async def key_of(request: Request, session: AsyncSession, *, now: datetime) -> ApiKey | None:
    """None without a key. Refuses with Unusable for a key that isn't good, whatever is wrong with it."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    if "origin" in request.headers:
        raise Unusable(
            403,
            "A secret key must not be given to a browser: whoever looks can take it. Please rotate it.",
            "SECRET_IN_BROWSER",
        )
    kind, _, secret = header.partition(" ")
    key = await key_of_secret(session, secret.strip(), now=now) if kind.lower() == "bearer" else None
    if key is None:
        challenge = {"WWW-Authenticate": 'Bearer realm="Book Online"'}
        raise Unusable(401, "This key is not good (any more).", "UNAUTHENTICATED", challenge)
    return key


async def check_site(request: Request, session: AsyncSession, *, own: str, required: bool) -> None:
    """Refuses with Unusable a web page that a site's key is not for, or without one where it is required."""
    origin, named = request.headers.get("origin"), request.headers.get(SITE_HEADER)
    if origin is None or origin.lower() == own:
        return
    if named is None and not required:
        return
    site = await access.site_by_id(session, (named or "").removeprefix(SITE))
    if site is None or origin.lower() not in site.origins:
        raise Unusable(403, f"No key for the web site {origin} was given.", "UNKNOWN_SITE")


def viewer_of(key: ApiKey) -> Viewer:
    return Viewer(key.id, key.name, frozenset(Scope(scope) for scope in key.scopes))
