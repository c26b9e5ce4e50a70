"""Prepares the database for a server: migrates it, and makes its catalogue equal to the clinic's file."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import TypeVar

from booking.appointments.load import (
    LoadedClinic,
    check_visits,
    has_clinic,
    load_clinic_file,
    refuse_clinic_file,
)
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.domain.actor import Actor
from booking.domain.error_text import describe_exception
from booking.retention.contact_data import patients_to_erase
from booking.storage.connection.server_lock import server_lock
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import files_readable_by_others, path_of
from booking.storage.copies.tables import stored_revisions
from booking.storage.database import Database
from booking.storage.engine import database_url
from booking.storage.migrations.compatibility import newer_revision
from booking.storage.migrations.encryption import (
    overwrite_former_rows,
    prepare_key_store,
    refer_to_key_store,
)
from booking.storage.migrations.history import VERSION_TABLE, MigrationError, MigrationHistory, feature_of
from booking.storage.migrations.upgrade import is_migrated, migrate, missing_schema, with_existing
from booking.storage.session import BookingSession
from graphql_api.extensions.feature import EnabledFeature
from graphql_api.settings import Settings

log = logging.getLogger("book_online")

T = TypeVar("T")


class NotMigrated(Exception):
    """The command needs today's tables."""


def prepare_database(
    settings: Settings,
    clinic: ClinicFile,
    enabled: Sequence[EnabledFeature],
    *,
    now: datetime,
    allow_rewrite: bool = False,
    allow_undo: bool = False,
    keep_instants: bool = False,
    only_if_empty: bool = False,
    actor: Actor | None = None,
) -> LoadedClinic:
    """Return what changed in the catalogue, and the booked visits that it rules out.

    With `only_if_empty` a clinic that is in the database stays as it is. The history names the `actor`, the
    server unless given.

    Raises:
        KeyProblem: the data keys can't be used, or are another database's. Nothing was changed.
        FeatureError: a feature's migrations fail, or lack a table or a column.
        NewerDatabase: a later version has migrated the database, and this one can't work on it.
        RewritesClinic: unless `allow_rewrite`, the file is most likely another clinic's. Nothing was changed.
        UndoesChanges: unless `allow_undo`, the catalogue was changed since the file was written from it. The
            tables are the newest, and nothing else was changed.
        ClinicFileError: the text of consent differs from the one that was loaded with the same version.
            Nothing was changed.
    """
    url = settings.database_url
    _log_newer_database(url)
    loads = not (only_if_empty and with_existing(url, has_clinic))
    if loads:
        with_existing(url, partial(refuse_clinic_file, file=clinic, allow_rewrite=allow_rewrite))
    histories = {history: owner for owner in enabled if (history := owner.history)}
    try:
        migrate_database(settings, list(histories), now=now)
    except MigrationError as broken:
        raise histories[broken.history].error("", migration_failure(broken)) from broken.__cause__
    for owner in enabled:
        for name in missing_schema(url, owner.feature.tables):
            mistake = f"no migration makes it: book-online new-migration {owner.feature.name} 'what is new'"
            raise owner.error(f"{'column' if '.' in name else 'table'} {name}", mistake)

    _warn_of_readable_files(url)

    async def apply(session: BookingSession) -> LoadedClinic:
        if not loads:
            return await check_visits(session, now=now, keep_instants=keep_instants)
        return await load_clinic_file(
            session,
            clinic,
            now=now,
            actor=actor,
            allow_rewrite=allow_rewrite,
            allow_undo=allow_undo,
            keep_instants=keep_instants,
        )

    return _in_transaction(url, apply)


def _log_newer_database(url: str) -> None:
    """
    Raises:
        NewerDatabase: this program can't work on the database.
    """
    if revision := with_existing(url, newer_revision):
        log.warning(
            "the database is of a newer version (revision %s), and this one can work on it: go on with the "
            "update",
            revision,
        )


