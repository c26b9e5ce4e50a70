"""`book-online appointments`: booked visits that can't take place, or not at the time that was told."""

import argparse
from datetime import datetime

from booking.appointments.keep_times import keep_instant, keep_times
from booking.scheduling.obstacles import find_obstacles
from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession
from graphql_api.cli.command import Commands, add_command, add_json, add_verbs, json_of
from graphql_api.cli.transaction import in_transaction, with_database
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "appointments", "booked visits")
    check = add_command(
        verbs,
        "check",
        _check,
        "name each booked visit that can't take place, or that a load would move since the rules of its time "
        "zone have changed, and fail if there is one",
    )
    add_json(check)
    keep = add_command(
        verbs,
        "keep-instant",
        in_transaction(_keep_instant),
        "let a visit be at the time that the clock shows at its instant today, not at the one that was told",
    )
    keep.add_argument("reference", help="of the visit")


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    async def sentences(database: Database) -> list[str]:
        async with database.write() as session:
            now = await current_time(session)
            kept = await keep_times(session, now=now)
            found = [*map(str, kept), *map(str, await find_obstacles(session, now=now))]
            await session.rollback()  # Only a load moves visits.
            return found

    found = with_database(settings, sentences)
    if arguments.json:
        print(json_of(found))
    else:
        print("\n".join(found) or "All booked visits can take place.")
    return 1 if found else 0


async def _keep_instant(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    kept = await keep_instant(session, arguments.reference, now=now)
    return str(kept) if kept else "The visit is at the time that the patient was told."
