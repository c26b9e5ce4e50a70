"""`book-online backup` and `restore`: the clinic's database in one file, and back."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from booking.audit.copies import CopyEvent
from booking.encryption.key_file import KeyFile
from booking.encryption.key_ring import KeyProblem, KeyRing
from booking.storage.copies.archive import Archive, ArchivedTable, Header, draft_of
from booking.storage.copies.backup import back_up
from booking.storage.copies.restore import plan_restore, refuse_unless_empty, restore
from booking.storage.migrations.compatibility import refuse_newer
from booking.storage.migrations.history import CORE_HISTORY, MigrationHistory
from booking.storage.migrations.upgrade import migrate, with_existing
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import enabled_histories
from graphql_api.cli.command import Commands, add_command, add_json, json_of, progress_bar
from graphql_api.cli.transaction import record_in_trail
from graphql_api.settings import Settings
from graphql_api.startup import migrate_database


def add_to(commands: Commands) -> None:
    backup = add_command(
        commands, "backup", _backup, "copy the clinic's database into a file, while servers run"
    )
    backup.add_argument("file", type=Path, help="its place; an earlier backup there is replaced")
    backup.add_argument("--key-file", type=Path, help="encrypt with the first key in this file")
    add_json(backup, "print what was copied as JSON")

    restored = add_command(commands, "restore", _restore, "put a backup into an empty database")
    restored.add_argument("file", type=Path, help="made by `book-online backup`")
    restored.add_argument("--key-file", type=Path, help="with the key of an encrypted backup")
    restored.add_argument(
        "--verify",
        action="store_true",
        help="only into a scratch place, to find out whether all of it comes back; needs no DATABASE_URL",
    )
    add_json(restored, "print what was restored as JSON")


def _backup(arguments: argparse.Namespace, settings: Settings) -> None:
    with_existing(settings.database_url, refuse_newer)  # Some of its rows the program can't read.
    keys = _backup_keys(arguments.key_file)
    key = keys.first if keys else None
    with draft_of(arguments.file) as draft:
        counts = back_up(
            settings.database_url,
            draft,
            key,
            program=metadata.version("book-online"),
            now=system_clock(),
            progress=progress_bar,
        )
        asyncio.run(
            record_in_trail(settings, CopyEvent.BACKED_UP)
        )  # The file takes its place only after that.
    if arguments.json:
        print(json_of({"file": arguments.file, "key": key.id if key else None, "tables": counts}))
        return
    how = f", encrypted with {key.id}" if key else ""
    print(f"{arguments.file}: {sum(counts.values())} rows of {len(counts)} tables{how}")
    print("The key store is not in it: `book-online data-keys backup` copies that (docs/how-to/back-up.md)")


def _restore(arguments: argparse.Namespace, settings: Settings) -> None:
    archive = Archive(arguments.file, _backup_keys(arguments.key_file))
    header = archive.header()
    has_features = header.revisions.keys() != {CORE_HISTORY.version_table}
    features = enabled_histories(settings) if has_features else []
    plan = plan_restore(header, features)
    if not arguments.verify:
        with_existing(settings.database_url, refuse_unless_empty)
        _check_key_store(settings, header)
    tables = archive.read()  # All of it, before anything is written.
    if arguments.verify:
        _verify(archive, plan, tables)
    else:
        restore(settings.database_url, archive, plan, tables, progress_bar)
        migrate_database(settings, features, now=system_clock())
        asyncio.run(record_in_trail(settings, CopyEvent.RESTORED))
    counts = {table.name: table.rows for table in tables}
    if arguments.json:
        done = {"file": arguments.file, "made_at": header.made_at, "verified": True, "tables": counts}
        print(json_of({**done, "restored": not arguments.verify}))
        return
    rows = f"{sum(counts.values())} rows of {len(counts)} tables, as they were at {header.made_at}"
    print(f"{arguments.file} is whole: {rows}" if arguments.verify else f"Restored {rows}")


def _verify(archive: Archive, plan: dict[MigrationHistory, str], tables: Sequence[ArchivedTable]) -> None:
    """Restore into a database that is deleted afterwards, and bring that to today's tables."""
    with tempfile.TemporaryDirectory(prefix="book-online-") as folder:
        scratch = f"sqlite:///{folder}/scratch.sqlite3"
        restore(scratch, archive, plan, tables, progress_bar)
        migrate(scratch, [history for history in plan if history.table_prefix])


def _backup_keys(file: Path | None) -> KeyRing | None:
    """
    Raises:
        KeyProblem: there is no such file, others may read it, or it holds no key.
    """
    if file is None:
        return None
    if not file.exists():
        make = f"`(umask 077; book-online data-keys init --print > {file})`"
        raise KeyProblem(f"there is no key file {file}: {make} makes one; keep a copy away from the backups")
    return KeyFile(file).read()


def _check_key_store(settings: Settings, header: Header) -> None:
    """
    Raises:
        KeyProblem: the key store is not there, or is not the one of this backup.
    """

    async def check() -> None:
        keys = settings.data_keys()
        try:
            await keys.check(header.key_store)
        finally:
            await keys.close()

    asyncio.run(check())
