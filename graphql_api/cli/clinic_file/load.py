"""`book-online load`: the database becomes what the clinic's file says."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from booking.appointments.load import RewritesClinic, refuse_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.storage.migrations.upgrade import is_migrated, with_existing
from graphql_api.app import system_clock
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.clinic_file.files import clinic_in, read_clinic_file, renew_revision
from graphql_api.cli.command import Commands, add_command, add_json, json_of, warn
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
    load.add_argument(
        "--yes",
        action="store_true",
        help="also if most of the clinic would be rewritten; ask nothing on a terminal",
    )
    load.add_argument(
        "--force",
        action="store_true",
        help="also if that undoes what was changed in the database since the file was written from it",
    )
    add_json(load)


def _load(arguments: argparse.Namespace, settings: Settings) -> int:
    file: Path = arguments.file or settings.clinic_file
    text = read_clinic_file(file)
    clinic = clinic_in(text, settings, file.parent)
    schema_with(clinic.enabled)  # The database is not touched for a feature that no server would start with.
    now, keep_instants = system_clock(), arguments.keep_instants
    preview = partial(preview_load, settings.database_url, clinic.file, now=now, keep_instants=keep_instants)
    if arguments.dry_run:
        changes = preview()
        print(json_of(changes) if arguments.json else "\n".join(changes) or "Nothing would change.")
        return 0
    asks = sys.stdin.isatty() and not arguments.yes and not arguments.json
    if asks and not _is_confirmed(settings.database_url, clinic.file, preview):
        print("Nothing was changed.")
        return 1
    loaded = prepare_database(
        settings,
        clinic.file,
        clinic.enabled,
        now=now,
        allow_rewrite=arguments.yes or asks,
        allow_undo=arguments.force or asks,
        keep_instants=keep_instants,
        actor=command_line_actor(),
    )
    if arguments.json:
        print(json_of(loaded.sentences))
    for sentence in () if arguments.json else loaded.sentences:
        print(sentence)
    if reason := renew_revision(file, text, clinic.file):
        warn(reason)
    return 0


def _is_confirmed(url: str, file: ClinicFile, preview: Callable[[], list[str]]) -> bool:
    """Show on the terminal what would change, and ask; there is nothing to ask about a clinic that is new."""
    # There is no preview on the tables of an earlier version.
    sentences = preview() if is_migrated(url) else []
    try:
        with_existing(url, partial(refuse_clinic_file, file=file, allow_rewrite=False))
    except RewritesClinic as refused:
        sentences.append(f"Attention: {refused}")
    if not sentences:
        return True
    print("\n".join(sentences))
    return input("Load the file? Type yes: ").strip() == "yes"
