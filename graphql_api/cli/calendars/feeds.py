"""`book-online feed`: a practitioner's calendar to subscribe to."""

import argparse
from datetime import datetime

from booking.calendars.calendar_feed import create_feed, delete_feed
from booking.storage.models.calendar_feeds import CalendarFeed, FreeBusyFeed
from booking.storage.session import BookingSession
from feeds.calendar_feed import feed_address, free_busy_address
from graphql_api.cli.command import Commands, add_command, add_json, json_of, warn_of_site
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    feed = add_command(commands, "feed", _feed, "a practitioner's calendar to subscribe to")
    feed.add_argument("practitioner", help="slug of the practitioner")
    feed.add_argument("--free-busy", action="store_true", help="when they are busy, at an address of its own")
    add_json(feed)
    change = feed.add_mutually_exclusive_group()
    change.add_argument("--renew", action="store_true", help="another address; the one before ends at once")
    change.add_argument("--end", action="store_true", help="end it, at once and for ever")


def _feed(arguments: argparse.Namespace, settings: Settings) -> None:
    async def change_feed(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
        slug = arguments.practitioner
        kind = FreeBusyFeed if arguments.free_busy else CalendarFeed
        if arguments.end:
            await delete_feed(session, slug, kind=kind)
            return json_of({"address": None}) if arguments.json else f"The feed of {slug} has ended."
        token = await create_feed(session, slug, kind=kind, renew=arguments.renew, now=now)
        address_of = free_busy_address if arguments.free_busy else feed_address
        address = address_of(settings.site, token)
        return json_of({"address": address}) if arguments.json else address

    in_transaction(change_feed)(arguments, settings)
    if not arguments.end:
        warn_of_site(settings)
