"""Pages of the day in a browser, light and dark, wide and on a phone, in both languages, without findings."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser

from booking.appointments.status import set_status
from booking.domain.role import Role
from booking.storage.models.appointments import AppointmentStatus
from tests.booking.notifications.bookings import make_booking
from tests.desk.audited_pages import LOOKS, Look, audit
from tests.desk.desk_server import OPERATOR, Desk

pytestmark = pytest.mark.browser

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)
DAY, CLOSED = "2026-11-24", "2026-11-28"
PAGES = [
    f"/desk/{page}"
    for page in (
        f"day?date={DAY}",
        f"day?date={CLOSED}",
        f"day/print?date={DAY}",
        "week",
        "month",
        "day?date=x",
    )
]


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_no_page_of_the_day_has_a_finding_or_is_wider_than_the_screen(
    desk: Desk, browser: Browser, look: Look
) -> None:
    for number, status in enumerate(AppointmentStatus):
        at = NINE + (number - 2) * timedelta(minutes=30)
        booking = await make_booking(desk.database, at, service="physiotherapy-follow-up")
        if status is not AppointmentStatus.CANCELLED:
            async with desk.database.write() as session:
                noted = booking.appointments[0].id
                await set_status(session, noted, status, version=None, actor=OPERATOR, now=NINE)
    desk.clock.now = NINE + timedelta(minutes=40)
    reception = await desk.signed_in(Role.RECEPTION)

    await audit(browser, desk, reception, look, PAGES)
