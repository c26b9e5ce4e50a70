"""The sheet of a visit and the printed day name the room that the visit has."""

from datetime import UTC, datetime

from playwright.async_api import Page

from booking.domain.role import Role
from tests.booking.appointments.by_staff.front_desk import move
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.audited_pages import findings
from tests.desk.desk_server import Desk
from tests.support.clinics import SAMPLE, edit_file, load_clinic
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE

TEN = datetime(2026, 11, 24, 15, tzinfo=UTC)
ELEVEN = datetime(2026, 11, 24, 16, tzinfo=UTC)
ROOMS = edit_file(
    {
        "[[locations.closures]]": """[[resources]]
slug = "treatment-room-1"
name = { en = "Treatment room 1", fr = "Salle de soins 1" }
kind = "treatment-room"
[[locations.closures]]""",
        '# needs = ["treatment-room"]': 'needs = ["treatment-room"]',
    },
    SAMPLE,
)


async def book(desk: Desk, at: datetime, who: str) -> SampleBooking:
    practitioner = f"sample-practitioner-{who}"
    return await make_booking(
        desk.database, at, service="dry-needling", practitioner=practitioner, now=desk.clock.now
    )


def address_of(booking: SampleBooking) -> str:
    return f"/desk/visits/{booking.appointments[0].id}"


async def test_the_sheet_and_the_printed_day_name_the_room(desk: Desk) -> None:
    await load_clinic(desk.database, ROOMS, now=desk.clock.now)
    in_room = await book(desk, TEN, "a")
    reception = await desk.signed_in(Role.RECEPTION)

    sheet = await reception.get(address_of(in_room))
    printed = await reception.get("/desk/day/print?date=2026-11-24")

    assert "<dd>Treatment room 1<br></dd>" in sheet.text
    assert printed.text.count("Dry needling, first visit · Treatment room 1") == 2  # By time and by name.
    french = await reception.get(address_of(in_room), headers={"accept-language": "fr"})
    assert "Salle de soins 1" in french.text


async def test_the_sheet_of_a_squeeze_in_says_that_no_room_was_free(desk: Desk) -> None:
    await load_clinic(desk.database, ROOMS, now=desk.clock.now)
    await book(desk, TEN, "a")
    late = await book(desk, ELEVEN, "c")
    await move(desk.database, late.appointments[0].id, TEN, at=desk.clock.now, squeeze_in=True)
    reception = await desk.signed_in(Role.RECEPTION)

    sheet = await reception.get(address_of(late))

    assert "<small>None free like Treatment room 1</small>" in sheet.text


async def test_axe_finds_nothing_on_the_sheets(desk: Desk, page: Page) -> None:
    await load_clinic(desk.database, ROOMS, now=desk.clock.now)
    in_room, late = await book(desk, TEN, "a"), await book(desk, ELEVEN, "c")
    await move(desk.database, late.appointments[0].id, TEN, at=desk.clock.now, squeeze_in=True)
    browser = await desk.signed_in(Role.RECEPTION)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    await page.set_extra_http_headers({"Cookie": cookies})
    await page.add_init_script(path=AXE)
    found = []
    async with live_server(desk.app) as url:
        for path in (address_of(in_room), address_of(late)):
            await page.goto(url + path)
            assert await page.get_by_text("Treatment room 1").count() == 1
            found += await findings(page, path)
    assert found == []


async def test_without_rooms_the_sheet_says_nothing_of_them(desk: Desk) -> None:
    visit = await book(desk, TEN, "a")
    reception = await desk.signed_in(Role.RECEPTION)

    assert "Room and equipment" not in (await reception.get(address_of(visit))).text
