"""The size of a full day: one request for the page, with its styles, icons and modules."""

import re
from datetime import timedelta

import httpx

from booking.domain.role import Role
from tests.booking.appointments.blocked_clinic import NINE
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import running_desk
from tests.support.clinics import practitioner, small_clinic

MAX_BYTES = 60_000
PRACTITIONERS, VISITS = 20, 16


async def received(browser: httpx.AsyncClient, address: str) -> tuple[str, int]:
    """The text, and how many bytes came over the wire."""
    answer = await browser.get(address, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    return answer.text, answer.num_bytes_downloaded


async def test_a_day_of_320_visits_is_small_with_all_that_it_loads(sqlite_url: str) -> None:
    people = "".join(practitioner(f"p{n}", "09:00-17:30") for n in range(PRACTITIONERS))
    async with running_desk(sqlite_url, small_clinic(practitioners=people)) as desk:
        for n in range(PRACTITIONERS):
            for k in range(VISITS):
                await make_booking(
                    desk.database,
                    NINE + k * timedelta(minutes=30),
                    service="visit",
                    practitioner=f"p{n}",
                    name=f"Sample Patient {VISITS * n + k}",
                )
        browser = await desk.signed_in(Role.RECEPTION)
        page, size = await received(browser, "/desk/day?date=2026-11-24")
        assert page.count('class="entry visit"') == PRACTITIONERS * VISITS
        loaded = set(re.findall(r'(?:href|src)="(/desk/assets/[^"#]+)', page))
        assert {address.rpartition(".")[2] for address in loaded} == {"css", "js", "svg"}
        sizes = {address: (await received(browser, address))[1] for address in loaded}
    assert size + sum(sizes.values()) < MAX_BYTES, {"page": size} | sizes
