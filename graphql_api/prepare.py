"""A database made ready for a server: its tables the newest, and what it holds equal to the clinic's file."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from booking.clinic_file.apply import apply_clinic_file
from booking.clinic_file.shape import ClinicFile
from booking.storage.database import Database
from booking.storage.migrate import BrokenHistory, migrate, missing
from booking.strangers import in_a_line
from graphql_api.extending import Enabled
from graphql_api.joining import mistake


def prepare(url: str, clinic: ClinicFile, enabled: Sequence[Enabled], *, now: datetime) -> list[str]:
    """What changed, a sentence each. Refuses with FeatureMistake for migrations that are broken or lack
    a table or a column.
    """
    histories = {history: one for one in enabled if (history := one.history)}
    try:
        migrate(url, list(histories))
    except BrokenHistory as broken:
        raise mistake(histories[broken.history], "", why(broken)) from broken.__cause__
    for one in enabled:
        for name in missing(url, one.feature.tables):
            told = f"no migration makes it: book-online new-migration {one.feature.name} 'what is new'"
            raise mistake(one, f"{'column' if '.' in name else 'table'} {name}", told)

    async def apply() -> list[str]:
        database = Database(url)
        try:
            async with database.write() as session:
                return await apply_clinic_file(session, clinic, now=now)
        finally:
            await database.close()

    return asyncio.run(apply())


def why(broken: BrokenHistory) -> str:
    """In a sentence: the file, where one is at fault, and the reason."""
    reason = broken.why or in_a_line(broken.__cause__ or broken)
    return ": ".join(filter(None, ["its migrations can't be run", broken.file, reason]))
