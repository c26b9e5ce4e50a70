"""`book-online feed`: a practitioner's calendar to subscribe to."""

import argparse

from booking.calendars.subscription import create_feed, delete_feed
from feeds.ical_feed import feed_address
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import Settings


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    feed = commands.add_parser("feed", help="a practitioner's calendar to subscribe to")
    feed.add_argument("practitioner", help="slug of the practitioner")
    what = feed.add_mutually_exclusive_group()
    what.add_argument("--renew", action="store_true", help="another address; the one before ends at once")
    what.add_argument("--end", action="store_true", help="end it, at once and for ever")
    feed.set_defaults(run=_feed)


def _feed(arguments: argparse.Namespace, settings: Settings) -> int:
    slug = arguments.practitioner
    if arguments.end:
        in_transaction(settings, lambda session, _now: delete_feed(session, slug))
        print(f"The feed of {slug} has ended.")
        return 0
    token = in_transaction(
        settings, lambda session, now: create_feed(session, slug, renew=arguments.renew, now=now)
    )
    print(feed_address(settings.site, token))
    return 0
