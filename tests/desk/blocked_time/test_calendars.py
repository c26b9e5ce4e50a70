"""Calendars elsewhere at the desk, through HTTP: added, seen, asked again, collided with, and removed."""

import re
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from booking.calendars.busy.source import CalendarSource
from booking.calendars.visit_calendars.account import encrypt_account
from booking.domain.role import Role
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from booking.storage.models.desk.offered_times import OfferedTime
from booking.storage.models.desk.visit_calendars import VisitCalendar
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from tests.booking.appointments.blocked_clinic import CLINIC, NINE, TEN, impossible, starts_of, visit
from tests.booking.calendars.busy.caldav_servers import PASSWORD, USER, running_radicale
from tests.booking.calendars.busy.calendar_files import calendar_file, event
from tests.booking.calendars.busy.conftest import served
from tests.booking.calendars.busy.copies import add_copy
from tests.booking.webhooks.receiver import Receiver, response, running_receiver
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import edit_file

PAGE = "/desk/calendars"


@pytest.fixture
async def server() -> AsyncIterator[Receiver]:
    async with running_receiver() as opened:
        opened.responses = [served(calendar_file(event(NINE, TEN)))]
        yield opened


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    file = edit_file({'languages = ["en"]': 'languages = ["en", "fr"]'}, CLINIC)
    async with running_desk(sqlite_url, file, calendars_to_private=True) as running:
        yield running


async def add(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    empty = {"practitioner": "one", "url": "", "username": "", "password": ""}
    return await browser.post(PAGE, data=empty | fields)


async def page(browser: httpx.AsyncClient) -> str:
    return unescape((await browser.get(PAGE)).text)


def action(text: str, verb: str) -> str:
    """The address of the first button of this verb."""
    found = re.search(rf'action="({PAGE}/[0-9a-f-]+/{verb})"', text)
    assert found is not None
    return found[1]


async def press(browser: httpx.AsyncClient, address: str) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return (await browser.post(address, headers=headers, content="")).status_code


async def test_a_practitioner_adds_a_calendar_and_removes_it(desk: Desk, server: Receiver) -> None:
    browser = await desk.signed_in(Role.PRACTITIONER, "one")
    assert "No calendar is read yet." in await page(browser)
    assert (await add(browser, url=server.url)).status_code == 303
    assert NINE not in await starts_of(desk.database)

    text = await page(browser)
    assert "127.0.0.1, secret address" in text
    assert "Read just now." in text
    assert "/hook" not in text
    desk.clock.now += timedelta(minutes=3)
    assert "Read 3 minutes ago." in await page(browser)

    assert await press(browser, action(text, "remove")) == 303
    assert NINE in await starts_of(desk.database)
    assert await press(browser, action(text, "remove")) == 404


async def test_a_calendar_that_cannot_be_read_says_since_when_and_what_follows(
    desk: Desk, server: Receiver
) -> None:
    owner = await desk.signed_in(Role.OWNER)
    await add(owner, url=server.url)
    server.responses = [response(404)]
    desk.clock.now += timedelta(minutes=15)
    assert await press(owner, action(await page(owner), "ask")) == 303

    text = await page(owner)
    assert re.search(r"Since Monday, November 23, 7:15\sa\.m\. it can’t be read\.", text)
    assert "There is no calendar at this address." in text
    assert "The last copy is used" in text
    assert NINE not in await starts_of(desk.database)
    assert "1 calendar can’t be read at the moment." in unescape((await owner.get("/desk/blocked-time")).text)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({}, "url", "Please give the calendar’s address."),
        (
            {"url": "https://x.example/", "username": "ann"},
            "password",
            "the password of the account, too",
        ),
        (
            {"url": "https://x.example/", "password": "x"},
            "username",
            "the user name of the account, too",
        ),
        ({"url": "ftp://calendar.example/"}, "url", "must begin with https://"),
        ({"url": "https://x.example/", "practitioner": "nobody"}, "practitioner", "somebody from the list"),
    ],
)
async def test_a_mistake_is_named_and_keeps_what_was_typed_but_the_password(
    desk: Desk, fields: Mapping[str, str], field: str, sentence: str
) -> None:
    owner = await desk.signed_in(Role.OWNER)
    answer = await add(owner, **({"password": ""} | dict(fields)))
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert re.search(rf'role="alert"><a href="#{field}">[^<]*{re.escape(sentence)}', text)
    assert f'value="{fields.get("url", "")}"' in text
    assert not re.search(r'type="password"[^>]*value=', text)


