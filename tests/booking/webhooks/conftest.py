"""What tests of webhooks are given: a partner's server, a clock, and a clinic that tells what happens."""

import uuid
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from booking.courier import WAITS, deliver_due
from booking.events import EventKind
from booking.storage.database import Database
from booking.storage.webhooks import WebhookAttempt, WebhookEndpoint
from booking.webhooks.endpoints import FAMILY, add_endpoint, log_of, the_endpoint
from booking.webhooks.send import Sender
from booking.webhooks.tell import webhooks
from graphql_api.webhooks import data_of
from tests.booking.webhooks.receiver import Receiver, receiving
from tests.clinics import NOW, open_clinic


@dataclass
class Teller:
    """A server's courier that goes when it is told to; its clock stands still."""

    database: Database
    now: datetime = NOW
    sender: Sender = field(default_factory=lambda: Sender(to_private=True, patience=5))

    async def clock(self, _session: AsyncSession) -> datetime:
        return self.now

    async def tell(self) -> int:
        """One round; answers how many deliveries were due."""
        family = webhooks(self.database, self.sender, show=data_of, clock=self.clock)
        return await deliver_due(self.database, {}, {FAMILY: family}, clock=self.clock)

    async def tell_for_a_day(self) -> None:
        """Until all is told or given up."""
        for wait in (*WAITS, timedelta(0)):
            await self.tell()
            self.now += wait

    async def add(
        self, url: str, kinds: Collection[str] = tuple(EventKind), *, key_id: str | None = None
    ) -> tuple[str, str]:
        """The endpoint's id, and its secret."""
        async with self.database.write() as session:
            name = "Sample Directory"
            endpoint, secret = await add_endpoint(session, url, name, kinds, key_id=key_id, now=self.now)
        return endpoint.id, secret

    async def endpoint(self, id: str) -> WebhookEndpoint:
        async with self.database.read() as session:
            return await the_endpoint(session, id)

    async def log(self, id: str) -> list[WebhookAttempt]:
        """The first one first."""
        async with self.database.read() as session:
            return list(reversed(await log_of(session, id, most=1000)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def teller(database: Database) -> Teller:
    await open_clinic(database)
    return Teller(database)


def ids(log: list[WebhookAttempt]) -> set[uuid.UUID]:
    return {attempt.event for attempt in log}
