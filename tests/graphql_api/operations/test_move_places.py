"""A move keeps the place of the visit, unless another one is asked for."""

from typing import Any

import pytest
from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.outbox import OutboxEvent
from graphql_api.types.relay import global_id
from tests.support.clinics import open_clinic, two_places
from tests.support.graphql_client import GraphQLClient, location_id, problem_types

WEDNESDAY, LATER = "2026-11-25T09:00:00-05:00", "2026-11-25T10:00:00-05:00"
THURSDAY = "2026-11-26T09:00:00-05:00"
ONE, TWO = (global_id("Practitioner", slug) for slug in ("one", "two"))
KEY = "an-idempotency-key-of-a-client"


@pytest.fixture
async def token(api: GraphQLClient, database: Database) -> str:
    """Of a visit on Wednesday at 9:00 with practitioner one, who is `here` then."""
    await open_clinic(database, two_places())
    held = await api.hold(WEDNESDAY, service="visit", practitionerId=ONE)
    booked = await api.book(held["holdToken"], screening=[])
    assert booked["problems"] == []
    secret: str = booked["manageToken"]
    return secret


def where(payload: dict[str, Any]) -> tuple[str, str, str]:
    visit = payload["appointment"]
    return visit["startsAt"], visit["practitioner"]["slug"], visit["location"]["slug"]


async def test_a_time_that_is_open_only_at_another_place_is_refused(api: GraphQLClient, token: str) -> None:
    refused = await api.reschedule(token, THURSDAY)

    assert problem_types(refused) == ["NotOpen"]
    unchanged = await api.appointment(token)
    assert unchanged is not None
    assert unchanged["startsAt"] == WEDNESDAY


async def test_another_place_is_taken_if_asked_for(api: GraphQLClient, token: str) -> None:
    moved = await api.reschedule(token, THURSDAY, locationId=location_id("west"))

    assert where(moved) == (THURSDAY, "one", "west")


async def test_another_practitioner_is_looked_for_at_the_same_place(api: GraphQLClient, token: str) -> None:
    assert where(await api.reschedule(token, THURSDAY, practitionerId=TWO)) == (THURSDAY, "two", "here")
    # Practitioner two is at the other place on Wednesday.
    refused = await api.reschedule(token, LATER, practitionerId=TWO)
    assert problem_types(refused) == ["NotOpen"]


async def test_a_moved_visit_stays_at_the_place_that_was_chosen(api: GraphQLClient, token: str) -> None:
    await api.reschedule(token, THURSDAY, locationId=location_id("west"))

    assert where(await api.reschedule(token, "2026-11-28T09:00:00-05:00")) == (
        "2026-11-28T09:00:00-05:00",
        "one",
        "west",
    )
    assert problem_types(await api.reschedule(token, WEDNESDAY)) == ["NotOpen"]


@pytest.mark.parametrize("location", [location_id("north"), global_id("Practitioner", "one"), "nonsense"])
async def test_a_place_that_does_not_exist_is_refused(api: GraphQLClient, token: str, location: str) -> None:
    refused = await api.reschedule(token, LATER, locationId=location)

    assert problem_types(refused) in (["NotFound"], ["InvalidInput"])
    assert refused["problems"][0]["path"][-1] == "locationId"


async def test_a_repeat_with_another_place_is_another_request(api: GraphQLClient, token: str) -> None:
    west, here = location_id("west"), location_id("here")
    first = await api.reschedule(token, THURSDAY, locationId=west, idempotencyKey=KEY)
    again = await api.reschedule(token, THURSDAY, locationId=west, idempotencyKey=KEY)
    other = await api.reschedule(token, THURSDAY, locationId=here, idempotencyKey=KEY)

    assert where(first) == where(again) == (THURSDAY, "one", "west")
    assert problem_types(other) == ["IdempotencyKeyReused"]


async def test_the_event_records_the_former_place(api: GraphQLClient, token: str, database: Database) -> None:
    await api.reschedule(token, THURSDAY, locationId=location_id("west"))

    async with database.read() as session:
        recorded = await session.scalars(select(OutboxEvent.moved_from_location))
        assert sorted(map(str, recorded)) == ["None", "here"]
