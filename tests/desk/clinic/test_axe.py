"""axe-core finds nothing on what needs care: light and dark, wide and narrow, in both languages."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from tests.booking.notifications.bookings import make_booking
from tests.desk.audited_pages import LOOKS, Look, audit
from tests.desk.clinic.test_care import CARE, ODD, TUESDAY, A
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import load_clinic, small_clinic

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_axe_finds_nothing_on_what_needs_care(desk: Desk, browser: Browser, look: Look) -> None:
    at = TUESDAY + timedelta(weeks=6)
    await make_booking(desk.database, at, service="dry-needling", practitioner=A, now=desk.clock.now)
    await load_clinic(desk.database, ODD, now=desk.clock.now)

    await audit(browser, desk, await desk.signed_in(), look, [CARE])


async def test_axe_finds_nothing_where_all_is_well(sqlite_url: str, browser: Browser) -> None:
    async with running_desk(sqlite_url, small_clinic()) as desk:
        await audit(browser, desk, await desk.signed_in(), LOOKS[0], [CARE])
