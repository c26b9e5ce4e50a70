"""`book-online check`: the mistakes in a clinic's file, and what it most likely doesn't mean."""

import argparse
from pathlib import Path

from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.catalogue.clinic_file.warnings import clinic_file_warnings
from booking.i18n.locales import locales
from booking.timegrid.zone_data import zone_data_warning, zone_release
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import Commands, add_command, add_json, json_of, warn
from graphql_api.schema.schema import schema_with
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    check = add_command(commands, "check", _check, "explain every mistake in a clinic's file")
    check.add_argument("file", type=Path, help="a clinic.toml")
    check.add_argument("--strict", action="store_true", help="fail for warnings, too")
    add_json(check)


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        clinic = clinic_of(settings, arguments.file)
    except ClinicFileError as wrong:
        if not arguments.json:
            raise
        mistakes = [{"line": each.line or None, "mistake": str(each)} for each in wrong.mistakes]
        print(json_of({"mistakes": mistakes, "warnings": []}))
        return 1
    schema_with(clinic.enabled)
    today = system_clock().date()
    warnings = [*map(str, clinic_file_warnings(clinic.file, today=today, languages=list(locales())))]
    if old_zones := zone_data_warning():
        warnings.append(old_zones)
    if arguments.json:
        print(json_of({"mistakes": [], "warnings": warnings}))
        return 1 if warnings and arguments.strict else 0
    for warning in warnings:
        warn(warning)
    if warnings and arguments.strict:
        return 1
    print(f"{arguments.file}: all is well (time zones: release {zone_release()})")
    return 0
