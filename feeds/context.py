"""FeedContext: the database, clock, public address, API ids and rate limit that the feeds use."""

from collections.abc import Awaitable, Callable, Sequence
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

    `global_id` makes the API's id of a type's name and a key. `take_points` charges the client, and
    `take_points_with_secret` the secret if a right one is among those given; each returns the seconds until
    it may ask again, 0 if it has points left.
    """

    database: Database
    now: Now
    site: str
    global_id: Callable[[str, object], str]
    take_points: Callable[[Request, int], int]
    take_points_with_secret: Callable[[Request, int, Sequence[str]], Awaitable[int]]

    def charge(self, request: Request, points: int) -> None:
        """Charge the client for the answer.

        Raises:
            HTTPException: 429, when the client has asked for too much in a short time.
        """
        _refuse(self.take_points(request, points))

    async def charge_with_secret(self, request: Request, points: int, secrets: Sequence[str]) -> None:
        """Charge the client, or the right one of the secrets, whose points are its own.

        Raises:
            HTTPException: as `charge`.
        """
        _refuse(await self.take_points_with_secret(request, points, secrets))


def _refuse(wait: int) -> None:
    if wait:
        message = f"You have asked for much in a short time. Please ask again in {wait} s.\n"
        raise HTTPException(429, message, {"Retry-After": str(wait), "Cache-Control": "no-store"})
