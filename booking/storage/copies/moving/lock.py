"""One move at a time: a lock on the source and on the target, which ends with the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy import text

from booking.storage.connection.server_lock import exclusive_lock
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import path_of
from booking.storage.engine import database_url, engine_for

SUFFIX = "-move"
LOCK = text("SELECT pg_try_advisory_xact_lock(CAST(x'6D6F7665' AS int))")  # any constant


class MoveRuns(Exception):
    """Another process moves a clinic from or to this database."""

    def __init__(self) -> None:
        super().__init__("another `book-online move` works on this database: wait until it has ended")


@asynccontextmanager
async def only_move(url: str) -> AsyncIterator[None]:
    """
    Raises:
        MoveRuns: another process has the lock.
    """
    full_url = database_url(url)
    if full_url.drivername == DRIVER:
        file = path_of(full_url.database or "")
        has_folder = file is not None and file.absolute().parent.is_dir()
        with exclusive_lock(file, SUFFIX) if file and has_folder else nullcontext(True) as is_alone:
            if not is_alone:
                raise MoveRuns
            yield
        return
    engine = engine_for(url, connections=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            if not await connection.scalar(LOCK):
                raise MoveRuns
            yield
    finally:
        await engine.dispose()
