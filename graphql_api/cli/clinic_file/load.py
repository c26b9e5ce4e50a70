"""`book-online load`: the database becomes what the clinic's file says."""

import argparse
import sys
from functools import partial
from pathlib import Path

from booking.appointments.load import RewritesClinic
from booking.storage.migrations.upgrade import is_migrated
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import Commands, add_command
from graphql_api.schema.schema import schema_with
from graphql_api.settings import Settings
from graphql_api.startup import prepare_database, preview_load


def add_to(commands: Commands) -> None:
    load = add_command(commands, "load", _load, "migrate, and make the database equal to the clinic's file")
    load.add_argument("file", type=Path, nargs="?", help="instead of the one in the settings")
    load.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would change, and the booked visits that it would rule out; write nothing",
    )
    load.add_argument(
        "--keep-instants",
        action="store_true",
        help="where the rules of a time zone changed, keep the instant of booked visits, not the wall time",
    )
    load.add_argument("--yes", action="store_true", help="also if most of the clinic would be rewritten")


def _load(arguments: argparse.Namespace, settings: Settings) -> None:
    clinic = clinic_of(settings, arguments.file)
    schema_with(clinic.enabled)  # The database is not touched for a feature that no server would start with.
    url, now, keep_instants = settings.database_url, system_clock(), arguments.keep_instants
    prepare = partial(
        prepare_database, settings, clinic.file, clinic.enabled, now=now, keep_instants=keep_instants
    )
    preview = partial(preview_load, url, clinic.file, now=now, keep_instants=keep_instants)
    if arguments.dry_run:
        print("\n".join(preview()) or "Nothing would change.")
        return
    try:
        loaded = prepare(allow_rewrite=arguments.yes)
    except RewritesClinic as refused:
        if not sys.stdin.isatty():
            raise
        if is_migrated(url):  # There is no preview on the tables of an earlier version.
            print("\n".join(preview()))
        print(f"Attention: {refused}")
        if input("Rewrite the clinic? Type yes: ").strip() != "yes":
            return
        loaded = prepare(allow_rewrite=True)
    for sentence in loaded.sentences:
        print(sentence)
