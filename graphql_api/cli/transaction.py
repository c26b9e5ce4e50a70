"""What a command does to the database: in one transaction, at the database's time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession
from graphql_api.settings import Settings

T = TypeVar("T")


def in_transaction(settings: Settings, work: Callable[[BookingSession, datetime], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(settings.database_url)
        try:
            async with database.write() as session:
                return await work(session, await current_time(session))
        finally:
            await database.close()

    return asyncio.run(run())
