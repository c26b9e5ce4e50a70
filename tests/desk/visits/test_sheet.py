"""The sheet of a visit at the desk: what it shows to whom, what is recorded, and what became of the visit."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from booking.domain.role import Role
from booking.domain.screening import Answer
from booking.patients.erase import clear_patients
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.audit import AuditAction, AuditEvent
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.desk_server import Desk
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.graphql_client import shows_phone

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
OWN, OTHER = "sample-practitioner-a", "sample-practitioner-b"
TOPIC = "needle-fear"
PRESSED = re.compile(r'value="([a-z-]+)" aria-pressed="true"')
VERSION = re.compile(r'name="version" value="(\d+)"')


async def book(desk: Desk, at: datetime = TUESDAY, **details: Any) -> SampleBooking:
    answers = {TOPIC: Answer.YES}
    details = {"service": "dry-needling", "answers": answers, "email": "one@example.com"} | details
    return await make_booking(desk.database, at, now=desk.clock.now, **details)


def address_of(booking: SampleBooking) -> str:
    return f"/desk/visits/{booking.appointments[0].id}"


async def looks(desk: Desk) -> list[tuple[uuid.UUID | None, str]]:
    async with desk.database.read() as session:
        rows = await session.scalars(select(AuditEvent).where(AuditEvent.action == AuditAction.READ))
        return [(row.patient, row.detail) for row in rows]


async def status_of(desk: Desk, booking: SampleBooking) -> AppointmentStatus:
    async with desk.database.read() as session:
        return (await session.get_one(Appointment, booking.appointments[0].id)).status


async def seen(desk: Desk, booking: SampleBooking) -> dict[str, str]:
    """A form of a page that shows the visit as it is."""
    async with desk.database.read() as session:
        row = await session.get_one(Appointment, booking.appointments[0].id)
        return {"status": "arrived", "version": str(row.version)}


async def test_the_sheet_shows_the_person_the_visit_and_the_others_and_each_look_is_recorded(
    desk: Desk,
) -> None:
    booking = await book(desk)
    other = await book(desk, TUESDAY + timedelta(days=7), service="dry-needling-follow-up")
    reception = await desk.signed_in(Role.RECEPTION)

    page = await reception.get(address_of(booking))

    assert page.status_code == 200
    for shown in ("Sample Patient", "+14165550123", "one@example.com", booking.appointments[0].reference):
        assert shown in page.text
    assert address_of(other) in page.text
    assert "Tuesday, November 24" in page.text
    await reception.get(address_of(booking))
    patients = {each.appointments[0].patient for each in (booking, other)}
    assert sorted(await looks(desk)) == sorted([(patient, "sheet of a visit") for patient in patients] * 2)


async def test_the_sheet_and_the_day_show_who_booked_for_somebody(desk: Desk) -> None:
    booking = await book(desk, name="Sample Child", contact_name="Sample Parent")
    reception = await desk.signed_in(Role.RECEPTION)

    sheet = (await reception.get(address_of(booking))).text
    assert "Booked for Sample Child by" in sheet
    assert "<b>Sample Parent</b>" in sheet
    for page in ("day", "day/print", "week"):
        shown = (await reception.get(f"/desk/{page}?date={booking.appointments[0].starts_at:%Y-%m-%d}")).text
        assert "Sample Child" in shown
        assert "by Sample Parent, +14165550123" in shown, page
    await reception.post("/desk/account/hide-names", data={"hide": "1", "next": "/desk/day"})
    hidden = (await reception.get(f"/desk/day?date={booking.appointments[0].starts_at:%Y-%m-%d}")).text
    assert "Sample Parent" not in hidden


async def test_what_to_talk_about_and_the_patients_note_are_read_by_the_practitioner_alone(
    desk: Desk,
) -> None:
    booking = await book(desk, note="It hurts <b>here</b>")
    question, note = "needles", "It hurts &lt;b&gt;here&lt;/b&gt;"
    pages = {}
    for role, practitioner in ((Role.OWNER, None), (Role.RECEPTION, None), (Role.PRACTITIONER, OWN)):
        browser = await desk.signed_in(role, practitioner)
        pages[role] = (await browser.get(address_of(booking))).text
    for heading in ("To talk about", "What the patient wants you to know"):
        assert all(heading in page for page in pages.values())
    for text in (question, note):
        assert {role for role, page in pages.items() if text in page} == {Role.PRACTITIONER}


async def test_a_visit_of_another_practitioner_is_like_one_that_is_not_there(desk: Desk) -> None:
    booking = await book(desk)
    browser = await desk.signed_in(Role.PRACTITIONER, OTHER)
    change = {"status": "arrived", "note": "mine", "version": "1", "next": "/desk/day"}
    change |= {"starts_at": "2026-11-24T13:00", "reason": "clinic"}

    for path in ("", "/status", "/note", "/move", "/cancel"):
        method = "POST" if path else "GET"
        answers = [
            await browser.request(method, f"/desk/visits/{visit}{path}", data=change if path else None)
            for visit in (booking.appointments[0].id, uuid.UUID(int=1), "no-id", "%00", "1'--")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
    assert await looks(desk) == []
    assert await status_of(desk, booking) is AppointmentStatus.BOOKED


async def test_without_a_session_there_is_no_sheet(desk: Desk) -> None:
    booking = await book(desk)
    browser = await desk.browser()
    answer = await browser.get(address_of(booking))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in")
    assert (
        await browser.post(f"{address_of(booking)}/status", data={"status": "arrived"})
    ).status_code == 303


async def test_hidden_names_are_not_in_the_page_and_no_look_is_recorded(desk: Desk) -> None:
    booking = await book(desk)
    await book(desk, TUESDAY + timedelta(days=7), service="dry-needling-follow-up")
    browser = await desk.signed_in(Role.PRACTITIONER, OWN)
    await browser.post("/desk/account/hide-names", data={"hide": "1"})

    page = (await browser.get(address_of(booking))).text

    assert booking.appointments[0].reference in page
    for hidden in ("Sample Patient", "one@example.com", "needles", "Other visits"):
        assert hidden not in page
    assert not shows_phone(page)
    assert await looks(desk) == []


async def test_the_sheet_of_an_erased_patient_shows_the_visit_alone(desk: Desk) -> None:
    booking = await book(desk)
    async with desk.database.write() as session:
        await clear_patients(session, [booking.appointments[0].patient], now=desk.clock.now)
    page = await (await desk.signed_in()).get(address_of(booking))
    assert page.status_code == 200
    assert "Erased patient" in page.text
    assert "Sample Patient" not in page.text


async def test_the_status_is_noted_on_the_day_and_taken_back(desk: Desk) -> None:
    booking = await book(desk)
    member = await desk.member(Role.RECEPTION)
    assert (
        "from the day of the visit on" in (await (await desk.sign_in(member)).get(address_of(booking))).text
    )
    desk.clock.now = TUESDAY
    browser = await desk.sign_in(member)

    for status in ("arrived", "checked-in", "fulfilled", "noshow", "booked"):
        page = (await browser.get(address_of(booking))).text
        version, *_ = VERSION.findall(page)
        data = {"status": status, "version": version, "next": address_of(booking)}
        answer = await browser.post(f"{address_of(booking)}/status", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, address_of(booking))
        assert await status_of(desk, booking) == status
    pressed = re.findall(
        r'value="([a-z-]+)" aria-pressed="true"', (await browser.get(address_of(booking))).text
    )
    assert pressed == ["booked"]


async def test_whoever_saw_an_older_state_is_shown_the_new_one_and_changes_nothing(desk: Desk) -> None:
    booking = await book(desk)
    desk.clock.now = TUESDAY
    browser = await desk.signed_in(Role.RECEPTION)
    version, *_ = VERSION.findall((await browser.get(address_of(booking))).text)
    seen = {"version": version, "next": "/desk/day"}
    await browser.post(f"{address_of(booking)}/status", data={"status": "arrived", **seen})

    answer = await browser.post(f"{address_of(booking)}/status", data={"status": "noshow", **seen})

    assert answer.status_code == 409
    assert "Somebody has changed this visit meanwhile" in answer.text
    assert PRESSED.findall(answer.text) == ["arrived"]
    assert await status_of(desk, booking) is AppointmentStatus.ARRIVED


@pytest.mark.parametrize("change", [{"status": "gone"}, {"status": ""}, {"version": ""}, {"version": "x"}])
async def test_a_form_that_no_page_has_is_refused(desk: Desk, change: dict[str, str]) -> None:
    booking = await book(desk)
    desk.clock.now = TUESDAY
    browser = await desk.signed_in(Role.RECEPTION)
    data = {"status": "arrived", "version": "1"} | change
    assert (await browser.post(f"{address_of(booking)}/status", data=data)).status_code == 400
    assert await status_of(desk, booking) is AppointmentStatus.BOOKED


async def test_a_status_before_the_day_or_of_a_cancelled_visit_is_refused_with_the_reason(desk: Desk) -> None:
    early = await book(desk)
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await browser.post(f"{address_of(early)}/status", data=await seen(desk, early))
    assert answer.status_code == 409
    assert "still to come" in answer.text
    await early.cancel(at=desk.clock.now)
    answer = await browser.post(f"{address_of(early)}/status", data=await seen(desk, early))
    assert answer.status_code == 409
    assert "This visit was cancelled." in answer.text


async def test_the_sheet_is_french_for_those_who_read_french(desk: Desk) -> None:
    booking = await book(desk)
    page = (await (await desk.signed_in()).get(f"{address_of(booking)}?lang=fr")).text
    for shown in ("À aborder", "Coordonnées", "mardi"):
        assert shown in page


async def save_note(browser: httpx.AsyncClient, booking: SampleBooking, note: str) -> httpx.Response:
    """As a member who has just opened the sheet."""
    version, *_ = VERSION.findall((await browser.get(address_of(booking))).text)
    data = {"note": note, "version": version, "next": address_of(booking)}
    return await browser.post(f"{address_of(booking)}/note", data=data)


async def test_a_note_is_saved_shown_and_removed(desk: Desk) -> None:
    booking = await book(desk)
    browser = await desk.signed_in(Role.RECEPTION)
    note = "Comes by wheelchair taxi.\n<b>Ramp</b>"

    assert (await save_note(browser, booking, note)).headers["location"] == address_of(booking)
    assert (
        "Comes by wheelchair taxi.\n&lt;b&gt;Ramp&lt;/b&gt;</textarea>"
        in (await browser.get(address_of(booking))).text
    )
    await browser.post("/desk/account/hide-names", data={"hide": "1"})
    assert "wheelchair" not in (await browser.get(address_of(booking))).text
    await browser.post("/desk/account/hide-names", data={"hide": "0"})
    await save_note(browser, booking, "")
    assert "wheelchair" not in (await browser.get(address_of(booking))).text


async def test_a_note_that_is_refused_stays_in_the_field(desk: Desk) -> None:
    booking = await book(desk)
    browser, other = await desk.signed_in(Role.RECEPTION), await desk.signed_in()
    version, *_ = VERSION.findall((await browser.get(address_of(booking))).text)
    await save_note(other, booking, "the other one's note")

    data = {"note": "my own note", "version": version}
    answer = await browser.post(f"{address_of(booking)}/note", data=data)
    long = await save_note(browser, booking, "x" * 501)

    assert (answer.status_code, long.status_code) == (409, 409)
    assert "Somebody has changed this visit meanwhile" in answer.text
    assert "my own note</textarea>" in answer.text
    assert "Now it says: the other one&#39;s note" in answer.text
    assert f"{'x' * 501}</textarea>" in long.text
    assert "the other one&#39;s note</textarea>" in (await browser.get(address_of(booking))).text


async def test_staff_stop_reminders_for_an_address_and_send_them_again(desk: Desk) -> None:
    await open_clinic(desk.database, f"{SAMPLE}\n[reminders]\n")
    booking = await book(desk)
    browser = await desk.signed_in(Role.RECEPTION)
    address = address_of(booking)
    assert "Send no more" in (await browser.get(address)).text

    answer = await browser.post(f"{address}/reminders", data={"reminders": "no", "next": address})

    assert answer.headers["location"] == address
    assert "This e-mail address gets none." in (await browser.get(address)).text
    await browser.post(f"{address}/reminders", data={"reminders": "yes", "next": address})
    assert "Send no more" in (await browser.get(address)).text
