"""From an open slot to a booked, moved and cancelled visit."""

from datetime import timedelta

from tests.graphql_api.conftest import Clock
from tests.support.graphql_client import PATIENT, GraphQLClient, practitioner_id, problem_types

TUESDAY = "2026-11-24T09:00:00-05:00"
LATER = "2026-11-24T10:00:00-05:00"
CERTIFIED = {"practitionerId": practitioner_id("a")}


async def is_open(api: GraphQLClient, starts_at: str, letter: str = "a") -> bool:
    day = starts_at[:10]
    slots = await api.open_slots(day, day, practitionerId=practitioner_id(letter))
    return starts_at in [slot["startsAt"] for slot in slots]


async def test_a_visit_is_held_booked_seen_moved_and_cancelled(api: GraphQLClient) -> None:
    assert await is_open(api, TUESDAY)

    held = await api.hold(TUESDAY, **CERTIFIED)
    assert held["problems"] == []
    assert held["hold"]["expiresAt"] == "2026-11-23T07:05:00-05:00"
    assert held["hold"]["slot"]["endsAt"] == "2026-11-24T09:45:00-05:00"
    assert not await is_open(api, TUESDAY)

    booked = await api.book(held["holdToken"])
    appointment = booked["appointment"]
    assert booked["problems"] == []
    assert appointment == {
        "id": appointment["id"],
        "reference": appointment["reference"],
        "status": "BOOKED",
        "startsAt": TUESDAY,
        "endsAt": "2026-11-24T09:45:00-05:00",
        "canChange": True,
        "changeDeadline": "2026-11-23T09:00:00-05:00",
        "service": {"slug": "dry-needling"},
        "practitioner": {"slug": "sample-practitioner-a"},
        "location": {"slug": "main-street"},
        "course": None,
    }
    assert not await is_open(api, TUESDAY)

    token = booked["manageToken"]
    seen = await api.appointment(token)
    assert seen is not None
    assert (seen["reference"], seen["startsAt"]) == (appointment["reference"], TUESDAY)

    moved = await api.reschedule(token, LATER)
    assert moved["problems"] == []
    assert moved["appointment"]["startsAt"] == LATER
    assert await is_open(api, TUESDAY)
    assert not await is_open(api, LATER)

    assert (await api.cancel(token))["appointment"]["status"] == "CANCELLED"
    assert await is_open(api, LATER)
    seen = await api.appointment(token)
    assert seen is not None
    assert (seen["status"], seen["canChange"]) == ("CANCELLED", False)


async def test_the_buffer_after_a_visit_is_not_sold(api: GraphQLClient) -> None:
    await api.hold_and_book(TUESDAY, **CERTIFIED)

    slots = await api.open_slots("2026-11-24", "2026-11-24", practitionerId=practitioner_id("a"))

    # 45 minutes and 10 of buffer from 9:00; a visit before needs the same behind it.
    starts = [slot["startsAt"][11:16] for slot in slots]
    assert [time for time in starts if "07:50" < time < "10:15"] == ["08:00", "10:00"]


async def test_a_repeated_booking_answers_with_the_same_appointment(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY)

    first = await api.book(held["holdToken"])
    again = await api.book(held["holdToken"])

    assert first["problems"] == []
    assert again == first


async def test_a_released_time_is_open_again_and_its_secret_books_nothing(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY, **CERTIFIED)

    assert (await api.release(held["holdToken"])) == {"released": True}

    assert await is_open(api, TUESDAY)
    assert (await api.release(held["holdToken"])) == {"released": False}
    assert problem_types(await api.book(held["holdToken"])) == ["HoldExpired"]


async def test_releasing_a_booked_hold_leaves_the_visit(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY, **CERTIFIED)
    booked = await api.book(held["holdToken"])

    assert (await api.release(held["holdToken"])) == {"released": False}

    seen = await api.appointment(booked["manageToken"])
    assert seen is not None
    assert seen["status"] == "BOOKED"
    assert not await is_open(api, TUESDAY)


async def test_a_second_visitor_is_offered_the_nearest_times(api: GraphQLClient) -> None:
    await api.hold_and_book(TUESDAY, **CERTIFIED)

    refused = await api.hold(TUESDAY, **CERTIFIED)

    assert refused["hold"] is None
    assert problem_types(refused) == ["SlotTaken"]
    assert [slot["startsAt"] for slot in refused["problems"][0]["alternatives"]] == [
        "2026-11-24T07:45:00-05:00",
        "2026-11-24T08:00:00-05:00",
        "2026-11-24T10:00:00-05:00",
    ]


async def test_any_practitioner_means_the_one_with_the_fewest_appointments_that_day(
    api: GraphQLClient,
) -> None:

    await api.hold_and_book(TUESDAY, **CERTIFIED)

    first = await api.hold("2026-11-24T10:30:00-05:00")

    assert first["hold"]["slot"]["practitioner"] == {"slug": "sample-practitioner-c"}


async def test_any_practitioner_finds_each_who_is_free_and_then_none(api: GraphQLClient) -> None:
    held = [await api.hold(TUESDAY) for _ in range(3)]

    who = [one["hold"] and one["hold"]["slot"]["practitioner"]["slug"] for one in held]
    assert who == ["sample-practitioner-a", "sample-practitioner-c", None]
    assert problem_types(held[2]) == ["SlotTaken"]


