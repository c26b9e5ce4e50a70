"""A receptionist's day by keyboard alone, from signing in to signing out, in Chromium and in Firefox."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from booking.domain.role import Role
from booking.storage.models.appointments import AppointmentStatus
from tests.desk.access.sign_in.test_password import PASSWORD, set_up
from tests.desk.booking.test_book import book, hold, visits
from tests.desk.desk_server import Desk
from tests.desk.working_day.keyboards import (
    ChromiumKeyboard,
    FirefoxKeyboard,
    Keyboard,
    activate,
    fill,
    reach,
)
from tests.support.browsers import wait_until
from tests.support.clinics import NOW
from tests.widget.other_browsers.firefox import Firefox, running_firefox

DAY = "Monday, November 23 2026"


@pytest.fixture
async def firefox() -> AsyncIterator[Firefox]:
    async with running_firefox(NOW) as running:
        yield running


async def test_in_chromium(page: Page, served: tuple[Desk, str]) -> None:
    await page.clock.set_system_time(NOW)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await work_a_day(ChromiumKeyboard(page), *served)


async def test_in_firefox(firefox: Firefox, served: tuple[Desk, str]) -> None:
    await firefox.resize(1440, 900)
    await work_a_day(FirefoxKeyboard(firefox), *served)
    assert firefox.errors == []


async def day_is_ready(keyboard: Keyboard) -> None:
    """With its keys, which the list of them is offered with."""
    await keyboard.sees("heading", DAY)
    await keyboard.sees("button", "All keys")


async def has_address(keyboard: Keyboard, part: str) -> bool:
    return part in await keyboard.address()


async def comes_to(keyboard: Keyboard, role: str, name: str) -> None:
    """Wait until it has the focus."""
    await wait_until(lambda: keyboard.is_at(role, name))


async def work_a_day(keyboard: Keyboard, desk: Desk, url: str) -> None:
    """Sign in, book, move, undo, note who has arrived, block, search, sign out."""
    reception = await desk.signed_in(Role.RECEPTION, name="Sample Reception 1")
    app, _ = await set_up(desk, reception)
    other = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await book(other, await hold(other))
    [earlier] = await visits(desk)

    await keyboard.goto(f"{url}/desk/day")
    await activate(keyboard, "summary", "Password and a code")
    await fill(keyboard, "textbox", "Name or email", "sample reception 1")
    await keyboard.press("Tab")
    await keyboard.write(PASSWORD)
    await keyboard.press("Tab")
    await keyboard.write(app.at(desk.clock.now))
    await keyboard.press("Enter")
    await day_is_ready(keyboard)

    # A regular calls: four keys and the name.
    await keyboard.press("b")
    await keyboard.sees("searchbox", "Find the patient")
    await keyboard.loads()
    await reach(keyboard, "searchbox", "Find the patient")
    await keyboard.write("sample call")
    await keyboard.press("Enter")
    await keyboard.sees("link", "Somebody else")
    await comes_to(keyboard, "button", "7:15\u00a0a.m. Sample Practitioner A Today Usual practitioner")
    await keyboard.press("Enter")
    await keyboard.sees("heading", "Read aloud")
    await keyboard.loads()
    await keyboard.press("n")
    await day_is_ready(keyboard)
    [booked] = [visit for visit in await visits(desk) if visit.id != earlier.id]
    words = f"Sample Caller {booked.reference} {{}} Dry needling, first visit"
    await keyboard.sees("link", "Booked " + words.format("7:15"))
    await comes_to(keyboard, "link", "Booked " + words.format("7:15"))

    # The patient would rather come an hour later; no, as it was; five minutes later, then.
    await keyboard.press("m", "PageDown", "Enter")
    await comes_to(keyboard, "link", "Booked " + words.format("8:15"))
    await keyboard.press("z")
    await comes_to(keyboard, "link", "Booked " + words.format("7:15"))
    await keyboard.press("m", "ArrowDown", "Enter")
    await comes_to(keyboard, "link", "Booked " + words.format("7:20"))

    # The patient is there.
    await keyboard.press("a")
    await keyboard.sees("link", "Arrived " + words.format("7:20 Waiting 0 min"))

    # The practitioner falls ill: the later visit is named, and nothing is dropped.
    await activate(keyboard, "link", "Blocked", way="Shift+Tab")
    await activate(keyboard, "link", "Somebody falls ill: away from now on, until further notice")
    await wait_until(lambda: has_address(keyboard, "endless=1"))
    await activate(keyboard, "button", "Save")
    await activate(keyboard, "button", "Go on, and we call the patients")
    await keyboard.sees("heading", "2 visits need another time")
    await keyboard.loads()
    assert {visit.status for visit in await visits(desk)} == {
        AppointmentStatus.BOOKED,
        AppointmentStatus.ARRIVED,
    }

    # Who was that?
    await keyboard.press("/")
    await comes_to(keyboard, "searchbox", "Find a patient or visit")
    await keyboard.write("sample cal")
    await keyboard.press("Enter")
    await keyboard.sees("heading", "Sample Caller")

    # Home, and the way back shows nothing.
    await activate(keyboard, "link", "S1, Account of Sample Reception 1")
    await activate(keyboard, "button", "Sign out")
    await keyboard.sees("link", "Sign in by a link")
    await keyboard.go_back()
    await keyboard.sees("link", "Sign in by a link")
    assert "Sample Caller" not in await keyboard.text()