def features_with_tables(url: str) -> set[str]:
    """The names of the features that have made tables in the database."""
    tables = with_existing(url, stored_revisions) or {}
    return {feature_of(table) for table in tables if table != VERSION_TABLE}


def feature_of_others(name: str) -> str:
    """A sentence about a feature that left traces in the database, and is not enabled here."""
    return (
        f"feature {name} has been at work on this database, and is not enabled here: if other servers have "
        "it, install it and name it in `features` of clinic.toml, or this one books without its rules"
    )


def _warn_of_readable_files(url: str) -> None:
    full_url = database_url(url)
    if full_url.drivername == DRIVER and full_url.database:
        for file in files_readable_by_others(full_url.database):
            log.warning(
                "%s holds the clinic's visits, and other users of this machine may read it: chmod 600 %s",
                file,
                file,
            )


@contextmanager
def lock_of_server(url: str) -> Iterator[None]:
    """Held while the server runs. Log a warning if another server works on the same SQLite file."""
    full_url = database_url(url)
    file = path_of(full_url.database or "") if full_url.drivername == DRIVER else None
    with server_lock(file) if file else nullcontext(True) as is_alone:
        if not is_alone:
            log.warning(
                "another server works on %s too: no booking is lost, but one that freezes within a change "
                "stops all others. Stop one of them, or use PostgreSQL for several",
                file,
            )
        yield


def migrate_database(settings: Settings, features: Sequence[MigrationHistory] = (), *, now: datetime) -> None:
    """Make the newest tables, and the key store of the patients' data.

    Raises:
        DatabaseMoves: the clinic leaves this database, has left it, or has not arrived in it.
        MigrationError: a feature's revisions can't be applied.
        KeyProblem: the data keys can't be used, or are another database's. Nothing was changed.
    """
    url, data_keys = settings.database_url, settings.data_keys()
    new_key_store = prepare_key_store(url, data_keys, settings.make_development_key, now=now)
    if migrate(url, features, data_keys):
        log.info("migrated: the database has the tables of Book Online %s", version("book-online"))
    if new_key_store:
        overwrite_former_rows(url)
        refer_to_key_store(url, new_key_store)
        if settings.is_development and not settings.key_encryption_keys:
            key_file = settings.key_encryption_file.path
            log.warning("%s is the key to the patients' data: keep a copy elsewhere", key_file)


UNDOES = "The clinic in the database was changed since this file was written from it: to load it undoes that."


def preview_load(url: str, clinic: ClinicFile, *, now: datetime, keep_instants: bool = False) -> list[str]:
    """What `prepare_database` would change, and the visits that it would rule out; nothing is written.

    Before that whether it would undo changes, after it how many patients the server would erase soon after.

    Raises:
        NotMigrated: the database hasn't today's tables, which only a load makes.
    """
    if not is_migrated(url):
        raise NotMigrated(
            "the database is new, or of an earlier version: load the file without --dry-run to migrate it"
        )

    async def apply(session: BookingSession) -> list[str]:
        loaded = await load_clinic_file(
            session, clinic, now=now, allow_rewrite=True, allow_undo=True, keep_instants=keep_instants
        )
        patients = await patients_to_erase(session, now=now)
        await session.rollback()
        erased = [f"Patients to be erased for good (retention.contact_data): {patients}"] if patients else []
        return [UNDOES] * loaded.undoes + loaded.sentences + erased

    return _in_transaction(url, apply)


def _in_transaction(url: str, work: Callable[[BookingSession], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(url)  # It loads the catalogue, and touches no patient's data.
        try:
            async with database.write() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())


def migration_failure(broken: MigrationError) -> str:
    """The failure in a sentence: the file, where one is at fault, and the reason."""
    reason = broken.why or describe_exception(broken.__cause__ or broken)
    return ": ".join(filter(None, ["its migrations can't be run", broken.file, reason]))
