"""`book-online check` and `load`, and the clinic file that a command names, or else that of the settings."""

import argparse
import sys
from functools import partial
from pathlib import Path

from booking.appointments.load import RewritesClinic
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.i18n.locales import locales
from booking.storage.migrations.upgrade import is_migrated
from booking.timegrid.zone_data import zone_data_warning, zone_release
from graphql_api.app import system_clock
from graphql_api.cli.command import Commands, add_command, warn
from graphql_api.extensions.discovery import LoadedClinicFile, load_clinic_file
from graphql_api.schema.schema import schema_with
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import prepare_database, preview_load


def add_to(commands: Commands) -> None:
    check = add_command(commands, "check", _check, "explain every mistake in a clinic's file")
    check.add_argument("file", type=Path, help="a clinic.toml")
    check.add_argument("--strict", action="store_true", help="fail for warnings, too")

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


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    clinic = clinic_of(settings, arguments.file)
    schema_with(clinic.enabled)
    warnings = clinic_file_warnings(clinic.file, today=system_clock().date(), languages=list(locales()))
    if old_zones := zone_data_warning():
        warnings.append(old_zones)
    for warning in warnings:
        warn(warning)
    if warnings and arguments.strict:
        return 1
    print(f"{arguments.file}: all is well (time zones: release {zone_release()})")
    return 0


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


def read_clinic_file(file: Path) -> str:
    """The text of the file.

    Raises:
        InvalidSetting: it is no UTF-8 text.
    """
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as reason:
        raise InvalidSetting(f"{file} is not UTF-8 text") from reason


def clinic_of(settings: Settings, file: Path | None = None) -> LoadedClinicFile:
    """The clinic and the features that the file enables: that of the settings unless another is given."""
    file = file or settings.clinic_file
    return load_clinic_file(read_clinic_file(file), without=settings.without_features, folder=file.parent)
