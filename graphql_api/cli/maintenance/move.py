"""`book-online move`: the clinic's database and its key store, from SQLite to PostgreSQL and back."""

import argparse
import asyncio
import sys
import time
from contextlib import suppress

from booking.audit.copies import CopyEvent
from booking.storage.copies.moving.move import Move, Reports, give_up
from booking.storage.copies.moving.places import Site
from booking.storage.copies.moving.target import CannotMove
from booking.storage.copies.tables import stored_revisions
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.key_store.location import key_file_path, key_store_url
from booking.storage.key_store.reference import key_store_reference
from booking.storage.migrations.history import CORE_HISTORY, MigrationHistory
from booking.storage.migrations.move_mark import MoveState, move_mark
from booking.storage.migrations.upgrade import on_database, with_connection
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import enabled_histories
from graphql_api.cli.command import Commands, add_command, progress_bar, warn
from graphql_api.cli.transaction import record_in_trail
from graphql_api.settings import Settings, variable_name

STDIN = "-"


def add_to(commands: Commands) -> None:
    command = add_command(
        commands, "move", _move, "move the clinic to another database, from SQLite to PostgreSQL or back"
    )
    command.add_argument(
        "target",
        nargs="?",
        help="the empty database, written as DATABASE_URL is; `-` reads it from standard input, so that no "
        "list of processes shows its password",
    )
    keys = command.add_mutually_exclusive_group()
    keys.add_argument("--keys-to", metavar="URL", help="where the key store goes")
    keys.add_argument("--keys-stay", action="store_true", help="leave the key store where it is")
    command.add_argument(
        "--give-up", action="store_true", help="end a move that was stopped: the clinic goes on where it is"
    )


def _move(arguments: argparse.Namespace, settings: Settings) -> None:
    own_keys = settings.key_store_url
    source = Site(settings.database_url, own_keys)
    if arguments.give_up:
        asyncio.run(give_up(source))
        print("The move is given up: the clinic takes changes again. Delete what is in the target.")
        return
    target = _target(arguments, settings)
    keys_url = target.keys_url or own_keys

    async def check_keys() -> None:
        await _check_keys(settings, keys_url)

    async def record() -> None:
        await check_own_keys()
        await record_in_trail(settings, CopyEvent.MOVED)

    async def check_own_keys() -> None:
        await _check_keys(settings, own_keys)

    reports = Reports(print_at_once, progress_bar)
    move = Move(source, target, _features(settings), reports, record, check_keys)
    began = time.monotonic()
    try:
        asyncio.run(move.run(now=system_clock()))
    except BaseException:
        _warn_if_fenced(settings)
        raise
    print(f"The clinic is moved to {target.words}, in {time.monotonic() - began:.0f} s.")
    print("\n".join(_next_steps(settings, target, own_keys)))


def _features(settings: Settings) -> list[MigrationHistory]:
    """The clinic's file is needed only where features have tables."""
    revisions = with_connection(settings.database_url, stored_revisions)
    return enabled_histories(settings) if revisions.keys() > {CORE_HISTORY.version_table} else []


def print_at_once(sentence: str) -> None:
    print(sentence, flush=True)


def _target(arguments: argparse.Namespace, settings: Settings) -> Site:
    """
    Raises:
        CannotMove: none is named.
    """
    url = arguments.target
    if url == STDIN:
        url = sys.stdin.readline().strip()
    if not url:
        raise CannotMove(
            "name the database to move to: `book-online move postgresql://user:password@host/name`"
        )
    stays = arguments.keys_stay or (settings.data_keys_url and not arguments.keys_to)
    return Site(url, None if stays else arguments.keys_to or key_store_url(url))


async def _check_keys(settings: Settings, keys_url: str) -> None:
    """
    Raises:
        KeyProblem: the key store there is not the clinic's, or can't be read.
    """
    reference = await on_database(settings.database_url, key_store_reference)
    keys = DataKeys(keys_url, settings.read_key_ring)
    try:
        if reference is not None:
            await keys.check(reference)
    finally:
        await keys.close()


def _warn_if_fenced(settings: Settings) -> None:
    with suppress(Exception):  # What stopped the move is said already.
        mark = with_connection(settings.database_url, move_mark)
        if mark and mark.state is MoveState.LEAVING:
            warn(
                "the clinic takes no change until the same command has ended well, which goes on where this "
                "one stopped; or until `book-online move --give-up`"
            )


def _next_steps(settings: Settings, target: Site, own_keys: str) -> list[str]:
    keys_setting = variable_name("data_keys_url")
    steps = ["Now stop the servers, and start them with:", "  DATABASE_URL: the target"]
    if target.keys_url is None and not settings.data_keys_url:
        steps.append(
            f"  {variable_name('data_keys_url')}: the key store as it is, {Site(own_keys, None).words}"
        )
    elif target.keys_url and target.keys_url != key_store_url(target.url):
        steps.append(f"  {keys_setting}: what --keys-to named")
    file = settings.key_encryption_file.path.absolute()
    if not settings.key_encryption_keys and not settings.key_file and file != key_file_path(target.url):
        steps.append(f"  {variable_name('key_file')}={file}")
    old = f"{Site(settings.database_url, None).words}"
    steps.append(f"Then back up. No server starts on {old} any more: delete it once all is well.")
    if target.keys_url:
        steps.append(
            f"Delete the former key store {Site(own_keys, None).words} too: it would keep the keys of "
            "patients who are erased from now on."
        )
    return steps
