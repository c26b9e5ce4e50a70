"""Stopping reminders by the link in one, without a script, and by one click in a mail program."""

import httpx
import pytest
from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.appointments import Patient
from tests.booking.notifications.bookings import SampleBooking
from tests.support.site import Site


async def wants_reminders(database: Database) -> bool:
    async with database.read() as session:
        return await session.scalar(select(Patient.no_reminders_since)) is None


async def test_a_look_at_the_page_changes_nothing(
    site: Site, mailed_token: str, patient: httpx.AsyncClient
) -> None:
    """Mail scanners follow links."""
    page = await patient.get(f"/visits/{mailed_token}/reminders")

    assert page.status_code == httpx.codes.OK
    assert "Send no more reminders?" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert await wants_reminders(site.database)


async def test_the_page_stops_reminders_and_takes_that_back(
    site: Site, mailed_token: str, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{mailed_token}/reminders"

    stopped = await patient.post(f"{address}?lang=fr", headers={"Sec-Fetch-Site": "same-origin"})
    assert "Vous ne recevrez plus de rappels" in stopped.text
    assert not await wants_reminders(site.database)

    resumed = await patient.post(f"{address}/resume")
    assert "Send no more reminders?" in resumed.text
    assert await wants_reminders(site.database)


@pytest.mark.parametrize("is_multipart", [False, True])
async def test_one_click_in_a_mail_program_stops_them(
    site: Site, mailed_token: str, patient: httpx.AsyncClient, is_multipart: bool
) -> None:
    """RFC 8058, section 3.2: as either kind of form, answered without another address."""
    address = f"/visits/{mailed_token}/reminders"

    if is_multipart:
        response = await patient.post(address, files={"List-Unsubscribe": (None, "One-Click")})
    else:
        response = await patient.post(address, data={"List-Unsubscribe": "One-Click"})

    assert response.status_code == httpx.codes.OK
    assert not await wants_reminders(site.database)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_is_none_says_so_with_the_number(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient, method: str
) -> None:
    page = await patient.request(method, f"/visits/{'0' * 64}/reminders")

    assert page.status_code == httpx.codes.NOT_FOUND
    assert "416.545.1881" in page.text
    assert await wants_reminders(site.database)


@pytest.mark.parametrize("path", ["", "/resume"])
async def test_who_booked_with_somebodys_address_decides_nothing_for_it(
    site: Site, booking: SampleBooking, mailed_token: str, patient: httpx.AsyncClient, path: str
) -> None:
    """The booking's own secret is shown to whoever books, with whatever address."""
    if path:
        await patient.post(f"/visits/{mailed_token}/reminders")
    before = await wants_reminders(site.database)
    assert before is not bool(path)

    page = await patient.get(f"/visits/{booking.token}/reminders")
    answer = await patient.post(f"/visits/{booking.token}/reminders{path}")

    assert (page.status_code, answer.status_code) == (httpx.codes.NOT_FOUND, httpx.codes.NOT_FOUND)
    assert await wants_reminders(site.database) is before
