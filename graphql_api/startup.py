"""Prepares the database for a server: migrates it, and makes its catalogue equal to the clinic's file."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from booking.catalogue.clinic_file.model import ClinicFile
from booking.catalogue.clinic_file.sync import sync_clinic_file
from booking.domain.error_text import describe_exception
from booking.storage.database import Database
from booking.storage.migrations.history import MigrationError
from booking.storage.migrations.upgrade import migrate, missing_schema
from graphql_api.extensions.feature import EnabledFeature


def prepare_database(
    url: str, clinic: ClinicFile, enabled: Sequence[EnabledFeature], *, now: datetime
) -> list[str]:
    """Return what changed in the catalogue, a sentence each.

    Raises:
        FeatureError: a feature's migrations fail, or lack a table or a column.
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

    async def apply() -> list[str]:
        database = Database(url)
        try:
            async with database.write() as session:
                return await sync_clinic_file(session, clinic, now=now)
        finally:
            await database.close()

    return asyncio.run(apply())


def migration_failure(broken: MigrationError) -> str:
    """The failure in a sentence: the file, where one is at fault, and the reason."""
    reason = broken.why or describe_exception(broken.__cause__ or broken)
    return ": ".join(filter(None, ["its migrations can't be run", broken.file, reason]))
