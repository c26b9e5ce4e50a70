"""The sheet of a visit and the printed day name the room that the visit has."""

from datetime import UTC, datetime

from booking.domain.role import Role
from tests.booking.appointments.by_staff.front_desk import move
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.desk_server import Desk
from tests.support.clinics import SAMPLE, edit_file, load_clinic

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


async def test_without_rooms_the_sheet_says_nothing_of_them(desk: Desk) -> None:
    visit = await book(desk, TEN, "a")
    reception = await desk.signed_in(Role.RECEPTION)

    assert "Room and equipment" not in (await reception.get(address_of(visit))).text
