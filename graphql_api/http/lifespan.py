"""The server's lifespan: the outbox relay runs from its start to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.applications import Starlette

from booking.domain.errors import TryAgain
from booking.outbox.relay import OutboxRelay
from booking.storage.database import Database


@dataclass(frozen=True)
class Lifespan:
    relay: OutboxRelay
    database: Database

    @asynccontextmanager
    async def __call__(self, _app: Starlette) -> AsyncIterator[None]:
        with suppress(TryAgain):  # The relay registers its listeners as soon as the database answers.
            await self.relay.register()
        running = asyncio.create_task(self.relay.run())
        yield
        running.cancel()
        await asyncio.wait([running])
        await self.database.close()
