"""Once per intention: a repeat with the same key answers with the first result."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from booking.storage.database import Database
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from tests.graphql_api.conftest import Clock
from tests.support.graphql_client import (
    PATIENT,
    GraphQLClient,
    practitioner_id,
    problem_types,
    screening_answers,
)

TUESDAY = "2026-11-24T09:00:00-05:00"
LATER = "2026-11-24T10:00:00-05:00"
KEY = {"idempotencyKey": "0d7c1e1a-5d0c-4b3a-9a51-5f0e6a7b8c9d"}


async def holds(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Hold)) or 0


async def test_a_hold_whose_answer_was_lost_is_answered_again(api: GraphQLClient, database: Database) -> None:
    first = await api.hold(TUESDAY, **KEY)

    assert await api.hold(TUESDAY, **KEY) == first
    assert first["problems"] == []
    assert await holds(database) == 1
    assert (await api.book(first["holdToken"]))["problems"] == []


async def test_a_double_click_holds_once(api: GraphQLClient, database: Database) -> None:
    held = await asyncio.gather(*(api.hold(TUESDAY, **KEY) for _ in range(5)))

    assert {one["holdToken"] for one in held} == {held[0]["holdToken"]}
    assert held[0]["holdToken"] is not None
    assert await holds(database) == 1


@pytest.mark.parametrize(
    "other",
    [{"starts_at": LATER}, {"practitionerId": practitioner_id("c")}, {"service": "dry-needling-follow-up"}],
)
async def test_a_key_stands_for_one_request(api: GraphQLClient, other: dict[str, Any]) -> None:
    await api.hold(TUESDAY, **KEY)

    given = {"starts_at": other.get("startsAt", TUESDAY)} | {
        k: v for k, v in other.items() if k != "startsAt"
    }
    refused = await api.hold(**given, **KEY)

    assert problem_types(refused) == ["IdempotencyKeyReused"]
    assert refused["problems"][0]["path"] == ["input", "idempotencyKey"]
    assert (await api.hold(**given))["problems"] == []


async def test_a_refused_request_uses_no_key_up(api: GraphQLClient) -> None:
    taken = {"practitionerId": practitioner_id("a")}
    held = await api.hold(TUESDAY, **taken)
    assert problem_types(await api.hold(TUESDAY, **taken, **KEY)) == ["SlotTaken"]

    await api.release(held["holdToken"])

    assert (await api.hold(TUESDAY, **taken, **KEY))["problems"] == []


async def test_a_booking_with_its_key_is_answered_again_and_stands_for_one_request(
    api: GraphQLClient,
) -> None:
    held = await api.hold(TUESDAY)
    first = await api.book(held["holdToken"], **KEY)

    assert first["problems"] == []
    assert await api.book(held["holdToken"], **KEY) == first
    other = PATIENT | {"name": "Another Patient"}
    assert problem_types(await api.book(held["holdToken"], patient=other, **KEY)) == ["IdempotencyKeyReused"]
    told = screening_answers(needle_fear="YES")
    assert problem_types(await api.book(held["holdToken"], screening=told, **KEY)) == ["IdempotencyKeyReused"]


async def test_a_move_whose_answer_was_lost_is_not_done_twice(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY, practitionerId=practitioner_id("a"))
    token = booked["manageToken"]

    first = await api.reschedule(token, LATER, **KEY)
    again = await api.reschedule(token, LATER, **KEY)

    assert first["problems"] == []
    assert again == first
    seen = await api.appointment(token)
    assert seen is not None
    assert "SEQUENCE:1" in seen["calendarFile"].split("\r\n")
    assert problem_types(await api.reschedule(token, TUESDAY, **KEY)) == ["IdempotencyKeyReused"]


async def test_a_course_with_its_key_is_answered_again(api: GraphQLClient) -> None:
    times = ["2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
    course = {"service": "dry-needling-course", "practitionerId": practitioner_id("a")}
    tokens = [(await api.hold(time, **course))["holdToken"] for time in times]

    assert await api.book_course(tokens, **KEY) == await api.book_course(tokens[::-1], **KEY)
    assert problem_types(await api.book_course(tokens[:2], **KEY)) == ["IdempotencyKeyReused"]


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "x" * 10_000])
async def test_a_key_that_could_be_guessed_or_is_endless_is_refused(api: GraphQLClient, key: str) -> None:
    refused = await api.hold(TUESDAY, idempotencyKey=key)

    assert problem_types(refused) == ["InvalidInput"]
    assert refused["problems"][0]["path"] == ["input", "idempotencyKey"]


async def test_a_key_is_forgotten_after_a_day(api: GraphQLClient, clock: Clock, database: Database) -> None:
    await api.hold(TUESDAY, **KEY)
    clock.now += timedelta(hours=24)
    other = await api.hold("2026-11-25T09:00:00-05:00", **KEY)

    assert other["problems"] == []
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


async def test_neither_an_idempotency_key_nor_its_request_is_stored(
    api: GraphQLClient, database: Database
) -> None:
    held = await api.hold(TUESDAY, **KEY)
    await api.book(held["holdToken"], **KEY)

    async with database.read() as session:
        kept = [vars(row) for row in await session.scalars(select(IdempotencyKey))]

    assert len(kept) == 2
    assert KEY["idempotencyKey"] not in str(kept)
    assert PATIENT["name"] not in str(kept)
