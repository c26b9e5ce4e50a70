"""`book-online export`: the clinic's file becomes what the database says."""

import argparse
from difflib import unified_diff
from pathlib import Path

from booking.catalogue.clinic_file.export.clinic_text import exported_text, unloaded_edits
from booking.catalogue.clinic_file.export.images import write_images
from booking.catalogue.clinic_file.export.stored_rows import stored_rows
from booking.catalogue.clinic_file.mapping import ClinicRows
from booking.catalogue.clinic_file.parser import enabled_features
from booking.storage.database import Database
from graphql_api.cli.clinic_file.files import (
    BYTE_ORDER_MARK,
    clinic_in,
    read_clinic_file,
    write_clinic_file,
)
from graphql_api.cli.command import Commands, add_command, warn
from graphql_api.cli.transaction import with_database
from graphql_api.settings import InvalidSetting, Settings

STANDARD_OUTPUT = Path("-")


def add_to(commands: Commands) -> None:
    export = add_command(commands, "export", _export, "write the clinic's file from the database")
    export.add_argument(
        "file", type=Path, nargs="?", help="instead of the one in the settings; `-` prints the text"
    )
    export.add_argument(
        "--like",
        type=Path,
        metavar="OTHER",
        help="keep the comments, the order and the features of this file, not those of FILE",
    )
    export.add_argument("--dry-run", action="store_true", help="print what would change; write nothing")
    export.add_argument(
        "--force", action="store_true", help="also over edits of FILE that were not loaded, which are lost"
    )


def _export(arguments: argparse.Namespace, settings: Settings) -> None:
    file: Path = arguments.file or settings.clinic_file
    before = _text(file, settings) if file != STANDARD_OUTPUT and file.exists() else ""
    like = _text(arguments.like, settings) if arguments.like else before
    rows = with_database(settings, _rows)
    text = exported_text(rows, like, folder=(arguments.like or file).parent)
    if not like and settings.clinic_file.exists():
        for name in enabled_features(read_clinic_file(settings.clinic_file)):
            warn(
                f"the feature {name!r} and its settings are in {settings.clinic_file} alone: "
                "`--like` that file keeps them"
            )
    if file == STANDARD_OUTPUT:
        print(text, end="")
    elif text == before:
        print(f"{file} says what the database says, and was left as it is.")
    elif arguments.dry_run:
        lines = unified_diff(before.splitlines(), text.splitlines(), str(file), "database", n=0, lineterm="")
        print("\n".join(lines))
    elif before and not arguments.force and unloaded_edits(before, rows, folder=file.parent):
        raise InvalidSetting(
            f"{file} was edited since it was written, and not loaded: `book-online load` takes the edits "
            "over, `book-online export --force` drops them, `--dry-run` shows the difference"
        )
    else:
        for image in write_images(text, rows, file.parent):
            print(f"Wrote {image}.")
        write_clinic_file(file, text)
        print(f"Wrote {file}.")


def _text(file: Path, settings: Settings) -> str:
    """The text of a file without mistakes."""
    text = read_clinic_file(file).removeprefix(BYTE_ORDER_MARK)
    clinic_in(text, settings, file.parent)
    return text


async def _rows(database: Database) -> ClinicRows:
    async with database.read() as session:
        rows = await stored_rows(session)
    if rows is None:
        raise InvalidSetting("the database has no clinic yet: `book-online load` puts it there")
    return rows
