"""`book-online data-keys backup` and `restore`: the key store in one file, the latest, and back."""

import argparse
import asyncio
from datetime import datetime
from importlib import metadata
from pathlib import Path

from booking.audit.copies import CopyEvent
from booking.encryption.key_ring import KeyProblem
from booking.retention.restored_keys import destroy_restored_keys
from booking.storage.copies.archive import KEY_STORE_BACKUP, Archive, draft_of
from booking.storage.copies.key_store_backup import back_up_key_store, restore_key_store
from booking.storage.copies.tables import CannotCopy
from booking.storage.database import Database
from booking.storage.key_store.reference import key_store_reference
from booking.storage.migrations.upgrade import is_migrated, with_existing
from booking.storage.queries.clock import current_time
from graphql_api.cli.command import Commands, add_command, add_json, json_of, progress_bar, warn
from graphql_api.cli.transaction import read_database, record_in_trail
from graphql_api.settings import Settings


def add_to(verbs: Commands) -> None:
    backup = add_command(verbs, "backup", _backup, "copy the key store into a file, while servers run")
    backup.add_argument("file", type=Path, help="its place; the earlier backup there is replaced")
    add_json(backup)
    restored = add_command(
        verbs, "restore", _restore, "put a backup into an empty key store, while no server runs"
    )
    restored.add_argument("file", type=Path, help="made by `book-online data-keys backup`")
    add_json(restored)


def _backup(arguments: argparse.Namespace, settings: Settings) -> None:
    is_migrated(settings.database_url)  # Of a newer database the program knows nothing.
    reference = with_existing(settings.database_url, key_store_reference)
    if reference is None:
        raise CannotCopy(
            "the clinic's database is empty, so its key store is, too; is DATABASE_URL the server's, and a "
            "relative path read in the server's folder?"
        )
    asyncio.run(_check(settings, reference))
    with draft_of(arguments.file, KEY_STORE_BACKUP) as draft:
        keys = back_up_key_store(
            settings.key_store_url,
            draft,
            arguments.file,
            reference,
            program=metadata.version("book-online"),
            now=read_database(settings, current_time),
            progress=progress_bar,
        )
        # The file takes its place only after that. The trail's time is never before the file's.
        asyncio.run(record_in_trail(settings, CopyEvent.KEYS_BACKED_UP))
    if arguments.json:
        print(json_of({"file": arguments.file, "data_keys": keys}))
        return
    print(f"{arguments.file}: {keys} data keys, wrapped by the key-encryption key, which is not in it")


def _restore(arguments: argparse.Namespace, settings: Settings) -> None:
    header = Archive(arguments.file, kind=KEY_STORE_BACKUP).header()
    reference = with_existing(settings.database_url, key_store_reference)
    if reference not in (None, header.key_store):
        raise KeyProblem(
            f"{arguments.file} belongs to another database than DATABASE_URL names (nothing was changed)"
        )
    settings.read_key_ring()
    keys = restore_key_store(settings.database_url, settings.key_store_url, arguments.file, progress_bar)
    asyncio.run(_check(settings, header.key_store))
    destroyed = None
    if reference is not None:
        destroyed = asyncio.run(_destroy_again(settings, datetime.fromisoformat(header.made_at)))
        asyncio.run(record_in_trail(settings, CopyEvent.KEYS_RESTORED))
        if destroyed is None:
            warn(
                "the clinic's database is older than this backup: who was erased after the backup is not "
                "known here; erase them again"
            )
    if arguments.json:
        done = {"file": arguments.file, "made_at": header.made_at, "data_keys": keys}
        print(json_of({**done, "destroyed_again": destroyed}))
        return
    print(f"Restored {keys} data keys, as they were at {header.made_at}")
    if destroyed is not None:
        print(f"{destroyed} of them belong to no patient any more, or never did: destroyed again")


async def _check(settings: Settings, reference: str) -> None:
    """
    Raises:
        KeyProblem: the key store can't be used, or is another database's.
    """
    keys = settings.data_keys()
    try:
        await keys.check(reference)
    finally:
        await keys.close()


async def _destroy_again(settings: Settings, made_at: datetime) -> int | None:
    """How many keys; None where the database is older than the backup."""
    database = Database(settings.database_url, settings.data_keys())
    try:
        async with database.read() as session:
            return await destroy_restored_keys(session, made_at=made_at, now=await current_time(session))
    finally:
        await database.close()
