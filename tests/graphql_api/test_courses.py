"""A course is booked as one, with one practitioner, all or nothing."""

from datetime import timedelta

from tests.asking import Partner, kinds, practitioner_id
from tests.graphql_api.conftest import Clock

TIMES = ["2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
COURSE = {"service": "dry-needling-course", "practitionerId": practitioner_id("a")}


async def tokens(api: Partner, times: list[str]) -> list[str]:
    return [(await api.hold(time, **COURSE))["holdToken"] for time in times]


async def test_a_course_is_booked_as_one_under_one_link(api: Partner) -> None:
    booked = await api.book_course(await tokens(api, TIMES))

    assert booked["problems"] == []
    visits = booked["course"]["visits"]
    assert [visit["startsAt"] for visit in visits] == TIMES
    seen = await api.appointment(booked["manageToken"])
    assert seen is not None
    assert seen["startsAt"] == TIMES[0]
    assert [visit["id"] for visit in seen["course"]["visits"]] == [visit["id"] for visit in visits]
    assert seen["calendarFile"].count("BEGIN:VEVENT") == 3


async def test_a_repeated_course_is_the_same_course_in_whatever_order(api: Partner) -> None:
    held = await tokens(api, TIMES)

    assert await api.book_course(held) == await api.book_course(held[::-1])


async def test_one_expired_hold_refuses_the_whole_course(api: Partner, clock: Clock) -> None:
    held = await tokens(api, TIMES[:1])
    clock.now += timedelta(minutes=5)
    held += await tokens(api, TIMES[1:])

    assert kinds(await api.book_course(held)) == ["HoldExpired"]

    clock.now += timedelta(minutes=5)
    for time in TIMES:
        assert (await api.hold(time, **COURSE))["problems"] == [], "nothing of it was booked"


async def test_each_visit_of_a_course_moves_and_is_cancelled_on_its_own(api: Partner) -> None:
    booked = await api.book_course(await tokens(api, TIMES))
    token, second = booked["manageToken"], booked["course"]["visits"][1]["id"]

    assert kinds(await api.cancel(token)) == ["InvalidInput"]
    moved = await api.move(token, "2026-12-02T09:00:00-05:00", appointmentId=second)
    assert moved["appointment"]["startsAt"] == "2026-12-02T09:00:00-05:00"
    other = await api.move(token, TIMES[1], appointmentId=second, practitionerId=practitioner_id("c"))
    assert kinds(other) == ["InvalidInput"]
    assert (await api.cancel(token, appointmentId=second))["appointment"]["status"] == "CANCELLED"

    seen = await api.appointment(token, second)
    assert seen is not None
    assert [visit["status"] for visit in seen["course"]["visits"]] == ["BOOKED", "CANCELLED", "BOOKED"]


async def test_a_course_needs_all_its_visits_with_one_practitioner(api: Partner) -> None:
    held = await tokens(api, TIMES[:2])
    with_c = {"service": "dry-needling-course", "practitionerId": practitioner_id("c")}
    other = (await api.hold(TIMES[2], **with_c))["holdToken"]

    assert kinds(await api.book_course(held)) == ["InvalidInput"]
    assert kinds(await api.book_course([*held, other])) == ["InvalidInput"]
    assert kinds(await api.book_course([held[0], held[0], held[1]])) == ["InvalidInput"]
    assert kinds(await api.book_course([])) == ["InvalidInput"]
    assert kinds(await api.book(held[0])) == ["InvalidInput"]


async def test_a_single_visit_is_not_booked_as_a_course(api: Partner) -> None:
    held = await api.hold(TIMES[0])

    assert kinds(await api.book_course([held["holdToken"]])) == ["InvalidInput"]
    assert (await api.book(held["holdToken"]))["problems"] == []


async def test_the_certificate_must_be_valid_on_the_day_of_each_visit(api: Partner) -> None:
    until = {"service": "dry-needling-course", "practitionerId": practitioner_id("c")}

    assert (await api.hold("2026-12-18T09:00:00-05:00", **until))["problems"] == []
    refused = await api.hold("2027-01-05T09:00:00-05:00", **until)

    assert kinds(refused) == ["NotQualified"]
