"""Readiness: whether the server can take more visitors, part by part."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from booking.domain.errors import TryAgain
from booking.encryption.key_ring import KeyProblem
from booking.storage.database import Database
from booking.storage.key_store.data_keys import DataKeys
from booking.storage.migrations.move_mark import is_moved_away
from booking.storage.queries.catalogue import get_clinic
from graphql_api.http.stopping import Stopping

OK = "ok"
KEYS_SECONDS = 3


@dataclass(frozen=True)
class Readiness:
    database: Database
    data_keys: DataKeys
    stopping: Stopping

    async def obstacle(self) -> str | None:
        """A sentence for why visitors should go elsewhere; None while they need not."""
        if self.stopping.is_draining:
            return "The server is about to stop."
        if self.database.cannot_write:
            return "The database takes no changes."
        if obstacle := await self._database_obstacle():
            return f"The database {obstacle}."
        if self.database.is_damaged:
            return "The database is damaged: book-online database check"
        return None

    async def parts(self) -> Mapping[str, str]:
        """Each part with `ok`, or with what is wrong."""
        return {
            "server": "about to stop" if self.stopping.is_draining else OK,
            "database": await self._database_obstacle() or OK,
            "changes": "refused" if self.database.cannot_write else OK,
            "integrity": "damaged: book-online database check" if self.database.is_damaged else OK,
            "keys": await self._keys(),
        }

    async def _database_obstacle(self) -> str | None:
        try:
            async with self.database.read() as session:
                await get_clinic(session)
                return "was left when the clinic was moved" if await is_moved_away(session) else None
        except TryAgain:
            return "does not answer"

    async def _keys(self) -> str:
        try:
            async with asyncio.timeout(KEYS_SECONDS):
                await self.data_keys.check_clinic_keys()
        except KeyProblem:
            return "can't be used: book-online doctor"
        except (TryAgain, TimeoutError):
            return "do not answer"
        return OK
