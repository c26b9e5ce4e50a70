"""The server's lifespan: the outbox relay and the care of the database run from its start to its end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from booking.domain.errors import TryAgain
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database

log = logging.getLogger("book_online")


@dataclass(frozen=True)
class Lifespan:
    relay: OutboxRelay
    workers: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    database: Database
    read_cards: Callable[[], Awaitable[None]]
    """Reads the clinic's names and numbers for pages without a database."""

    @asynccontextmanager
    async def __call__(self, _app: Starlette) -> AsyncIterator[None]:
        try:
            await self.read_cards()
        except TryAgain:
            pass  # The database has logged the reason.
        except Exception:
            log.exception("the clinic can't be read; pages that need no database lack its number")
        with suppress(TryAgain):  # The relay registers its listeners as soon as the database answers.
            await self.relay.register()
        running = [
            asyncio.create_task(self.relay.run()),
            *(asyncio.create_task(run()) for run in self.workers),
            asyncio.create_task(self.database.empty_log_often()),
        ]
        yield
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        await self.database.close()
