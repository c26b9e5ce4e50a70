"""Clocks that are wrong: a time is never sold twice, and a hold loses no more than the difference."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import Postgres, open_database
from tests.support.graphql_client import GraphQLClient, practitioner_id, problem_types

NINE = "2026-11-24T09:00:00-05:00"
WITH_A = {"practitionerId": practitioner_id("a")}
OFF = timedelta(seconds=30)


@pytest.fixture
async def replicas(
    database: Database, database_url: str
) -> AsyncIterator[tuple[GraphQLClient, GraphQLClient, Clock]]:
    """Two servers of one clinic; the second one's clock is half a minute fast."""
    await open_clinic(database)
    clock = Clock(NOW)
    async with AsyncExitStack() as stack:
        settings = Settings(database_url=database_url)
        apps = [create_app(settings, now=now) for now in (clock, lambda: clock.now + OFF)]
        one, fast = [GraphQLClient(await stack.enter_async_context(asgi_client(app))) for app in apps]
        yield one, fast, clock


async def test_a_replica_whose_clock_is_fast_takes_only_holds_about_to_expire(
    replicas: tuple[GraphQLClient, GraphQLClient, Clock],
) -> None:
    one, fast, clock = replicas
    held = await one.hold(NINE, **WITH_A)

    clock.now += timedelta(minutes=5) - OFF - timedelta(seconds=1)
    assert problem_types(await fast.hold(NINE, **WITH_A)) == ["SlotTaken"]
    clock.now += timedelta(seconds=1)
    taken = await fast.hold(NINE, **WITH_A)
    assert taken["problems"] == []

    assert problem_types(await one.book(held["holdToken"])) == ["SlotTaken"]
    assert (await one.book(taken["holdToken"]))["problems"] == []


async def test_a_clock_that_steps_back_sells_nothing_twice(
    replicas: tuple[GraphQLClient, GraphQLClient, Clock],
) -> None:
    one, other, clock = replicas
    await other.hold_and_book(NINE, **WITH_A)
    held = await one.hold("2026-11-24T10:00:00-05:00", **WITH_A)

    clock.now -= timedelta(hours=1)

    for api in (one, other):
        assert problem_types(await api.hold(NINE, **WITH_A)) == ["SlotTaken"]
        assert problem_types(await api.hold("2026-11-24T10:00:00-05:00", **WITH_A)) == ["SlotTaken"]
    assert (await other.book(held["holdToken"]))["problems"] == []


async def test_the_database_decides_what_time_it_is(postgres: Postgres, postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    await open_clinic(database)
    async with database.write() as session:
        name = await session.scalar(text("SELECT current_database()"))
        for statement in (
            "CREATE SCHEMA fast",
            "CREATE FUNCTION fast.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS "
            "$$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$",
        ):
            await session.execute(text(statement))
    await database.close()
    day = (datetime.now(UTC) + timedelta(days=2)).date()
    async with asgi_client(create_app(Settings(database_url=postgresql_url))) as http:
        api = GraphQLClient(http)
        slots = await api.open_slots(day.isoformat(), (day + timedelta(days=14)).isoformat())
        before = await api.hold(slots[0]["startsAt"])
    postgres.run(f"ALTER DATABASE {name} SET search_path = fast, pg_catalog, public")

    async with asgi_client(create_app(Settings(database_url=postgresql_url))) as http:
        api = GraphQLClient(http)
        assert problem_types(await api.book(before["holdToken"])) == ["HoldExpired"]
        after = await api.hold(slots[0]["startsAt"])

    def ends(held: dict[str, dict[str, str]]) -> datetime:
        return datetime.fromisoformat(held["hold"]["expiresAt"])

    assert timedelta(hours=1) <= ends(after) - ends(before) < timedelta(hours=1, minutes=5)
