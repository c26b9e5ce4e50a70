"""A crowd that wants one time: one gets it, and the others share one refusal."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id, problem_types
from tests.support.sql_statements import sql_statements

NINE = "2026-11-24T09:00:00-05:00"
COURSE = ["2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
WITH_A = {"practitionerId": practitioner_id("a")}


def new_key() -> dict[str, str]:
    return {"idempotencyKey": str(uuid.uuid4())}


async def test_a_refusal_of_a_taken_time_costs_at_most_three_reads(api: GraphQLClient) -> None:
    await api.hold(NINE, **WITH_A)
    first = await api.hold(NINE, **WITH_A)

    with sql_statements() as sent:
        refused = await api.hold(NINE, **WITH_A, **new_key())

    assert refused == first
    assert problem_types(refused) == ["SlotTaken"]
    assert len(refused["problems"][0]["alternatives"]) == 3
    assert len(sent) <= 3
    assert all(statement.startswith("SELECT") for statement in sent)


async def test_a_refused_course_costs_at_most_three_reads(api: GraphQLClient) -> None:
    assert (await api.hold_course(COURSE, **WITH_A))["problems"] == []
    first = await api.hold_course(COURSE, **WITH_A)

    with sql_statements() as sent:
        refused = await api.hold_course(COURSE, **WITH_A, **new_key())

    assert refused == first
    assert refused["problems"][0]["path"] == ["input", "startsAt", "0"]
    assert len(sent) <= 3


async def test_one_of_a_crowd_holds_the_time_and_the_others_get_the_same_refusal(api: GraphQLClient) -> None:
    payloads = await asyncio.gather(*(api.hold(NINE, **WITH_A, **new_key()) for _ in range(30)))

    assert len([payload for payload in payloads if payload["holdToken"]]) == 1
    refusals = [payload["problems"] for payload in payloads if payload["problems"]]
    assert refusals == [refusals[0]] * 29
    assert refusals[0][0]["__typename"] == "SlotTaken"


async def test_a_time_is_offered_again_as_soon_as_it_is_free(api: GraphQLClient) -> None:
    held = await api.hold(NINE, **WITH_A)
    for _ in range(5):
        assert problem_types(await api.hold(NINE, **WITH_A)) == ["SlotTaken"]
        await api.release(held["holdToken"])
        held = await api.hold(NINE, **WITH_A)
        assert held["problems"] == []


@pytest.mark.parametrize("seconds_after_the_tick", [0, 1])
async def test_a_refusal_ends_with_the_hold_that_it_is_about(
    api: GraphQLClient, clock: Clock, seconds_after_the_tick: int
) -> None:
    clock.now += timedelta(seconds=seconds_after_the_tick)
    await api.hold(NINE, **WITH_A)
    assert problem_types(await api.hold(NINE, **WITH_A)) == ["SlotTaken"]

    clock.now += timedelta(minutes=5, seconds=-1)
    assert problem_types(await api.hold(NINE, **WITH_A)) == ["SlotTaken"]
    clock.now += timedelta(seconds=1)
    assert (await api.hold(NINE, **WITH_A))["problems"] == []


async def test_a_refusal_ends_with_the_catalogue_that_it_is_about(
    api: GraphQLClient, database: Database
) -> None:
    late = edit_file({'week = { mon-thu = ["07:00-15:00"] }': 'week = { mon-thu = ["10:00-15:00"] }'})
    await open_clinic(database, late)
    assert problem_types(await api.hold(NINE, **WITH_A)) == ["NotOpen"]

    await open_clinic(database)

    assert (await api.hold(NINE, **WITH_A))["problems"] == []


async def test_a_repeated_request_of_the_winner_is_no_loser(api: GraphQLClient) -> None:
    keys = [new_key() for _ in range(3)]
    payloads = await asyncio.gather(*(api.hold(NINE, **WITH_A, **key) for _ in range(3) for key in keys))

    tokens = [{payload["holdToken"] for payload in payloads[number::3]} for number in range(3)]
    winners = [each for each in tokens if each != {None}]
    assert len(winners) == 1
    assert len(winners[0]) == 1


async def test_a_refusal_of_a_move_is_shared_and_waits_for_no_other_writer(
    api: GraphQLClient, database: Database
) -> None:
    tokens = [
        (await api.hold_and_book(f"2026-11-24T{hour}:00:00-05:00", **WITH_A))["manageToken"]
        for hour in (12, 13, 14)
    ]
    await api.hold(NINE, **WITH_A)
    first = await api.reschedule(tokens[0], NINE)
    assert problem_types(first) == ["SlotTaken"]
    assert len(first["problems"][0]["alternatives"]) == 3

    async with database.write():
        for token in tokens:
            with sql_statements() as sent:
                refused = await api.reschedule(token, NINE, **new_key())
            assert problem_types(refused) == ["SlotTaken"]
            assert len(sent) <= 4
            assert all(statement.startswith("SELECT") for statement in sent)


async def test_a_move_within_the_time_of_the_visit_itself_is_open(api: GraphQLClient) -> None:
    token = (await api.hold_and_book("2026-11-24T13:00:00-05:00", **WITH_A))["manageToken"]
    for at in ("2026-11-24T13:15:00-05:00", "2026-11-24T13:15:00-05:00", "2026-11-24T13:00:00-05:00"):
        assert (await api.reschedule(token, at))["problems"] == []


async def test_a_move_is_answered_again_after_the_visit_moved_on(
    api: GraphQLClient,
) -> None:
    token = (await api.hold_and_book("2026-11-24T13:00:00-05:00", **WITH_A))["manageToken"]
    key = new_key()
    assert (await api.reschedule(token, NINE, **key))["problems"] == []
    assert (await api.reschedule(token, "2026-11-24T14:00:00-05:00"))["problems"] == []
    await api.hold(NINE, **WITH_A)
    assert (await api.reschedule(token, NINE, **key))["problems"] == []


async def test_one_of_a_crowd_moves_to_the_time_and_the_others_get_the_same_refusal(
    api: GraphQLClient,
) -> None:
    tokens = [
        (await api.hold_and_book(f"2026-11-26T{hour}:00:00-05:00", **WITH_A))["manageToken"]
        for hour in ("07", "08", "10", "12", "13", "14")
    ]
    moved = await asyncio.gather(*(api.reschedule(token, NINE, **new_key()) for token in tokens))
    assert sum(not answer["problems"] for answer in moved) == 1
    assert {kind for answer in moved for kind in problem_types(answer)} == {"SlotTaken"}
