"""The database as a command uses it: opened for one piece of work, at the database's time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession
from graphql_api.settings import Settings

T = TypeVar("T")


def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(settings.database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def in_transaction(settings: Settings, work: Callable[[BookingSession, datetime], Awaitable[T]]) -> T:
    async def run(database: Database) -> T:
        async with database.write() as session:
            return await work(session, await current_time(session))

    return with_database(settings, run)
