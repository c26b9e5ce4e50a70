"""Whether anything was committed since: whoever knows of a change is told of nothing before it."""

import asyncio
from collections.abc import AsyncIterator, Hashable

import pytest
from sqlalchemy import text

from booking.storage.change_token import ChangeToken, PostgresChangeToken, change_token_of
from booking.storage.database import Database


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[list[ChangeToken]]:
    """Two that look, each with connections of its own."""
    databases = [Database(database_url) for _ in range(2)]
    looking = [change_token_of(database.engine) for database in databases]
    yield looking
    for revision, database in zip(looking, databases):
        await revision.close()
        await database.close()


async def change(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("INSERT INTO outbox_listeners VALUES ('somebody')"))
        await session.execute(text("DELETE FROM outbox_listeners WHERE name = 'somebody'"))


async def looks(replicas: list[ChangeToken]) -> list[Hashable]:
    return await asyncio.gather(*(replica.look() for replica in replicas))


async def test_whoever_knows_of_a_change_is_told_of_nothing_before(
    database: Database, replicas: list[ChangeToken]
) -> None:
    for _ in range(20):
        before = await looks(replicas)
        await change(database)
        await replicas[0].wait_until_visible()
        after = await looks(replicas)
        assert before[0] != after[0]
        assert before[1] != after[1]


async def test_while_nothing_is_committed_all_looks_are_alike(
    database: Database, replicas: list[ChangeToken]
) -> None:
    seen = await looks(replicas)
    for _ in range(3):
        async with database.read() as session:
            await session.execute(text("SELECT count(*) FROM clinic"))
        await replicas[0].wait_until_visible()
        assert await looks(replicas) == seen


@pytest.mark.postgresql
async def test_a_look_at_postgresql_is_believed_for_as_long_as_a_change_waits_to_be_seen(
    postgresql_url: str,
) -> None:
    database = Database(postgresql_url)
    trusting = PostgresChangeToken(database.engine, believed_for=0.3)
    seen = await trusting.look()
    await change(database)
    assert await asyncio.gather(*(trusting.look() for _ in range(3))) == [seen] * 3
    await trusting.wait_until_visible()
    assert await trusting.look() != seen
    await trusting.close()
    await database.close()
