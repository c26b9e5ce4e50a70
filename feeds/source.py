"""What the feeds need of the server."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from booking.storage.database import Database


@dataclass(frozen=True)
class Source:
    """`now` is asked of the database, and `site` is where we are reached, without a slash at its end.

    `api_id` makes the id that the API knows a thing by. `charge` takes points of whoever asks, and
    answers how many seconds are to be waited where there are too few of them.
    """

    database: Database
    now: Callable[[AsyncSession], Awaitable[datetime]]
    site: str
    api_id: Callable[[str, object], str]
    charge: Callable[[Request, int], int]
