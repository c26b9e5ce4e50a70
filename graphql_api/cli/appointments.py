"""`book-online appointments`: the booked visits that the clinic's file rules out."""

import argparse

from booking.scheduling.obstacles import find_obstacles
from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from graphql_api.cli.command import Commands, add_command, add_verbs
from graphql_api.cli.transaction import with_database
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "appointments", "booked visits")
    add_command(
        verbs, "check", _check, "name each booked visit that can't take place, and fail if there is one"
    )


def _check(_arguments: argparse.Namespace, settings: Settings) -> int:
    async def obstacles(database: Database) -> list[str]:
        async with database.read() as session:
            return [str(each) for each in await find_obstacles(session, now=await current_time(session))]

    sentences = with_database(settings, obstacles)
    print("\n".join(sentences) or "All booked visits can take place.")
    return 1 if sentences else 0
