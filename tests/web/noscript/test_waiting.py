"""Waiting for a first visit without a script: one form, one press."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.outbox import register_listeners
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import SAMPLE
from tests.support.graphql_client import QUESTIONS
from tests.support.site import Site, running_site

WAITING = SAMPLE + "\n[waiting_list]\n" if "\n[waiting_list]" not in SAMPLE else SAMPLE
PATH = "/book/dry-needling/waiting"
DETAILS = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}
NO_TO_ALL = {f"answer-{slug}": "no" for slug in QUESTIONS}
KEY = re.compile(r'name="key" value="([^"]+)"')


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url, WAITING) as running:
        async with running.database.write() as session:
            await register_listeners(session, [MAIL_LISTENER])
        yield running


@pytest.fixture
async def patient(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.url) as client:
        yield client


async def entries(site: Site) -> list[WaitingListEntry]:
    async with site.database.read() as session:
        return list(await session.scalars(select(WaitingListEntry)))


async def filled(patient: httpx.AsyncClient, **more: str) -> dict[str, str]:
    [key] = KEY.findall((await patient.get(PATH)).text)
    return DETAILS | NO_TO_ALL | {"key": key, "until": "2026-12-04"} | more


async def test_the_times_lead_to_the_list_and_one_form_joins(site: Site, patient: httpx.AsyncClient) -> None:
    times = await patient.get("/book/dry-needling/times")
    assert f'href="{PATH}?lang=en"' in times.text
    form = await filled(patient, weekday="1", part="time.evening")

    first, again = [await patient.post(PATH, data=form) for _ in range(2)]

    assert "You are on the waiting list" in first.text
    assert "patient@example.com" in first.text
    assert again.status_code == 200
    [entry] = await entries(site)
    assert (entry.service, entry.last_day.isoformat()) == ("dry-needling", "2026-12-04")
    assert entry.available_times == [[1, 1020, 1440]]
    [contact] = await all_contacts(site.database)
    assert contact.email == "patient@example.com"


async def test_a_course_has_no_list(site: Site, patient: httpx.AsyncClient) -> None:
    times = await patient.get("/book/dry-needling-course/times")
    page = await patient.get("/book/dry-needling-course/waiting")

    assert "waiting" not in times.text
    assert page.status_code == 303


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"email": "nonsense"}, "Please check this email address."),
        ({"name": ""}, "Please enter your name."),
        ({"until": "2026-11-01"}, "Please choose a day that can be booked."),
        ({"until": ""}, "Please choose a day that can be booked."),
        ({"until": "2036-01-01"}, "Please choose a day that can be booked."),
        ({"answer-pregnancy": ""}, "Please check the fields that are marked."),
    ],
)
async def test_a_mistake_is_told_where_it_is_and_nothing_is_lost(
    site: Site, patient: httpx.AsyncClient, field: dict[str, str], text: str
) -> None:
    form = await filled(patient, weekday="3", **field)

    answer = await patient.post(PATH, data=form)

    assert (answer.status_code, text in answer.text) == (422, True)
    assert 'value="416 555 0123"' in answer.text
    assert re.search(r'name="weekday" value="3" checked', answer.text)
    assert await entries(site) == []


async def test_an_answer_that_blocks_stores_nobody(site: Site, patient: httpx.AsyncClient) -> None:
    form = await filled(patient, **{"answer-pregnancy": "yes"})

    answer = await patient.post(PATH, data=form)

    assert "416.545.1881" in answer.text
    assert await entries(site) == []
    assert await all_contacts(site.database) == []
