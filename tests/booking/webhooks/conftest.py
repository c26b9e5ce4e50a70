"""Fixtures of webhooks: a receiver, and a clinic whose outbox relay delivers to it."""

import uuid
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from booking.domain.events import APPOINTMENT_EVENTS
from booking.outbox.relay import RETRY_DELAYS, OutboxRelay
from booking.storage.database import Database
from booking.storage.models.messages.webhooks import WebhookAttempt, WebhookEndpoint
from booking.storage.session import BookingSession
from booking.webhooks.client import WebhookClient
from booking.webhooks.delivery import WebhookDelivery
from booking.webhooks.endpoints import LISTENER_FAMILY, add_endpoint, delivery_log, get_endpoint
from graphql_api.types.webhook_payload import webhook_payload
from tests.booking.webhooks.receiver import Receiver, running_receiver
from tests.support.clinics import NOW, open_clinic

DELAYS_OF_A_DAY = RETRY_DELAYS[:7]


@dataclass
class WebhookRelay:
    """The relay of a server, which delivers when it is asked to; its clock stands still."""

    database: Database
    now: datetime = NOW
    client: WebhookClient = field(default_factory=lambda: WebhookClient(to_private=True, patience=5))

    async def clock(self, _session: BookingSession) -> datetime:
        return self.now

    def webhook_delivery(self) -> WebhookDelivery:
        return WebhookDelivery(self.database, self.client, self.clock)

    def outbox_relay(self) -> OutboxRelay:
        family = self.webhook_delivery().listeners(webhook_payload)
        return OutboxRelay(self.database, {}, {LISTENER_FAMILY: family}, clock=self.clock)

    async def deliver_due(self) -> int:
        """The number of deliveries that were due; each may have made a later one due."""
        relay, count = self.outbox_relay(), 0
        while delivered := await relay.deliver_due():
            count += delivered
        return count

    async def retry_for_a_day(self) -> None:
        for wait in (*DELAYS_OF_A_DAY, timedelta(0)):
            await self.deliver_due()
            self.now += wait

    async def add(
        self, url: str, kinds: Collection[str] = APPOINTMENT_EVENTS, *, key_id: str | None = None
    ) -> tuple[str, str]:
        """The endpoint's id, and its secret."""
        async with self.database.write() as session:
            name = "Sample Directory"
            endpoint, secret = await add_endpoint(session, url, name, kinds, key_id=key_id, now=self.now)
        return endpoint.id, secret

    async def endpoint(self, id: str) -> WebhookEndpoint:
        async with self.database.read() as session:
            return await get_endpoint(session, id)

    async def log(self, id: str) -> list[WebhookAttempt]:
        """The earliest attempt first."""
        async with self.database.read() as session:
            return list(reversed(await delivery_log(session, id, limit=1000)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as opened:
        yield opened


@pytest.fixture
async def relay(database: Database) -> WebhookRelay:
    await open_clinic(database)
    return WebhookRelay(database)


def event_ids(log: list[WebhookAttempt]) -> set[uuid.UUID]:
    return {attempt.event for attempt in log}
