"""What the feeds need of the server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from booking.storage.database import Database
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class FeedSource:
    """`now` is asked of the database, and `site` is where we are reached, without a slash at its end.

    `api_id` makes the id that the API knows a thing by. `charge` takes points of whoever asks, and
    answers how many seconds are to be waited where there are too few of them.
    """

    database: Database
    now: Callable[[BookingSession], Awaitable[datetime]]
    site: str
    api_id: Callable[[str, object], str]
    charge: Callable[[Request, int], int]
