"""Waiting for an earlier time than a visit has, by the link in a mail, without a script."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.outbox import register_listeners
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.booking.waiting_list.waiting_clinic import NINE, waiting_clinic
from tests.support.clinics import NOW
from tests.support.site import Site, running_site
from tests.web.visits.test_visit_pages import fields


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url, waiting_clinic()) as running:
        async with running.database.write() as session:
            await register_listeners(session, [MAIL_LISTENER])
        yield running


@pytest.fixture
async def booking(site: Site) -> SampleBooking:
    return await make_booking(site.database, NINE, service="visit", practitioner="one", now=NOW)


async def entries(site: Site) -> list[WaitingListEntry]:
    async with site.database.read() as session:
        return list(await session.scalars(select(WaitingListEntry)))


async def test_the_visit_leads_to_the_list_and_stands_meanwhile(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    visit = await patient.get(f"/visits/{booking.token}")
    assert f"/visits/{booking.token}/earlier?lang=en" in visit.text
    page = await patient.get(f"/visits/{booking.token}/earlier")
    assert "Your visit stays as it is until you take an earlier one." in page.text
    assert await entries(site) == []

    form = fields(page) | {"weekday": ["0", "2"], "part": ["time.morning", "time.afternoon"]}
    done = await patient.post(f"/visits/{booking.token}/earlier", data=form, follow_redirects=True)

    assert "You are on the waiting list" in done.text
    [entry] = await entries(site)
    assert (entry.replaces, entry.status.value) == (booking.appointments[0].id, "waitlist")
    # Morning and afternoon touch: a visit may go over noon.
    assert entry.available_times == [[0, 0, 1020], [2, 0, 1020]]
    # Sent again, the entry takes the place of the former one, with its turn.
    await patient.post(f"/visits/{booking.token}/earlier", data=form)
    former, latest = sorted(await entries(site), key=lambda each: each.status.value)
    assert {former.status.value, latest.status.value} == {"cancelled", "waitlist"}


async def test_a_clinic_without_a_list_offers_none(
    sqlite_url: str, site: Site, booking: SampleBooking
) -> None:
    without = waiting_clinic().replace("[waiting_list]", "")
    async with running_site(sqlite_url, without) as other, httpx.AsyncClient(base_url=other.url) as patient:
        visit = await patient.get(f"/visits/{booking.token}")
        page = await patient.get(f"/visits/{booking.token}/earlier")

    assert "earlier" not in visit.text
    assert (page.status_code, page.headers["location"]) == (303, f"/visits/{booking.token}?lang=en")


@pytest.mark.parametrize("field", [{"weekday": "9"}, {"part": "night"}, {"with": "nobody"}, {"visit": "x"}])
async def test_a_form_that_was_tampered_with_does_no_harm(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient, field: dict[str, str]
) -> None:
    page = await patient.get(f"/visits/{booking.token}/earlier?lang=fr")

    answer = await patient.post(f"/visits/{booking.token}/earlier?lang=fr", data=fields(page) | field)

    assert answer.status_code in (303, 422)
    assert len(await entries(site)) == (1 if field.keys() <= {"weekday", "part"} else 0)
    if answer.status_code == 422:
        assert 'role="alert"' in answer.text


async def test_an_unknown_link_puts_nobody_on_a_list(site: Site, patient: httpx.AsyncClient) -> None:
    answer = await patient.post(f"/visits/{'0' * 64}/earlier", data={"visit": ""})

    assert answer.status_code == 303
    assert await entries(site) == []
