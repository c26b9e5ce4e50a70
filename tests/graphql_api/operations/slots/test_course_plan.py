"""Times for a course in a rhythm: about the same time each week, each visit where something is open."""

from datetime import timedelta
from typing import Any

import pytest

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id

FIRST = "2026-11-24T09:00:00-05:00"


async def times(api: GraphQLClient, starts_at: str = FIRST, **more: Any) -> list[str]:
    answer = await api.course_slots(starts_at, **more)
    assert "errors" not in answer, answer["errors"]
    slots = answer["data"]["courseSlots"]
    assert len({slot["practitioner"]["slug"] for slot in slots}) == 1
    return [slot["startsAt"] for slot in slots]


async def refusal(api: GraphQLClient, starts_at: str = FIRST, **more: Any) -> tuple[str, list[str]]:
    answer = await api.course_slots(starts_at, **more)
    assert answer["data"]["courseSlots"] is None
    extensions = answer["errors"][0]["extensions"]
    return extensions["code"], extensions["path"]


async def test_an_open_rhythm_is_kept(api: GraphQLClient) -> None:
    assert await times(api) == [FIRST, "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
    assert await times(api, everyDays=1) == [FIRST, "2026-11-25T09:00:00-05:00", "2026-11-26T09:00:00-05:00"]


async def test_every_suggested_time_can_be_held(api: GraphQLClient) -> None:
    held = await api.hold_course(await times(api))

    assert held["problems"] == []


async def test_a_taken_time_moves_the_visit_to_the_nearest_one(api: GraphQLClient) -> None:
    with_a = {"practitionerId": practitioner_id("a")}
    await api.hold_and_book("2026-12-01T09:00:00-05:00", **with_a)

    # The booked visit and its buffer: 9:00 to 9:55. A visit of 30 minutes and its buffer fit before.
    assert await times(api, **with_a) == [FIRST, "2026-12-01T08:15:00-05:00", "2026-12-08T09:00:00-05:00"]


async def test_the_practitioner_who_keeps_the_rhythm_best_is_suggested(api: GraphQLClient) -> None:
    await api.hold_and_book("2026-12-01T09:00:00-05:00", practitionerId=practitioner_id("a"))

    answer = await api.course_slots(FIRST)

    slots = answer["data"]["courseSlots"]
    assert [slot["startsAt"] for slot in slots][1] == "2026-12-01T09:00:00-05:00"
    assert {slot["practitioner"]["slug"] for slot in slots} == {"sample-practitioner-c"}


async def test_a_closed_day_moves_the_visit_to_another_day_at_the_same_time(
    api: GraphQLClient, database: Database
) -> None:
    closed = edit_file({"from = 2026-12-24\nto = 2027-01-01": "from = 2026-12-01\nto = 2026-12-01"})
    await open_clinic(database, closed)

    first, second, third = await times(api)

    assert (first, third) == (FIRST, "2026-12-08T09:00:00-05:00")
    assert second in ("2026-11-30T09:00:00-05:00", "2026-12-02T09:00:00-05:00")


async def test_a_visit_stays_at_its_time_on_the_wall_when_the_clocks_change(
    api: GraphQLClient, clock: Clock
) -> None:
    clock.now += timedelta(days=95)  # 26 February; the clocks change on 14 March

    with_a = {"practitionerId": practitioner_id("a")}
    assert await times(api, "2027-03-09T09:00:00-05:00", **with_a) == [
        "2027-03-09T09:00:00-05:00",
        "2027-03-16T09:00:00-04:00",
        "2027-03-23T09:00:00-04:00",
    ]


async def test_a_certificate_that_ends_in_the_middle_ends_the_course(api: GraphQLClient) -> None:
    ends = {"practitionerId": practitioner_id("c")}  # 18 December

    assert await refusal(api, "2026-12-08T09:00:00-05:00", **ends) == ("NOT_OPEN", ["startsAt"])
    assert await times(api, "2026-12-08T09:00:00-05:00", **ends, everyDays=3)


async def test_a_rhythm_that_is_longer_than_the_clinic_plans_is_refused(api: GraphQLClient) -> None:
    assert await refusal(api, "2026-12-15T09:00:00-05:00", everyDays=31) == ("BEYOND_HORIZON", ["everyDays"])


@pytest.mark.parametrize("days", [0, -7, 32, 2**31 - 1])
async def test_a_rhythm_is_a_day_to_a_month(api: GraphQLClient, days: int) -> None:
    assert await refusal(api, everyDays=days) == ("INVALID_INPUT", ["everyDays"])


async def test_only_a_course_has_a_rhythm(api: GraphQLClient) -> None:
    assert await refusal(api, service="dry-needling") == ("INVALID_INPUT", ["serviceId"])


async def test_a_first_time_that_is_taken_is_refused_like_any(api: GraphQLClient) -> None:
    for letter in "ac":
        await api.hold_and_book(FIRST, practitionerId=practitioner_id(letter))

    assert await refusal(api) == ("SLOT_TAKEN", ["startsAt"])
