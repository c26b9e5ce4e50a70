"""Exchanges of limits between replicas, as a monitor sees them."""

import asyncio

import pytest
from sqlalchemy import text

from booking.storage.database import Database
from tests.graphql_api.http.monitoring.conftest import MeasuredServer

AGE, FAILURES = "book_online_limits_exchange_age_seconds", "book_online_limits_exchange_failures_total"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_exchange_that_fails_is_counted_and_visitors_are_served(
    server: MeasuredServer, database: Database
) -> None:
    assert (await server.values(FAILURES)) == {(): 0}
    async with database.engine.begin() as operator:
        await operator.execute(text("ALTER TABLE spent_limits RENAME TO lost"))

    async with asyncio.timeout(20):
        while await server.values(FAILURES) == {(): 0}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    [age] = (await server.values(AGE)).values()
    assert 0 < age < 20
    assert (await server.api.ask("{ clinic { name } }"))["data"]["clinic"]["name"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_server_has_nobody_to_exchange_with(server: MeasuredServer) -> None:
    assert (await server.values(AGE), await server.values(FAILURES)) == ({}, {})
