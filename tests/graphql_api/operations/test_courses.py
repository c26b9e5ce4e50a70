"""A course is booked as one, with one practitioner, all or nothing."""

from datetime import timedelta

import pytest

from tests.graphql_api.conftest import Clock
from tests.graphql_api.operations.test_idempotency import KEY
from tests.support.graphql_client import GraphQLClient, practitioner_id, problem_types

TIMES = ["2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
COURSE = {"service": "dry-needling-course", "practitionerId": practitioner_id("a")}


async def tokens(api: GraphQLClient, times: list[str]) -> list[str]:
    return [(await api.hold(time, **COURSE))["holdToken"] for time in times]


async def test_a_course_is_booked_as_one_under_one_link(api: GraphQLClient) -> None:
    booked = await api.book_course(await tokens(api, TIMES))

    assert booked["problems"] == []
    visits = booked["course"]["appointments"]
    assert [visit["startsAt"] for visit in visits] == TIMES
    seen = await api.appointment(booked["manageToken"])
    assert seen is not None
    assert seen["startsAt"] == TIMES[0]
    assert [visit["id"] for visit in seen["course"]["appointments"]] == [visit["id"] for visit in visits]
    assert seen["calendarFile"].count("BEGIN:VEVENT") == 3


async def test_a_repeated_course_is_the_same_course_in_whatever_order(api: GraphQLClient) -> None:
    held = await tokens(api, TIMES)

    assert await api.book_course(held) == await api.book_course(held[::-1])


async def test_all_times_of_a_course_are_held_at_once_with_one_practitioner(api: GraphQLClient) -> None:
    held = await api.hold_course(TIMES)

    assert held["problems"] == []
    assert [hold["slot"]["startsAt"] for hold in held["holds"]] == TIMES
    assert len({hold["slot"]["practitioner"]["slug"] for hold in held["holds"]}) == 1
    assert len(set(held["holdTokens"])) == 3
    assert (await api.book_course(held["holdTokens"]))["problems"] == []


async def test_a_course_is_held_with_a_practitioner_who_is_free_at_all_its_times(api: GraphQLClient) -> None:
    await api.hold_and_book(TIMES[1], practitionerId=practitioner_id("a"))

    held = await api.hold_course(TIMES)

    assert {hold["slot"]["practitioner"]["slug"] for hold in held["holds"]} == {"sample-practitioner-c"}


async def test_a_course_whose_answer_was_lost_is_held_once(api: GraphQLClient) -> None:
    first = await api.hold_course(TIMES, **KEY)

    assert first["problems"] == []
    assert await api.hold_course(TIMES, **KEY) == first
    assert problem_types(await api.hold_course(TIMES[::-1], **KEY)) == ["InvalidInput"]
    assert problem_types(await api.hold_course([*TIMES[:2], "2026-12-09T09:00:00-05:00"], **KEY)) == [
        "IdempotencyKeyReused"
    ]


async def test_one_taken_time_refuses_the_whole_course_names_it_and_offers_others(api: GraphQLClient) -> None:
    await api.hold_and_book(TIMES[1], practitionerId=practitioner_id("a"))

    refused = await api.hold_course(TIMES, practitionerId=practitioner_id("a"))

    assert problem_types(refused) == ["SlotTaken"]
    assert refused["problems"][0]["path"] == ["input", "startsAt", "1"]
    offered = refused["problems"][0]["alternatives"]
    assert offered
    assert all(slot["startsAt"].startswith("2026-12-01") for slot in offered)
    assert {slot["practitioner"]["slug"] for slot in offered} == {"sample-practitioner-a"}
    assert (await api.hold(TIMES[0], practitionerId=practitioner_id("a")))["problems"] == [], (
        "nothing is held"
    )


async def test_a_course_that_no_practitioner_can_give_alone_names_the_time_that_fails(
    api: GraphQLClient,
) -> None:
    await api.hold_and_book(TIMES[1], practitionerId=practitioner_id("a"))
    await api.hold_and_book(TIMES[2], practitionerId=practitioner_id("c"))

    refused = await api.hold_course(TIMES)

    assert problem_types(refused) == ["SlotTaken"]
    assert refused["problems"][0]["path"] == ["input", "startsAt", "2"]
    assert refused["problems"][0]["alternatives"]


@pytest.mark.parametrize(
    ("times", "path"),
    [
        ([], ["startsAt"]),
        (TIMES[:2], ["startsAt"]),
        ([*TIMES, "2026-12-09T09:00:00-05:00"], ["startsAt"]),
        (TIMES * 334, ["startsAt"]),
        ([TIMES[0], TIMES[2], TIMES[1]], ["startsAt", "2"]),
        ([TIMES[0], TIMES[0], TIMES[1]], ["startsAt", "1"]),
        ([TIMES[0], "2026-11-24T09:30:00-05:00", TIMES[1]], ["startsAt", "1"]),
    ],
)
async def test_times_that_make_no_course_are_refused(
    api: GraphQLClient, times: list[str], path: list[str]
) -> None:
    refused = await api.hold_course(times)

    assert problem_types(refused) == ["InvalidInput"]
    assert refused["problems"][0]["path"] == ["input", *path]


async def test_a_single_visit_is_not_held_as_a_course(api: GraphQLClient) -> None:
    assert problem_types(await api.hold_course(TIMES[:1], service="dry-needling")) == ["InvalidInput"]


async def test_one_expired_hold_refuses_the_whole_course(api: GraphQLClient, clock: Clock) -> None:
    held = await tokens(api, TIMES[:1])
    clock.now += timedelta(minutes=5)
    held += await tokens(api, TIMES[1:])

    refused = await api.book_course(held[::-1])
    assert problem_types(refused) == ["HoldExpired"]
    assert refused["problems"][0]["path"] == ["input", "holdTokens", "2"]
    assert refused["problems"][0]["stillOpen"] is True

    clock.now += timedelta(minutes=5)
    for time in TIMES:
        assert (await api.hold(time, **COURSE))["problems"] == [], "nothing of it was booked"


async def test_each_visit_of_a_course_moves_and_is_cancelled_on_its_own(api: GraphQLClient) -> None:
    booked = await api.book_course(await tokens(api, TIMES))
    token, second = booked["manageToken"], booked["course"]["appointments"][1]["id"]

    assert problem_types(await api.cancel(token)) == ["InvalidInput"]
    moved = await api.reschedule(token, "2026-12-02T09:00:00-05:00", appointmentId=second)
    assert moved["appointment"]["startsAt"] == "2026-12-02T09:00:00-05:00"
    other = await api.reschedule(token, TIMES[1], appointmentId=second, practitionerId=practitioner_id("c"))
    assert problem_types(other) == ["InvalidInput"]
    assert (await api.cancel(token, appointmentId=second))["appointment"]["status"] == "CANCELLED"

    seen = await api.appointment(token, second)
    assert seen is not None
    assert [visit["status"] for visit in seen["course"]["appointments"]] == ["BOOKED", "CANCELLED", "BOOKED"]


async def test_a_course_needs_all_its_visits_with_one_practitioner(api: GraphQLClient) -> None:
    held = await tokens(api, TIMES[:2])
    with_c = {"service": "dry-needling-course", "practitionerId": practitioner_id("c")}
    other = (await api.hold(TIMES[2], **with_c))["holdToken"]

    assert problem_types(await api.book_course(held)) == ["InvalidInput"]
    assert problem_types(await api.book_course([*held, other])) == ["InvalidInput"]
    assert problem_types(await api.book_course([held[0], held[0], held[1]])) == ["InvalidInput"]
    assert problem_types(await api.book_course([])) == ["InvalidInput"]
    assert problem_types(await api.book(held[0])) == ["InvalidInput"]


async def test_a_single_visit_is_not_booked_as_a_course(api: GraphQLClient) -> None:
    held = await api.hold(TIMES[0])

    assert problem_types(await api.book_course([held["holdToken"]])) == ["InvalidInput"]
    assert (await api.book(held["holdToken"]))["problems"] == []


async def test_the_certificate_must_be_valid_on_the_day_of_each_visit(api: GraphQLClient) -> None:
    until = {"service": "dry-needling-course", "practitionerId": practitioner_id("c")}

    assert (await api.hold("2026-12-18T09:00:00-05:00", **until))["problems"] == []
    refused = await api.hold("2027-01-05T09:00:00-05:00", **until)

    assert problem_types(refused) == ["NotQualified"]
