"""Commands that work on the database: in one transaction, at the database's time."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from booking.audit.copies import CopyEvent, record_copy
from booking.storage.database import Database
from booking.storage.migrations.upgrade import is_migrated
from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.command import Run
from graphql_api.settings import Settings
from graphql_api.startup import NotMigrated

T = TypeVar("T")
Work = Callable[[BookingSession, datetime, argparse.Namespace], Awaitable[str]]
"""Do what a command says, and return what it prints after the commit."""


def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run the work on the database that the settings name.

    Raises:
        NotMigrated: it has no tables yet, or those of an earlier version.
    """
    if not is_migrated(settings.database_url):
        raise NotMigrated(
            "the database is new, or of an earlier version: `book-online load` makes its tables; is "
            "DATABASE_URL the server's, and a relative path read in the server's folder?"
        )

    async def run() -> T:
        database = Database(settings.database_url, settings.data_keys())
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def read_database(settings: Settings, read: Callable[[BookingSession], Awaitable[T]]) -> T:
    """What a session reads in the database that the settings name, of whichever version, without a key."""

    async def run() -> T:
        database = Database(settings.database_url)
        try:
            async with database.read() as session:
                return await read(session)
        finally:
            await database.close()

    return asyncio.run(run())


async def record_in_trail(settings: Settings, event: CopyEvent) -> None:
    """Append to the audit trail, in a database of whichever version."""
    database = Database(settings.database_url, settings.data_keys())
    try:
        async with database.write() as session:
            await record_copy(session, command_line_actor(), event, now=await current_time(session))
    finally:
        await database.close()


def in_transaction(work: Work) -> Run:
    def run(arguments: argparse.Namespace, settings: Settings) -> None:
        async def commit(database: Database) -> str:
            async with database.write() as session:
                return await work(session, await current_time(session), arguments)

        print(with_database(settings, commit))

    return run
