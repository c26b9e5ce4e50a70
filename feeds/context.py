"""FeedContext: the database, clock, public address, API ids and rate limit that the feeds use."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request

from booking.storage.database import Database
from booking.storage.session import BookingSession

Now = Callable[[BookingSession], Awaitable[datetime]]


@dataclass(frozen=True)
class FeedContext:
    """`site` is the server's public address without a slash at its end.

    `global_id` makes the API's id of a type's name and a key. `take_points` charges the client, or a
    secret by its hash, and returns the seconds until it may ask again; 0 if it has points left.
    """

    database: Database
    now: Now
    site: str
    global_id: Callable[[str, object], str]
    take_points: Callable[[Request, int, bytes | None], int]

    def charge(self, request: Request, points: int, *, secret: bytes | None = None) -> None:
        """Charge the client for the answer; if a right secret came, charge the secret, by its hash.

        Raises:
            HTTPException: 429, when the client has asked for too much in a short time.
        """
        if wait := self.take_points(request, points, secret):
            message = f"You have asked for much in a short time. Please ask again in {wait} s.\n"
            raise HTTPException(429, message, {"Retry-After": str(wait), "Cache-Control": "no-store"})
