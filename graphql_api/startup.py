"""Prepares the database for a server: migrates it, and makes its catalogue equal to the clinic's file."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from booking.appointments.load import LoadedClinic, load_clinic_file
from booking.catalogue.clinic_file.model import ClinicFile
from booking.domain.error_text import describe_exception
from booking.storage.database import Database
from booking.storage.migrations.history import MigrationError
from booking.storage.migrations.upgrade import is_migrated, migrate, missing_schema
from booking.storage.session import BookingSession
from graphql_api.extensions.feature import EnabledFeature

T = TypeVar("T")


class NotMigrated(Exception):
    """A dry run needs today's tables."""


def prepare_database(
    url: str,
    clinic: ClinicFile,
    enabled: Sequence[EnabledFeature],
    *,
    now: datetime,
    allow_rewrite: bool = False,
) -> LoadedClinic:
    """Return what changed in the catalogue, and the booked visits that it rules out.

    Raises:
        FeatureError: a feature's migrations fail, or lack a table or a column.
        RewritesClinic: unless `allow_rewrite`, the file is most likely another clinic's.
    """
    histories = {history: owner for owner in enabled if (history := owner.history)}
    try:
        migrate(url, list(histories))
    except MigrationError as broken:
        raise histories[broken.history].error("", migration_failure(broken)) from broken.__cause__
    for owner in enabled:
        for name in missing_schema(url, owner.feature.tables):
            mistake = f"no migration makes it: book-online new-migration {owner.feature.name} 'what is new'"
            raise owner.error(f"{'column' if '.' in name else 'table'} {name}", mistake)

    async def apply(session: BookingSession) -> LoadedClinic:
        return await load_clinic_file(session, clinic, now=now, allow_rewrite=allow_rewrite)

    return _in_transaction(url, apply)


def preview_load(url: str, clinic: ClinicFile, *, now: datetime) -> list[str]:
    """What `prepare_database` would change, and the visits that it would rule out; nothing is written.

    Raises:
        NotMigrated: the database hasn't today's tables, which only a load makes.
    """
    if not is_migrated(url):
        raise NotMigrated(
            "the database is new, or of an earlier version: load the file without --dry-run to migrate it"
        )

    async def apply(session: BookingSession) -> list[str]:
        sentences = (await load_clinic_file(session, clinic, now=now, allow_rewrite=True)).sentences
        await session.rollback()
        return sentences

    return _in_transaction(url, apply)


def _in_transaction(url: str, work: Callable[[BookingSession], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(url)
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
