"""A database made ready for a server: its tables the newest, and what it holds equal to the clinic's file."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from booking.clinic_file.apply import apply_clinic_file
from booking.clinic_file.shape import ClinicFile
from booking.storage.database import Database
from booking.storage.migrate import migrate, missing_tables
from graphql_api.extending import Enabled
from graphql_api.joining import mistake


def prepare(url: str, clinic: ClinicFile, enabled: Sequence[Enabled], *, now: datetime) -> list[str]:
    """What changed, a sentence each. Refuses with FeatureMistake for a table that no migration makes."""
    migrate(url, [history for one in enabled if (history := one.history)])
    for one in enabled:
        for table in missing_tables(url, [table.__tablename__ for table in one.feature.tables]):
            told = f"no migration makes it: book-online new-migration {one.feature.name} 'what is new'"
            raise mistake(one, f"table {table}", told)

    async def apply() -> list[str]:
        database = Database(url)
        try:
            async with database.write() as session:
                return await apply_clinic_file(session, clinic, now=now)
        finally:
            await database.close()

    return asyncio.run(apply())
