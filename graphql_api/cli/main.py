"""The command `book-online`."""

import argparse
import gc
import sys
from pathlib import Path

import uvicorn

from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.domain.errors import BookingError
from booking.i18n.locales import FALLBACK, locales
from booking.storage.engine import UnknownDatabase
from graphql_api.app import create_app, system_clock
from graphql_api.cli import calendar_feeds, features, keys, webhooks
from graphql_api.cli.clinic_file import clinic_text
from graphql_api.extensions.discovery import load_clinic_file
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.schema.schema import printed_schema, schema_with
from graphql_api.settings import InvalidSetting, Settings, settings_from
from graphql_api.startup import prepare_database
from web.embed import snippet

KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep a connection that they may use again: it must not end just as they do."""


def main() -> None:
    arguments = command_parser().parse_args()
    try:
        settings = settings_from()
        sys.exit(arguments.run(arguments, settings))
    except (InvalidSetting, UnknownDatabase, ClinicFileError, FeatureError, BookingError, OSError) as reason:
        sys.exit(f"book-online: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)


def command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="book-online", description="A booking widget and API for clinics.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="migrate, load the clinic's file, and serve")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=8000, help="port to listen on")
    serve.set_defaults(run=_serve)

    check = commands.add_parser("check", help="explain every mistake in a clinic's file")
    check.add_argument("file", type=Path, help="a clinic.toml")
    check.set_defaults(run=_check)

    load = commands.add_parser("load", help="migrate, and make the database equal to the clinic's file")
    load.add_argument("file", type=Path, nargs="?", help="instead of the one in the settings")
    load.set_defaults(run=_load)

    embed = commands.add_parser("embed", help="print the two lines for a web page")
    embed.add_argument("--service", default="", help="slug of the service that the button is for")
    embed.add_argument("--language", default=FALLBACK, choices=locales(), help="of the button's words")
    embed.add_argument(
        "--pinned", action="store_true", help="with a hash (SRI): to be printed again after each update"
    )
    embed.set_defaults(run=_embed)

    keys.add_to(commands)
    webhooks.add_to(commands)
    calendar_feeds.add_to(commands)
    features.add_to(commands)

    schema = commands.add_parser("schema", help="print the schema")
    schema.add_argument("--check", type=Path, metavar="FILE", help="fail unless FILE is the schema")
    schema.add_argument(
        "--with-features", action="store_true", help="as this clinic's server answers, features included"
    )
    schema.set_defaults(run=_schema)
    return parser


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    clinic = load_clinic_file(clinic_text(settings.clinic_file), without=settings.without_features)
    app = create_app(settings, clinic.enabled)
    prepare_database(settings.database_url, clinic.file, clinic.enabled, now=system_clock())
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    base = f"http://{host}:{arguments.port}"
    if settings.is_development:
        print(f"  Demo clinic page     {base}/")
        print(f"  GraphQL playground   {base}/graphql")
    print(f"  Hosted booking page  {base}/book", flush=True)
    gc.collect()
    gc.freeze()  # What stays as long as the server need not be looked through: a third less work.
    uvicorn.run(
        app,
        host=arguments.host,
        port=arguments.port,
        log_level="warning",
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,  # A log of who asked for what, when, is health data.
        server_header=False,
    )
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    schema_with(load_clinic_file(clinic_text(arguments.file), without=settings.without_features).enabled)
    print(f"{arguments.file}: all is well")
    return 0


def _load(arguments: argparse.Namespace, settings: Settings) -> int:
    text = clinic_text(arguments.file or settings.clinic_file)
    clinic = load_clinic_file(text, without=settings.without_features)
    schema_with(clinic.enabled)  # Nothing is begun with a feature that no server would start with.
    for change in prepare_database(settings.database_url, clinic.file, clinic.enabled, now=system_clock()):
        print(change)
    return 0


def _embed(arguments: argparse.Namespace, settings: Settings) -> int:
    print(snippet(settings.site, arguments.service, arguments.language, pinned=arguments.pinned), end="")
    return 0


def _schema(arguments: argparse.Namespace, settings: Settings) -> int:
    enabled: list[EnabledFeature] = []
    if arguments.with_features:
        enabled = load_clinic_file(
            clinic_text(settings.clinic_file), without=settings.without_features
        ).enabled
    printed = printed_schema(enabled)
    if arguments.check is None:
        print(printed, end="")
    elif arguments.check.read_text("utf-8") != printed:
        print(
            f"{arguments.check} is not the schema: run `make schema`, and say so in CHANGELOG.md",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    main()
