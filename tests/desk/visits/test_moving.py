"""Staff move and cancel visits at the desk, and undo what they did last."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from booking.domain.role import Role
from booking.storage.models.appointments import Appointment, AppointmentStatus, CancellationReason
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import Desk

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)  # on a Tuesday in Toronto
A = "sample-practitioner-a"


@pytest.fixture
async def visit(desk: Desk) -> Appointment:
    return (await make_booking(desk.database, NINE, practitioner=A)).appointments[0]


async def now_is(desk: Desk, visit: uuid.UUID) -> Appointment:
    async with desk.database.read() as session:
        row = await session.get(Appointment, visit)
    assert row
    return row


async def change(browser: httpx.AsyncClient, visit: Appointment, what: str, **form: str) -> httpx.Response:
    fields = {"version": str(visit.version), "next": "/desk/day?date=2026-11-24"} | form
    return await browser.post(f"/desk/visits/{visit.id}/{what}", data=fields)


@pytest.mark.parametrize("told", ["2026-11-24T13:00", "2026-11-24T18:00:00.000Z", "2026-11-24T13:00-05:00"])
async def test_a_visit_is_moved_to_a_time_on_the_clock_or_to_an_instant(
    desk: Desk, visit: Appointment, told: str
) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await change(browser, visit, "move", starts_at=told, practitioner=A)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/day?date=2026-11-24")
    assert (await now_is(desk, visit.id)).starts_at == NINE + timedelta(hours=4)
    page = await browser.get("/desk/day?date=2026-11-24")
    assert "The visit is moved." in page.text


async def test_a_refused_move_changes_nothing_and_says_why(desk: Desk, visit: Appointment) -> None:
    await make_booking(desk.database, NINE + timedelta(hours=4), practitioner=A)
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await change(browser, visit, "move", starts_at="2026-11-24T13:00", practitioner=A)

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert (await now_is(desk, visit.id)).starts_at == NINE


async def test_the_second_of_two_learns_that_the_visit_has_changed(desk: Desk, visit: Appointment) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    await change(browser, visit, "move", starts_at="2026-11-24T13:00")
    answer = await change(browser, visit, "move", starts_at="2026-11-24T14:00")

    assert answer.status_code == 409
    assert "Somebody has changed this visit meanwhile." in answer.text
    assert (await now_is(desk, visit.id)).starts_at == NINE + timedelta(hours=4)


async def test_a_time_that_the_clock_skips_is_refused(desk: Desk, visit: Appointment) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await change(browser, visit, "move", starts_at="2027-03-14T02:30")

    assert answer.status_code == 409
    assert (await now_is(desk, visit.id)).starts_at == NINE


@pytest.mark.parametrize("told", ["", "soon", "24:00", "2026-11-24T25:00"])
async def test_what_is_no_time_is_no_form(desk: Desk, visit: Appointment, told: str) -> None:
    browser = await desk.signed_in(Role.RECEPTION)

    assert (await change(browser, visit, "move", starts_at=told)).status_code == 400


async def test_a_practitioner_moves_own_visits_alone_and_to_nobody_else(
    desk: Desk, visit: Appointment
) -> None:
    other = await desk.signed_in(Role.PRACTITIONER, "sample-practitioner-d")
    own = await desk.signed_in(Role.PRACTITIONER, A)
    unknown = await other.post(f"/desk/visits/{uuid.uuid4()}/move", data={"starts_at": "2026-11-24T13:00"})
    refused = await change(other, visit, "move", starts_at="2026-11-24T13:00")
    wall = await change(other, visit, "move", starts_at="2026-11-24T18:00Z")
    assert [refused.status_code, wall.status_code] == [404, 404]
    assert unknown.status_code in (400, 404)

    await change(own, visit, "move", starts_at="2026-11-24T13:00", practitioner="sample-practitioner-d")
    moved = await now_is(desk, visit.id)
    assert (moved.practitioner, moved.starts_at) == (A, NINE + timedelta(hours=4))


async def test_a_visit_is_cancelled_with_a_reason(desk: Desk, visit: Appointment) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    assert (await change(browser, visit, "cancel", reason="weather")).status_code == 400
    assert (await change(browser, visit, "cancel", reason="clinic")).status_code == 303

    row = await now_is(desk, visit.id)
    assert (row.status, row.cancellation_reason) == (AppointmentStatus.CANCELLED, CancellationReason.CLINIC)


async def test_undo_brings_back_what_was_before(desk: Desk, visit: Appointment) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    await change(browser, visit, "move", starts_at="2026-11-24T13:00")
    assert (await browser.post("/desk/undo", data={"next": "/desk/day"})).status_code == 303
    assert (await now_is(desk, visit.id)).starts_at == NINE

    assert (await browser.post("/desk/undo", data={"next": "/desk/day"})).status_code == 404


async def test_nobody_undoes_what_another_did(desk: Desk, visit: Appointment) -> None:
    mine = await desk.signed_in(Role.RECEPTION, name="Sample Reception 1")
    theirs = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await change(mine, visit, "cancel", reason="patient")

    assert (await theirs.post("/desk/undo", data={"next": "/desk/day"})).status_code == 404
    assert (await now_is(desk, visit.id)).status is AppointmentStatus.CANCELLED


async def test_undo_is_offered_for_a_minute(desk: Desk, visit: Appointment) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    await change(browser, visit, "cancel", reason="patient")
    assert "The visit is cancelled." in (await browser.get("/desk/day?date=2026-11-24")).text

    desk.clock.now += timedelta(minutes=1)
    assert "The visit is cancelled." not in (await browser.get("/desk/day?date=2026-11-24")).text
    assert (await browser.post("/desk/undo", data={"next": "/desk/day"})).status_code == 303


async def test_of_a_time_that_the_clock_shows_twice_the_form_offers_both(
    desk: Desk, visit: Appointment
) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    asked = await change(browser, visit, "move", starts_at="2027-11-07T01:30", notify="no")

    assert asked.status_code == 409
    assert re.findall(
        r'value="([^"]+)" required><label [^>]+>([^<]+)<', asked.text.replace("\u00a0", " ")
    ) == [
        ("2027-11-07T01:30:00-04:00", "Sunday, November 7 2027, 1:30 a.m. EDT"),
        ("2027-11-07T01:30:00-05:00", "Sunday, November 7 2027, 1:30 a.m. EST"),
    ]
    assert (await now_is(desk, visit.id)).starts_at == NINE

    extra = {"kind": "extra", "practitioner": A, "day": "2027-11-07", "from": "00:30", "to": "03:00"}
    assert (await browser.post("/desk/blocked-time", data=extra)).status_code == 303
    moved = await change(browser, visit, "move", starts_at="2027-11-07T01:30:00-05:00")
    assert moved.status_code == 303, moved.text
    assert (await now_is(desk, visit.id)).starts_at == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)
