"""A connection that is cut in the middle of a commit: a repeat with the same key makes certain."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import func, make_url, select

from booking.outbox.relay import OutboxRelay
from booking.reminders.worker import ReminderWorker
from booking.storage.key_store.location import key_store_url
from booking.storage.models.appointments import Appointment
from booking.storage.models.holds import Hold
from graphql_api.app import create_app
from graphql_api.limits.shared_limits import SharedLimits
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient, problem_types

NINE, TEN = "2026-11-24T09:00:00-05:00", "2026-11-24T10:00:00-05:00"
KEYS = [f"an idempotency key, number {n}" for n in range(3)]


@dataclass
class Proxy:
    """A proxy before PostgreSQL that can lose the next COMMIT (`request`), or its `response`."""

    port: int = 0
    cut_at: str = ""

    async def forward(self, to: str, reader: StreamReader, writer: StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(to)

        async def forward_responses() -> None:
            with suppress(OSError):
                while data := await from_server.read(65536):
                    if self.cut_at == "response" and b"COMMIT" in data:
                        self.cut_at = ""
                        break
                    writer.write(data)
                writer.close()

        returning = asyncio.create_task(forward_responses())
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.cut_at == "request" and b"COMMIT" in data:
                    self.cut_at = ""
                    break
                to_server.write(data)
            to_server.close()
            writer.close()
        await returning


@pytest.fixture
async def proxy(postgresql_url: str) -> AsyncIterator[Proxy]:
    folder = make_url(postgresql_url).query["host"]
    proxy = Proxy()

    async def forward(reader: StreamReader, writer: StreamWriter) -> None:
        await proxy.forward(f"{folder}/.s.PGSQL.5432", reader, writer)

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    yield proxy
    server.close()


@asynccontextmanager
async def partner(url: str, proxy: Proxy) -> AsyncIterator[GraphQLClient]:
    database = open_database(url)
    await open_clinic(database)
    await database.close()
    through = f"postgresql://postgres@127.0.0.1:{proxy.port}/{make_url(url).database}?ssl=disable"
    settings = Settings(database_url=through, data_keys_url=key_store_url(url))
    async with asgi_client(create_app(settings, now=lambda: NOW)) as http:
        yield GraphQLClient(http)


@pytest.fixture
def _only_requests_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else a server does from time to time would take the cut that is meant for a request."""

    async def idle(_self: object) -> None:
        await asyncio.Event().wait()

    for worker in (SharedLimits, OutboxRelay, ReminderWorker):
        monkeypatch.setattr(worker, "run", idle)


@pytest.mark.usefixtures("_only_requests_commit")
@pytest.mark.parametrize("lost", ["request", "response"])
async def test_a_repeat_makes_certain_whether_the_commit_was_made(
    postgresql_url: str, proxy: Proxy, lost: str
) -> None:
    async with partner(postgresql_url, proxy) as api:
        # A connection's first transaction is the pool's own: the one to be cut must be the request's.
        assert problem_types(await api.hold("2026-11-22T09:00:00-05:00")) == ["NoticeTooShort"]
        proxy.cut_at = lost
        assert problem_types(await api.hold(NINE, idempotencyKey=KEYS[0])) == ["TryAgain"]
        held = await api.hold(NINE, idempotencyKey=KEYS[0])
        assert held["problems"] == []

        proxy.cut_at = lost
        assert problem_types(await api.book(held["holdToken"], idempotencyKey=KEYS[1])) == ["TryAgain"]
        booked = await api.book(held["holdToken"], idempotencyKey=KEYS[1])
        assert booked["problems"] == []

        proxy.cut_at = lost
        token = booked["manageToken"]
        assert problem_types(await api.reschedule(token, TEN, idempotencyKey=KEYS[2])) == ["TryAgain"]
        moved = await api.reschedule(token, TEN, idempotencyKey=KEYS[2])
        assert moved["appointment"]["startsAt"] == TEN

    database = open_database(postgresql_url)
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 1
        (appointment,) = await session.scalars(select(Appointment))
        assert appointment.sequence == 1
    await database.close()
