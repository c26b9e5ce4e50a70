"""A repeated request is answered as the first one was, whatever limit was reached since."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import GraphQLClient

KEY = {"idempotencyKey": "0d7c1e1a-5d0c-4b3a-9a51-5f0e6a7b8c9d"}


@pytest.fixture
async def api(database: Database, database_url: str, clock: Clock) -> AsyncIterator[GraphQLClient]:
    await open_clinic(database)
    settings = Settings(database_url, bookings_per_client=1, holds_per_client=2)
    async with asgi_client(create_app(settings, now=clock)) as http:
        yield GraphQLClient(http)


def types(answer: dict[str, object]) -> list[str]:
    return [problem["__typename"] for problem in answer["problems"]]  # type: ignore[attr-defined]


async def test_a_booking_is_answered_again_at_the_hourly_limit(api: GraphQLClient) -> None:
    held = await api.hold("2026-11-24T09:00:00-05:00", **KEY)
    other = await api.hold("2026-11-24T10:00:00-05:00")
    first = await api.book(held["holdToken"], **KEY)
    assert first["problems"] == []
    assert types(await api.book(other["holdToken"])) == ["TooManyBookings"]
    assert await api.book(held["holdToken"], **KEY) == first
    assert await api.book(held["holdToken"]) == first
    assert types(await api.book(other["holdToken"])) == ["TooManyBookings"]


async def test_a_hold_is_answered_again_by_a_client_that_holds_as_much_as_it_may(api: GraphQLClient) -> None:
    first = await api.hold("2026-11-24T09:00:00-05:00", **KEY)
    await api.hold("2026-11-24T10:00:00-05:00")
    assert types(await api.hold("2026-11-24T11:00:00-05:00")) == ["TooManyHolds"]
    assert await api.hold("2026-11-24T09:00:00-05:00", **KEY) == first


async def test_a_move_to_a_time_that_is_soon_is_answered_again(api: GraphQLClient, clock: Clock) -> None:
    token = (await api.hold_and_book("2026-11-24T10:00:00-05:00"))["manageToken"]
    first = await api.reschedule(token, "2026-11-24T12:00:00-05:00", **KEY)
    assert first["problems"] == []
    clock.now = datetime.fromisoformat("2026-11-23T20:00:00-05:00")
    assert await api.reschedule(token, "2026-11-24T12:00:00-05:00", **KEY) == first
    assert types(await api.reschedule(token, "2026-11-24T14:00:00-05:00")) == ["TooLateToChange"]


async def test_a_cancellation_is_answered_again_after_the_deadline(api: GraphQLClient, clock: Clock) -> None:
    token = (await api.hold_and_book("2026-11-27T09:00:00-05:00"))["manageToken"]
    first = await api.cancel(token)
    clock.now += timedelta(days=30)
    assert await api.cancel(token) == first
