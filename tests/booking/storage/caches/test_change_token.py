"""A change token differs after every commit; a client that knows of a change gets no older response."""

import asyncio
from collections.abc import AsyncIterator, Hashable

import pytest
from sqlalchemy import text

from booking.storage.caches.change_token import ChangeToken, PostgresChangeToken, change_token_of
from booking.storage.database import Database
from tests.support.databases import open_database


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[list[ChangeToken]]:
    """The tokens of two replicas, each with connections of its own."""
    databases = [open_database(database_url) for _ in range(2)]
    tokens = [change_token_of(database.engine) for database in databases]
    yield tokens
    for token, database in zip(tokens, databases):
        await token.close()
        await database.close()


async def change(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO outbox_listeners VALUES ('mail')"))
        await session.execute(text("DELETE FROM outbox_listeners WHERE name = 'mail'"))


async def read_all(replicas: list[ChangeToken]) -> list[Hashable]:
    return await asyncio.gather(*(replica.read() for replica in replicas))


async def test_after_a_change_is_visible_no_replica_reads_an_older_token(
    database: Database, replicas: list[ChangeToken]
) -> None:
    for _ in range(20):
        before = await read_all(replicas)
        await change(database)
        await replicas[0].wait_until_visible()
        after = await read_all(replicas)
        assert before[0] != after[0]
        assert before[1] != after[1]


async def test_without_a_commit_all_tokens_are_equal(database: Database, replicas: list[ChangeToken]) -> None:
    seen = await read_all(replicas)
    for _ in range(3):
        async with database.read() as session:
            await session.execute(text("SELECT count(*) FROM clinic"))
        await replicas[0].wait_until_visible()
        assert await read_all(replicas) == seen


@pytest.mark.postgresql
async def test_a_token_of_postgresql_is_shared_while_a_change_waits_to_be_visible(
    postgresql: Database,
) -> None:
    await change(postgresql)  # Opens a connection.
    sharing = PostgresChangeToken(postgresql.engine, shared_for=3)
    seen = await sharing.read()
    await change(postgresql)
    assert await asyncio.gather(*(sharing.read() for _ in range(3))) == [seen] * 3
    await sharing.wait_until_visible()
    assert await sharing.read() != seen
    await sharing.close()


async def test_a_cancelled_request_leaves_no_connection_behind(database_url: str) -> None:
    """The token is read in a task of its own, which opened its connection after all others were closed."""
    before = asyncio.all_tasks()  # A browser of other tests may have some.
    database = open_database(database_url)
    pool = database.engine.pool
    request = asyncio.create_task(database.change_token.read())
    await asyncio.sleep(0)
    request.cancel()
    await asyncio.sleep(0)
    await database.close()
    assert await database.change_token.read() is None or database.engine.dialect.name == "sqlite"
    await database.close()
    others = asyncio.all_tasks() - before
    await asyncio.wait(others) if others else None
    assert pool.checkedout() == 0  # type: ignore[attr-defined]