async def test_what_is_no_calendar_is_refused_in_french_too(desk: Desk, server: Receiver) -> None:
    server.responses = [served("<html>")]
    owner = await desk.signed_in(Role.OWNER)
    answer = await owner.post(f"{PAGE}?lang=fr", data={"practitioner": "one", "url": server.url})
    assert "Ce qui se trouve à cette adresse n’est pas un calendrier." in unescape(answer.text)


async def test_reception_sees_and_asks_but_adds_nothing(desk: Desk, server: Receiver) -> None:
    owner, reception = await desk.signed_in(Role.OWNER), await desk.signed_in(Role.RECEPTION)
    await add(owner, url=server.url)
    text = await page(reception)
    assert "127.0.0.1" in text
    assert 'name="url"' not in text
    assert f"{PAGE}/" in action(text, "ask")
    assert "/remove" not in text
    assert (await add(reception, url=server.url)).status_code == 403


async def test_visits_that_collide_are_listed_and_offered_other_times_once(desk: Desk) -> None:
    async with desk.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    reception = await desk.signed_in(Role.RECEPTION)
    hit = (await visit(desk.database, NINE)).appointments[0]
    owner = await desk.signed_in(Role.OWNER)
    async with running_receiver() as server:
        server.responses = [served(calendar_file(event(NINE, TEN)))]
        await add(owner, url=server.url)

    assert await impossible(desk.database) == [hit.id]
    text = await page(reception)
    assert "Visits that collide" in text
    assert hit.reference in text
    for _ in range(2):
        assert await press(reception, f"{PAGE}/offer") == 303
    async with desk.database.read() as session:
        offered = (await session.scalars(select(OfferedTime.appointment).distinct())).all()
    assert list(offered) == [hit.id]
    assert f'action="{PAGE}/offer"' not in await page(reception)
    other = await desk.signed_in(Role.PRACTITIONER, "two")
    assert hit.reference not in await page(other)


async def test_other_visits_are_not_listed(desk: Desk) -> None:
    calm = (await visit(desk.database, TEN)).appointments[0]
    await add_copy(desk.database, "one", [(NINE, TEN)])
    owner = await desk.signed_in(Role.OWNER)
    assert calm.reference not in await page(owner)


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        (BusyCode.WRONG_PASSWORD, "with a password that is valid."),
        (BusyCode.NOT_FOUND, "with the calendar’s present address."),
        (BusyCode.UNREACHABLE, "It is tried again by itself"),
    ],
)
async def test_a_calendar_that_takes_no_visits_says_what_to_do(desk: Desk, code: BusyCode, todo: str) -> None:
    owner = await desk.signed_in(Role.OWNER)
    assert "Calendars that visits are written into" not in await page(owner)
    calendar_id = uuid.uuid4()
    source = CalendarSource(BusyCalendarKind.CALDAV, "https://calendar.example/secret/", USER, PASSWORD)
    async with desk.database.write() as session:
        session.add(
            VisitCalendar(
                id=calendar_id,
                practitioner="one",
                secret=await encrypt_account(session, calendar_id, source),
                with_reference=False,
                created_at=desk.clock.now,
                created_by="a test",
                next_write_at=desk.clock.now + timedelta(days=1),
                failing_since=desk.clock.now,
                failure=code,
            )
        )
    text = await page(owner)
    assert "calendar.example" in text
    assert "visits can’t be written into it." in text
    assert todo in text
    assert "secret/" not in text
    other = await desk.signed_in(Role.PRACTITIONER, "two")
    assert "calendar.example" not in await page(other)


@pytest.mark.processes
async def test_one_calendar_of_an_account_is_chosen(desk: Desk, tmp_path: Path) -> None:
    owner = await desk.signed_in(Role.OWNER)
    async with running_radicale(tmp_path) as server:
        for name in ("home", "work"):
            await server.make_calendar(name)
        account = {"username": USER, "password": PASSWORD}
        answer = await add(owner, url=server.origin, **account)
        text = unescape(answer.text)
        assert answer.status_code == 422
        assert PASSWORD not in text
        found = dict(re.findall(r'name="url" value="([^"]+)" required><label for="url-\d">(\w+)<', text))
        assert set(found.values()) == {"Home", "Work"}
        work = next(url for url, name in found.items() if name == "Work")
        assert (await add(owner, url=work, **account)).status_code == 303
    assert "127.0.0.1, account" in await page(owner)
