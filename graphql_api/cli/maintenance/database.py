"""`book-online database` and `retention`: whether the database is whole, and what it keeps no longer."""

import argparse
from collections.abc import Mapping
from functools import partial

from booking.retention.kinds import Kind
from booking.retention.worker import count_expired, delete_expired
from booking.storage.connection.integrity import find_damage
from booking.storage.database import Database
from booking.storage.migrations.upgrade import with_connection
from booking.storage.queries.clock import current_time
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.command import Commands, add_command, add_json, add_verbs, json_of, table
from graphql_api.cli.transaction import with_database
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "database", "the clinic's database")
    add_json(add_command(verbs, "check", _check, "read the whole database, and name each damaged part"))

    purpose = "delete what the clinic keeps no longer, as the server does every hour"
    command = add_command(commands, "retention", _retention, purpose)
    command.add_argument("--dry-run", action="store_true", help="say what would go, and delete nothing")
    add_json(command)


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    found = with_connection(settings.database_url, find_damage)
    if arguments.json:
        print(json_of(list(found)))
        return 1 if found else 0
    if not found:
        print("The database is whole.")
        return 0
    print("The database is damaged: stop the server, and put the newest backup in its place.")
    print("\n".join(f"  {line}" for line in found))
    return 1


def _retention(arguments: argparse.Namespace, settings: Settings) -> None:
    counts = with_database(settings, partial(_counts, is_dry_run=arguments.dry_run))
    if arguments.json:
        print(json_of(counts))
        return
    print(table(((kind, str(count)) for kind, count in counts.items()), if_empty=""))


async def _counts(database: Database, *, is_dry_run: bool) -> Mapping[Kind, int]:
    async with database.read() as session:
        now = await current_time(session)
        if is_dry_run:
            return await count_expired(session, now=now)
    return await delete_expired(database, command_line_actor(), now=now)
