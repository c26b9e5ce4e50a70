"""What a command does to the database: in one transaction, at the database's time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from booking.storage import queries
from booking.storage.database import Database
from graphql_api.settings import Settings

T = TypeVar("T")


def in_one(settings: Settings, work: Callable[[AsyncSession, datetime], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(settings.database_url)
        try:
            async with database.write() as session:
                return await work(session, await queries.current_time(session))
        finally:
            await database.close()

    return asyncio.run(run())
