"""A slip can be undone: a booking inside the notice, and a cancellation, for the clinic's grace."""

from datetime import timedelta
from typing import Any

import pytest

from booking.appointments.cancel import cancel_appointment
from booking.appointments.lookup import managed_appointment
from booking.storage.database import Database
from booking.storage.models.appointments import CancellationReason
from tests.graphql_api.conftest import Clock
from tests.support.clinics import NOW, open_clinic, small_clinic
from tests.support.graphql_client import PROBLEMS, GraphQLClient, problem_types, service_id

MINUTE = timedelta(minutes=1)
SOON, TOMORROW = "2026-11-23T09:00:00-05:00", "2026-11-25T09:00:00-05:00"
"""`SOON` is two hours after the tests' clock, inside the notice of a day."""
VISIT = service_id("visit")
BEGINS = NOW + timedelta(hours=2)
APPOINTMENT = """query ($token: String!) { appointment(manageToken: $token) {
  status canChange canCancel cancellationDeadline undoDeadline
} }"""
UNDO = (
    """mutation ($input: UndoCancellationInput!) { undoCancellation(input: $input) {
  appointment { status startsAt } problems { ...Why }
} }"""
    + PROBLEMS
)
HOLD = """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) { hold { changeDeadline } } }"""


@pytest.fixture(autouse=True)
async def clinic(api: GraphQLClient, database: Database) -> None:
    await open_clinic(database, small_clinic(policy={"cancellation_notice": "24 h", "grace": "20 min"}))


async def booked(api: GraphQLClient, at: str) -> str:
    """The secret of a visit's link."""
    held = await api.hold(at, service="visit")
    payload = await api.book(held["holdToken"], screening=[])
    assert payload["problems"] == []
    secret: str = payload["manageToken"]
    return secret


async def shown(api: GraphQLClient, token: str) -> dict[str, Any]:
    visit: dict[str, Any] = (await api.ask(APPOINTMENT, token=token))["data"]["appointment"]
    return visit


async def undo(api: GraphQLClient, token: str) -> dict[str, Any]:
    payload: dict[str, Any] = (await api.ask(UNDO, input={"manageToken": token}))["data"]["undoCancellation"]
    return payload


async def test_a_visit_booked_inside_the_notice_is_cancelled_within_the_grace(
    api: GraphQLClient, clock: Clock
) -> None:
    token = await booked(api, SOON)
    clock.now += 20 * MINUTE
    assert await shown(api, token) == {
        "status": "BOOKED",
        "canChange": False,
        "canCancel": True,
        "cancellationDeadline": "2026-11-23T07:20:00-05:00",
        "undoDeadline": None,
    }
    assert problem_types(await api.reschedule(token, TOMORROW)) == ["TooLateToChange"]
    assert (await api.cancel(token))["appointment"]["status"] == "CANCELLED"


async def test_after_the_grace_it_is_too_late(api: GraphQLClient, clock: Clock) -> None:
    token = await booked(api, SOON)
    clock.now += 20 * MINUTE + timedelta(seconds=1)

    assert not (await shown(api, token))["canCancel"]
    [problem] = (await api.cancel(token))["problems"]
    assert problem["__typename"] == "TooLateToChange"
    assert problem["deadline"] == "2026-11-23T07:20:00-05:00"


async def test_a_visit_that_has_begun_is_not_cancelled_whatever_the_grace(
    api: GraphQLClient, database: Database, clock: Clock
) -> None:
    await open_clinic(database, small_clinic(policy={"cancellation_notice": "24 h", "grace": "3 h"}))
    token = await booked(api, SOON)
    clock.now = BEGINS
    assert problem_types(await api.cancel(token)) == ["TooLateToChange"]

    clock.now = BEGINS - timedelta(seconds=1)
    assert (await api.cancel(token))["appointment"]["status"] == "CANCELLED"
    clock.now = BEGINS
    assert problem_types(await undo(api, token)) == ["TooLateToChange"]


async def test_without_a_grace_nothing_is_undone(api: GraphQLClient, database: Database) -> None:
    await open_clinic(database, small_clinic(policy={"cancellation_notice": "24 h", "grace": "0 min"}))
    soon, later = await booked(api, SOON), await booked(api, TOMORROW)

    assert problem_types(await api.cancel(soon)) == ["TooLateToChange"]
    assert (await api.cancel(later))["appointment"]["status"] == "CANCELLED"
    assert (await shown(api, later))["undoDeadline"] is None
    assert problem_types(await undo(api, later)) == ["TooLateToChange"]


@pytest.mark.parametrize("at", [SOON, TOMORROW])
async def test_a_cancellation_is_undone_once_and_for_all(api: GraphQLClient, clock: Clock, at: str) -> None:
    token = await booked(api, at)
    await api.cancel(token)
    assert at in [slot["startsAt"] for slot in await open_times(api)]
    clock.now += 20 * MINUTE
    assert (await shown(api, token))["undoDeadline"] == "2026-11-23T07:20:00-05:00"

    again = await undo(api, token)
    assert again == {"appointment": {"status": "BOOKED", "startsAt": at}, "problems": []}
    assert await undo(api, token) == again
    assert at not in [slot["startsAt"] for slot in await open_times(api)]
    assert (await shown(api, token))["undoDeadline"] is None


async def open_times(api: GraphQLClient) -> list[dict[str, Any]]:
    return await api.open_slots("2026-11-23", "2026-11-25", serviceId=VISIT)


async def test_a_cancellation_is_not_undone_after_the_grace(api: GraphQLClient, clock: Clock) -> None:
    token = await booked(api, TOMORROW)
    await api.cancel(token)
    clock.now += 20 * MINUTE + timedelta(seconds=1)

    assert (await shown(api, token))["undoDeadline"] is None
    assert problem_types(await undo(api, token)) == ["TooLateToChange"]


async def test_a_time_that_somebody_else_took_is_theirs(api: GraphQLClient) -> None:
    token = await booked(api, TOMORROW)
    await api.cancel(token)
    theirs = await booked(api, TOMORROW)

    [problem] = (await undo(api, token))["problems"]

    assert problem["__typename"] == "SlotTaken"
    assert TOMORROW not in [slot["startsAt"] for slot in problem["alternatives"]]
    assert len(problem["alternatives"]) == 3
    assert (await shown(api, token))["status"] == "CANCELLED"
    assert (await shown(api, theirs))["status"] == "BOOKED"


async def test_what_the_clinic_cancelled_stays_cancelled(api: GraphQLClient, database: Database) -> None:
    token = await booked(api, TOMORROW)
    async with database.write() as session:
        row = await managed_appointment(session, token)
        await cancel_appointment(session, row, reason=CancellationReason.CLINIC, actor=None, now=NOW)

    assert (await shown(api, token))["undoDeadline"] is None
    assert problem_types(await undo(api, token)) == ["TooLateToChange"]


async def test_a_hold_says_until_when_its_visit_could_be_changed(api: GraphQLClient) -> None:
    async def deadline(at: str) -> str | None:
        held = await api.ask(HOLD, input={"serviceId": VISIT, "startsAt": at})
        text: str | None = held["data"]["holdSlot"]["hold"]["changeDeadline"]
        return text

    assert await deadline(TOMORROW) == "2026-11-24T09:00:00-05:00"
    assert await deadline(SOON) is None
    policy = await api.ask("{ clinic { bookingPolicy { graceMinutes } } }")
    assert policy["data"]["clinic"]["bookingPolicy"] == {"graceMinutes": 20}
