"""Visits of a course are moved together: all of them, or none."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from booking.storage.database import Database
from booking.storage.queries.ticks import ticks_from
from booking.timegrid.ticks import tick_at
from tests.graphql_api.conftest import Clock
from tests.graphql_api.operations.test_idempotency import KEY
from tests.support.clinics import NOW
from tests.support.graphql_client import GraphQLClient, practitioner_id, problem_types, service_id

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"2026-{day}T09:00:00-05:00" for day in (
    "11-24", "12-01", "12-08", "12-15", "12-22",
))  # fmt: skip
TIMES = [FIRST, SECOND, THIRD]
A, C = practitioner_id("a"), practitioner_id("c")
COURSE = service_id("dry-needling-course")
OTHER_VISIT = {"service": "dry-needling-course", "practitionerId": A}


async def book_course(api: GraphQLClient) -> tuple[str, list[str]]:
    """With practitioner A: the secret of the link, and the ids of the visits."""
    held = await api.hold_course(TIMES, practitionerId=A)
    booked = await api.book_course(held["holdTokens"])
    assert booked["problems"] == [], booked
    return booked["manageToken"], [visit["id"] for visit in booked["course"]["appointments"]]


async def starts(api: GraphQLClient, token: str, visit: str) -> list[str]:
    seen = await api.appointment(token, visit)
    assert seen is not None
    return [each["startsAt"] for each in seen["course"]["appointments"]]


async def test_a_course_is_moved_a_week_on_into_its_own_times(api: GraphQLClient) -> None:
    token, visits = await book_course(api)
    plan = await api.course_move(token, 7)
    assert plan == list(zip(visits, [SECOND, THIRD, FOURTH]))

    moved = await api.reschedule_course(token, {visit: start or "" for visit, start in plan})

    assert moved["problems"] == []
    assert [visit["startsAt"] for visit in moved["course"]["appointments"]] == [SECOND, THIRD, FOURTH]
    # Each row was changed once.
    changes = {(visit["version"], visit["sequence"]) for visit in moved["course"]["appointments"]}
    assert {sequence for _, sequence in changes} == {1}
    assert len(changes) == 1
    assert (await api.hold(FIRST, **OTHER_VISIT))["problems"] == [], "the former time is free"
    for start in (SECOND, THIRD, FOURTH):
        assert problem_types(await api.hold(start, **OTHER_VISIT)) == ["SlotTaken"]


async def test_visits_may_exchange_their_times(api: GraphQLClient) -> None:
    token, (first, second, third) = await book_course(api)

    moved = await api.reschedule_course(token, {first: THIRD, third: FIRST})

    assert moved["problems"] == []
    assert [visit["id"] for visit in moved["course"]["appointments"]] == [third, second, first]


async def test_one_taken_time_moves_nothing_and_is_named(api: GraphQLClient, database: Database) -> None:
    token, (first, second, third) = await book_course(api)
    await api.hold_and_book(FOURTH, practitionerId=A)
    async with database.read() as session:
        before = await ticks_from(session, tick_at(NOW))

    refused = await api.reschedule_course(token, {first: SECOND, second: THIRD, third: FOURTH})

    assert problem_types(refused) == ["SlotTaken"]
    assert refused["problems"][0]["path"] == ["input", "visits", "2", "startsAt"]
    assert refused["problems"][0]["alternatives"]
    assert await starts(api, token, first) == TIMES
    async with database.read() as session:
        assert await ticks_from(session, tick_at(NOW)) == before


@pytest.mark.parametrize("whom", [{}, {"anyPractitioner": True}])
async def test_other_times_may_overlap_those_that_the_course_gives_up(
    api: GraphQLClient, whom: dict[str, Any]
) -> None:
    token, visits = await book_course(api)
    for practitioner in (A, C):
        await api.hold_and_book("2026-11-24T10:00:00-05:00", practitionerId=practitioner)
    times = dict(zip(visits, ["2026-11-24T09:30:00-05:00", SECOND, THIRD]))

    refused = await api.reschedule_course(token, times, **whom)

    assert problem_types(refused) == ["SlotTaken"]
    offered = [slot["startsAt"] for slot in refused["problems"][0]["alternatives"]]
    assert "2026-11-24T08:45:00-05:00" in offered, offered


async def test_a_plan_goes_around_what_is_taken_and_says_where_nothing_is_open(api: GraphQLClient) -> None:
    token, visits = await book_course(api)
    await api.hold_and_book(FOURTH, practitionerId=A)

    (_, first), (_, second), (_, third) = await api.course_move(token, 7)
    assert (first, second) == (SECOND, THIRD)
    assert third is not None
    assert third != FOURTH
    assert third.startswith("2026-12-15T")

    assert [start for _, start in await api.course_move(token, 300)] == [None, None, None]
    assert [start for _, start in await api.course_move(token, 0)] == TIMES
    assert {visit for visit, _ in await api.course_move(token, 300)} == set(visits)


async def test_visits_inside_the_notice_stay(api: GraphQLClient, clock: Clock) -> None:
    token, (first, second, third) = await book_course(api)
    clock.now += timedelta(hours=12)

    assert await api.course_move(token, 7) == [(second, THIRD), (third, FOURTH)]
    refused = await api.reschedule_course(token, {first: SECOND, second: THIRD, third: FOURTH})
    assert problem_types(refused) == ["TooLateToChange"]
    assert refused["problems"][0]["path"] == ["input", "visits", "0"]
    assert await starts(api, token, first) == TIMES

    moved = await api.reschedule_course(token, {second: THIRD, third: FOURTH})
    assert [visit["startsAt"] for visit in moved["course"]["appointments"]] == [FIRST, THIRD, FOURTH]


async def test_a_lost_answer_moves_once(api: GraphQLClient) -> None:
    token, (first, second, third) = await book_course(api)
    times = {first: SECOND, second: THIRD, third: FOURTH}

    moved = await api.reschedule_course(token, times, **KEY)

    assert await api.reschedule_course(token, times, **KEY) == moved
    other = await api.reschedule_course(token, {**times, third: FIFTH}, **KEY)
    assert problem_types(other) == ["IdempotencyKeyReused"]


async def test_another_practitioner_takes_all_that_is_still_to_come(api: GraphQLClient, clock: Clock) -> None:
    token, (_, second, third) = await book_course(api)
    clock.now += timedelta(hours=12)
    plan = await api.course_move(token, 1, practitionerId=C)
    assert [visit for visit, _ in plan] == [second, third]
    times = {visit: start or "" for visit, start in plan}

    in_part = await api.reschedule_course(token, {third: times[third]}, practitionerId=C)
    assert problem_types(in_part) == ["InvalidInput"]
    assert in_part["problems"][0]["path"] == ["input", "practitionerId"]

    moved = await api.reschedule_course(token, times, practitionerId=C)
    assert moved["problems"] == []
    assert [visit["practitioner"]["slug"][-1] for visit in moved["course"]["appointments"]] == ["a", "c", "c"]


async def test_any_practitioner_is_one_who_is_free_at_all_times(api: GraphQLClient) -> None:
    """The certificate of C ends on December 18."""
    token, visits = await book_course(api)
    await api.hold_and_book(FOURTH, practitionerId=A)

    plan = await api.course_move(token, 7, anyPractitioner=True)
    assert plan == list(zip(visits, [SECOND, THIRD, FOURTH]))
    times = {visit: start or "" for visit, start in plan}
    moved = await api.reschedule_course(token, times, anyPractitioner=True)
    assert moved["problems"] == []
    assert [visit["practitioner"]["slug"][-1] for visit in moved["course"]["appointments"]] == ["c"] * 3

    # Beyond the certificate nobody but A is left, who isn't free.
    refused = await api.reschedule_course(
        token, dict(zip(visits, [THIRD, FOURTH, FIFTH])), anyPractitioner=True
    )
    assert problem_types(refused) == ["SlotTaken"]
    assert refused["problems"][0]["path"] == ["input", "visits", "2", "startsAt"]

    both = await api.reschedule_course(token, times, anyPractitioner=True, practitionerId=A)
    assert both["problems"][0]["path"] == ["input", "anyPractitioner"]


@pytest.mark.parametrize(
    ("visits", "path"),
    [
        ([], ["visits"]),
        ([("first", SECOND), ("first", THIRD)], ["visits"]),
        ([("other", SECOND)], ["visits", "0", "appointmentId"]),
        ([("first", "2026-11-25T09:02:00-05:00")], ["visits", "0", "startsAt"]),
    ],
)
async def test_bad_input_is_named(api: GraphQLClient, visits: list[tuple[str, str]], path: list[str]) -> None:
    token, (first, *_) = await book_course(api)
    other = (await api.hold_and_book("2026-11-26T09:00:00-05:00"))["appointment"]["id"]
    ids = {"first": first, "other": other}
    given: list[dict[str, Any]] = [{"appointmentId": ids[name], "startsAt": at} for name, at in visits]

    refused = await api.reschedule_course(token, {}, visits=given)

    assert [problem["path"] for problem in refused["problems"]] == [["input", *path]]
    assert await starts(api, token, first) == TIMES


async def test_a_single_visit_is_no_course(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(FIRST)
    visit, token = booked["appointment"]["id"], booked["manageToken"]

    assert await api.course_move(token, 7) == []
    assert problem_types(await api.reschedule_course(token, {visit: SECOND})) == ["InvalidInput"]
    assert problem_types(await api.reschedule_course(None, {visit: SECOND})) == ["NotFound"]


async def test_times_of_the_whole_course_are_offered_to_each_of_its_visits(api: GraphQLClient) -> None:
    token, (first, *_) = await book_course(api)
    for with_course in (False, True):
        moving = {"manageToken": token, "appointmentId": first, "withCourse": with_course}
        slots = await api.open_slots(
            "2026-12-01", "2026-12-01", serviceId=COURSE, practitionerId=A, moving=moving
        )
        assert (SECOND in [slot["startsAt"] for slot in slots]) is with_course


async def test_of_many_who_want_the_same_times_one_gets_each_and_nothing_is_lost(
    api: GraphQLClient, database: Database
) -> None:
    token, (first, second, third) = await book_course(api)

    async def move(times: list[str]) -> dict[str, Any]:
        return await api.reschedule_course(token, dict(zip((first, second, third), times)))

    await asyncio.gather(
        *(
            move(times)
            for times in ([SECOND, THIRD, FOURTH], [THIRD, FOURTH, FIFTH], TIMES)
            for _ in range(4)
        ),
        *(api.hold(start, **OTHER_VISIT) for start in (SECOND, FOURTH, FIFTH) for _ in range(4)),
    )

    last = await starts(api, token, first)
    assert last in (TIMES, [SECOND, THIRD, FOURTH], [THIRD, FOURTH, FIFTH])
    async with database.read() as session:
        owners = await ticks_from(session, tick_at(NOW))
    by_owner = {owner: sum(each == owner for each in owners.values()) for owner in set(owners.values())}
    assert len(by_owner) == 3
    assert len(set(by_owner.values())) == 1, "each visit has its whole time"
