"""Staff book a course for a patient on the phone: all of its visits, or none."""

import re
from datetime import timedelta

import httpx
import pytest

from booking.domain.role import Role
from booking.storage.models.appointments import AppointmentStatus
from tests.desk.booking.test_book import CALLER, SECRET, TEN, A, visits
from tests.desk.desk_server import Desk

COURSE = "dry-needling-course"
WEEK = timedelta(days=7)


async def hold_course(browser: httpx.AsyncClient, **more: str) -> httpx.Response:
    form = {"service": COURSE, "slot": f"{int(TEN.timestamp())}@{A}"} | CALLER | more
    return await browser.post("/desk/book/hold", data=form)


async def book_course(browser: httpx.AsyncClient, held: httpx.Response, **more: str) -> httpx.Response:
    secrets = list(dict.fromkeys(SECRET.findall(held.text)))
    form = {"service": COURSE, "answers": "no-to-all", "hold": secrets} | CALLER | more
    return await browser.post("/desk/book", data=form)


async def test_a_course_is_planned_read_out_and_booked_as_one(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    page = await reception.get("/desk/book", params={"service": COURSE})
    assert "Choose the first of 3 visits." in page.text
    assert "Squeeze-in" not in page.text

    held = await hold_course(reception)
    booked = await book_course(reception, held)

    for day in ("November 23", "November 30", "December 7"):
        assert re.search(f"<li><b>Monday, {day}, 10:00", held.text)
    course = await visits(desk)
    assert [row.starts_at for row in course] == [TEN, TEN + WEEK, TEN + 2 * WEEK]
    assert {(row.practitioner, row.status.value) for row in course} == {(A, "booked")}
    assert len({row.course for row in course}) == 1
    assert booked.headers["location"].endswith(f"#visit-{course[0].id}")


async def test_the_rhythm_is_the_patient_s(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    times = await reception.post("/desk/book/times", data={"service": COURSE, "every": "14"} | CALLER)
    assert "every 14 days" in times.text

    await book_course(reception, await hold_course(reception, every="14"))

    assert [row.starts_at - TEN for row in await visits(desk)] == [0 * WEEK, 2 * WEEK, 4 * WEEK]


async def test_a_course_that_is_undone_is_undone_whole(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book_course(reception, await hold_course(reception))

    await reception.post("/desk/undo", data={"next": "/desk/day"})

    assert [row.status for row in await visits(desk)] == 3 * [AppointmentStatus.CANCELLED]


async def test_all_times_of_a_course_are_let_go(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold_course(reception)
    assert (await hold_course(reception)).status_code == 409
    form = re.search(r'<form method="post" action="/desk/book/release">(.*?)</form>', held.text)
    assert form
    secrets = SECRET.findall(form[1])
    assert len(secrets) == 3

    await reception.post("/desk/book/release", data={"hold": secrets})

    assert (await hold_course(reception)).status_code == 200


async def test_a_course_of_which_one_hold_is_unknown_books_nothing(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    first, second, _ = dict.fromkeys(SECRET.findall((await hold_course(reception)).text))

    for secrets in ([first, second], [first, second, "unknown"]):
        form = {"service": COURSE, "answers": "no-to-all", "hold": secrets} | CALLER
        assert (await reception.post("/desk/book", data=form)).status_code == 409

    assert await visits(desk) == []


@pytest.mark.parametrize("every", ["0", "32", "999", "-1", "x", "7.5"])
async def test_a_rhythm_that_can_t_be_is_refused_or_is_a_week(desk: Desk, every: str) -> None:
    reception = await desk.signed_in(Role.RECEPTION)

    held = await hold_course(reception, every=every)

    assert held.status_code == (409 if every.isdecimal() else 200)
    assert ("Please choose 1 to 31 days between the visits." in held.text) == every.isdecimal()


async def test_a_practitioner_books_courses_for_own_time_alone(desk: Desk) -> None:
    b = await desk.signed_in(Role.PRACTITIONER, "sample-practitioner-b")
    noon = int((TEN + timedelta(hours=2)).timestamp())

    await book_course(b, await hold_course(b, slot=f"{noon}@{A}"))

    assert [row.practitioner for row in await visits(desk)] == 3 * ["sample-practitioner-b"]


@pytest.mark.parametrize("every", ["7", "31"])
async def test_a_course_that_does_not_fit_says_what_to_do(desk: Desk, every: str) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    away = {"practitioner": A, "kind": "absence", "day": "2026-11-24", "from": "07:00", "endless": "1"}
    assert (await reception.post("/desk/blocked-time", data=away)).status_code == 303

    reception.headers["accept-language"] = "fr"
    refused = await hold_course(reception, every=every)

    assert refused.status_code == 409
    assert "ne trouvent pas de place avec la même personne" in refused.text
    assert 'value="Sample Caller"' in refused.text
