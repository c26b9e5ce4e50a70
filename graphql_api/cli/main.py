"""The command `book-online`."""

import argparse
import sys
from pathlib import Path

from booking.appointments.load import RewritesClinic
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.domain.errors import BookingError
from booking.i18n.locales import FALLBACK, LocaleError, locales
from booking.storage.engine import UnknownDatabase
from graphql_api.cli import appointments, calendar_feeds, clinic_file, features, keys, outbox, serve, webhooks
from graphql_api.cli.clinic_file import clinic_of
from graphql_api.cli.command import add_command
from graphql_api.extensions.feature import FeatureError
from graphql_api.schema.schema import printed_schema
from graphql_api.server.sockets import CannotListen
from graphql_api.settings import InvalidSetting, Settings, settings_from
from graphql_api.startup import NotMigrated
from web.embed import snippet

EXPLAINED_ERRORS = (
    BookingError,
    CannotListen,
    ClinicFileError,
    FeatureError,
    InvalidSetting,
    LocaleError,
    NotMigrated,
    OSError,
    RewritesClinic,
    UnknownDatabase,
)
"""Errors whose message says what to do: no traceback is needed."""


def main() -> None:
    try:
        arguments = command_parser().parse_args()
        sys.exit(arguments.run(arguments, settings_from()) or 0)
    except EXPLAINED_ERRORS as reason:
        sys.exit(f"book-online: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="book-online", description="A booking widget and API for clinics.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add_to(commands)

    clinic_file.add_to(commands)
    appointments.add_to(commands)

    embed = add_command(commands, "embed", _embed, "print the two lines for a web page")
    embed.add_argument("--service", default="", help="slug of the service that the button is for")
    embed.add_argument("--language", default=FALLBACK, choices=locales(), help="of the button's words")
    embed.add_argument(
        "--pinned", action="store_true", help="with a hash (SRI): to be printed again after each update"
    )

    keys.add_to(commands)
    webhooks.add_to(commands)
    outbox.add_to(commands)
    calendar_feeds.add_to(commands)
    features.add_to(commands)

    schema = add_command(commands, "schema", _schema, "print the schema")
    schema.add_argument("--check", type=Path, metavar="FILE", help="fail unless FILE is the schema")
    schema.add_argument(
        "--with-features", action="store_true", help="as this clinic's server answers, features included"
    )
    return parser


def _embed(arguments: argparse.Namespace, settings: Settings) -> None:
    print(snippet(settings.site, arguments.service, arguments.language, pinned=arguments.pinned), end="")


def _schema(arguments: argparse.Namespace, settings: Settings) -> None:
    file: Path | None = arguments.check
    printed = printed_schema(clinic_of(settings).enabled if arguments.with_features else ())
    if file and file.read_text("utf-8") != printed:
        sys.exit(f"{file} is not the schema: run `make schema`, and say so in CHANGELOG.md")
    if not file:
        print(printed, end="")


if __name__ == "__main__":
    main()
