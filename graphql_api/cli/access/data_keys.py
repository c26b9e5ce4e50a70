"""`book-online data-keys`: the keys that encrypt patients' data."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from booking.encryption.key_ring import KeyProblem, KeyRing, new_key_encryption_key
from booking.storage.key_store.data_keys import DataKeys, KeyStoreStatus
from graphql_api.cli.command import Commands, add_command, add_json, add_verbs, json_of, progress_bar
from graphql_api.cli.maintenance import key_store_backup
from graphql_api.settings import Settings, variable_name

T = TypeVar("T")


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "data-keys", "the keys that encrypt patients' data")
    init = add_command(verbs, "init", _init, "make the key file of a new clinic")
    init.add_argument("--if-missing", action="store_true", help="do nothing if the file is there")
    init.add_argument(
        "--print", action="store_true", help="print a key for the environment, and make no file"
    )
    add_command(verbs, "rotate", _rotate, "wrap all data keys with a new key, while servers run")
    status = add_command(verbs, "status", _status, "which key-encryption key wraps how many data keys")
    add_json(status)
    key_store_backup.add_to(verbs)


def _init(arguments: argparse.Namespace, settings: Settings) -> None:
    if arguments.print:
        print(new_key_encryption_key())
        return
    file = settings.key_encryption_file
    if file.path.exists():
        if arguments.if_missing:
            file.read()
            return
        raise KeyProblem(f"{file.path} is there, and was left as it is: `data-keys rotate` changes keys")
    file.make()
    print(f"Made {file.path}. Keep a copy of it away from the database and its backups:")
    print("without it nobody can ever read the patients' data again.")


def _rotate(_arguments: argparse.Namespace, settings: Settings) -> None:
    ring = settings.read_key_ring()
    status = _with_store(settings, DataKeys.status)
    if unknown := [key for key in status.wrapped_by if not ring.has(key)]:
        raise KeyProblem(f"{unknown[0]} wraps data keys, and is not among the key-encryption keys")
    is_unfinished = any(key != ring.first.id for key in status.wrapped_by)
    if settings.key_encryption_keys:
        if not is_unfinished:
            raise KeyProblem(
                f"put a new key first in {variable_name('key_encryption_keys')}, before the present one, for "
                "each server: `data-keys init --print` makes one; then run this again"
            )
    elif not is_unfinished:
        settings.key_encryption_file.replace(_with_new_key(ring, status))
    _with_store(settings, _rewrap_all)
    first = settings.read_key_ring().first
    print(f"All data keys are wrapped by {first.id}.")


def _with_new_key(ring: KeyRing, status: KeyStoreStatus) -> KeyRing:
    """The former key stays for servers that have not read the file again; one that wraps nothing goes."""
    used = [key for key in ring.keys if key.id in status.wrapped_by]
    return KeyRing((new_key_encryption_key(), *used))


async def _rewrap_all(store: DataKeys) -> None:
    done, left = 0, 1
    while left:
        rewrapped, left = await store.rewrap()
        done += rewrapped
        progress_bar(done, done + left)


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    ring = settings.read_key_ring()
    status = _with_store(settings, DataKeys.status)
    if arguments.json:
        ids = dict.fromkeys([*status.wrapped_by, *(key.id for key in ring.keys)])
        keys = [{"id": key, "wraps": status.wrapped_by.get(key, 0), "is_here": ring.has(key)} for key in ids]
        print(json_of({"keys": keys, "destroyed": status.destroyed}))
        return 0 if all(map(ring.has, status.wrapped_by)) else 1
    for key, count in status.wrapped_by.items():
        missing = "" if ring.has(key) else ", and this server has not got it"
        print(f"{key} wraps {count} data keys{missing}")
    for unused in (key.id for key in ring.keys if key.id not in status.wrapped_by):
        print(f"{unused} wraps none")
    print(f"{status.destroyed} data keys are destroyed: their patients are erased")
    return 0 if all(map(ring.has, status.wrapped_by)) else 1


def _with_store(settings: Settings, work: Callable[[DataKeys], Awaitable[T]]) -> T:
    async def run() -> T:
        store = settings.data_keys()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
