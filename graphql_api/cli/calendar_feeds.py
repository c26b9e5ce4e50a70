"""`book-online feed`: a practitioner's calendar to subscribe to."""

import argparse
from datetime import datetime

from booking.calendars.calendar_feed import create_feed, delete_feed
from booking.storage.session import BookingSession
from feeds.calendar_feed import feed_address
from graphql_api.cli.command import Commands, add_command, warn_of_site
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    feed = add_command(commands, "feed", _feed, "a practitioner's calendar to subscribe to")
    feed.add_argument("practitioner", help="slug of the practitioner")
    change = feed.add_mutually_exclusive_group()
    change.add_argument("--renew", action="store_true", help="another address; the one before ends at once")
    change.add_argument("--end", action="store_true", help="end it, at once and for ever")


def _feed(arguments: argparse.Namespace, settings: Settings) -> None:
    async def change_feed(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
        slug = arguments.practitioner
        if arguments.end:
            await delete_feed(session, slug)
            return f"The feed of {slug} has ended."
        token = await create_feed(session, slug, renew=arguments.renew, now=now)
        return feed_address(settings.site, token)

    in_transaction(change_feed)(arguments, settings)
    if not arguments.end:
        warn_of_site(settings)