async def test_an_expired_hold_frees_the_time_and_can_be_held_again(api: GraphQLClient, clock: Clock) -> None:
    held = await api.hold(TUESDAY, **CERTIFIED)
    clock.now += timedelta(minutes=5)
    assert await is_open(api, TUESDAY)

    refused = await api.book(held["holdToken"])
    assert problem_types(refused) == ["HoldExpired"]
    assert refused["problems"][0]["stillOpen"] is True

    again = await api.hold(TUESDAY, **CERTIFIED)
    assert again["problems"] == []
    assert problem_types(await api.book(held["holdToken"])) == ["HoldExpired"]
    assert (await api.book(again["holdToken"]))["problems"] == []


async def test_an_expired_hold_whose_time_is_taken_says_so(api: GraphQLClient, clock: Clock) -> None:
    held = await api.hold(TUESDAY, **CERTIFIED)
    clock.now += timedelta(minutes=6)
    await api.hold_and_book(TUESDAY, **CERTIFIED)

    refused = await api.book(held["holdToken"])

    assert problem_types(refused) == ["HoldExpired"]
    assert refused["problems"][0]["stillOpen"] is False


async def test_a_time_held_within_the_notice_can_be_booked_after_it(api: GraphQLClient, clock: Clock) -> None:
    first = "2026-11-23T09:00:00-05:00"  # exactly two hours ahead
    held = await api.hold(first)
    clock.now += timedelta(minutes=4)

    assert (await api.book(held["holdToken"]))["problems"] == []


async def test_a_refused_move_leaves_the_visit_where_it_was(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY, **CERTIFIED)
    await api.hold_and_book(LATER, **CERTIFIED)

    refused = await api.reschedule(booked["manageToken"], LATER)

    assert problem_types(refused) == ["SlotTaken"]
    seen = await api.appointment(booked["manageToken"])
    assert seen is not None
    assert seen["startsAt"] == TUESDAY
    assert not await is_open(api, TUESDAY)


async def test_a_visit_can_move_into_time_that_it_owns_itself(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY, **CERTIFIED)

    moved = await api.reschedule(booked["manageToken"], "2026-11-24T09:15:00-05:00")

    assert moved["problems"] == []
    assert not await is_open(api, TUESDAY)
    assert await is_open(api, "2026-11-24T08:15:00-05:00")


async def test_a_visit_can_move_to_another_practitioner(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY, **CERTIFIED)

    moved = await api.reschedule(booked["manageToken"], TUESDAY, practitionerId=practitioner_id("c"))

    assert moved["appointment"]["practitioner"] == {"slug": "sample-practitioner-c"}
    assert await is_open(api, TUESDAY)
    assert not await is_open(api, TUESDAY, "c")


async def test_inside_the_notice_only_a_call_can_change_a_visit(api: GraphQLClient, clock: Clock) -> None:
    booked = await api.hold_and_book(TUESDAY, **CERTIFIED)
    clock.now += timedelta(hours=2, seconds=1)

    for refused in (
        await api.cancel(booked["manageToken"]),
        await api.reschedule(booked["manageToken"], LATER),
    ):
        assert refused["appointment"] is None
        assert problem_types(refused) == ["TooLateToChange"]
        assert refused["problems"][0]["phone"] == "+14165451881"
        assert refused["problems"][0]["deadline"] == "2026-11-23T09:00:00-05:00"


async def test_cancelling_twice_is_one_cancellation_and_a_cancelled_visit_cannot_move(
    api: GraphQLClient,
) -> None:
    booked = await api.hold_and_book(TUESDAY)

    assert await api.cancel(booked["manageToken"]) == await api.cancel(booked["manageToken"])
    assert problem_types(await api.reschedule(booked["manageToken"], LATER)) == ["TooLateToChange"]


async def test_the_calendar_file_follows_the_visit(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY, **CERTIFIED)
    await api.reschedule(booked["manageToken"], LATER)

    seen = await api.appointment(booked["manageToken"])

    assert seen is not None
    lines = seen["calendarFile"].split("\r\n")
    assert "DTSTART;TZID=America/Toronto:20261124T100000" in lines
    assert "SEQUENCE:1" in lines
    assert "STATUS:CONFIRMED" in lines
    assert "METHOD:PUBLISH" in lines
    assert PATIENT["name"] not in seen["calendarFile"]


async def test_the_calendar_file_of_a_cancelled_visit_cancels_it(api: GraphQLClient) -> None:
    booked = await api.hold_and_book(TUESDAY)
    await api.cancel(booked["manageToken"])

    seen = await api.appointment(booked["manageToken"])

    assert seen is not None
    lines = seen["calendarFile"].replace("\r\n ", "").split("\r\n")
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"} <= {*lines}
    assert any(line.startswith("ORGANIZER;") for line in lines)


async def test_the_file_of_a_course_publishes_while_one_visit_stands(api: GraphQLClient) -> None:
    days = ("2026-11-25", "2026-12-02", "2026-12-09")
    holds = [
        await api.hold(
            f"{day}T16:00:00-05:00", service="dry-needling-course", practitionerId=practitioner_id("b")
        )
        for day in days
    ]
    booked = await api.book_course([hold["holdToken"] for hold in holds])
    visits = booked["course"]["appointments"]
    methods = []
    for visit in visits:
        await api.cancel(booked["manageToken"], appointmentId=visit["id"])
        seen = await api.appointment(booked["manageToken"])
        assert seen is not None
        methods.append("METHOD:CANCEL" in seen["calendarFile"])

    assert methods == [False, False, True]
