"""The main journeys in Firefox and in WebKit, by pointer and by keyboard."""

from sqlalchemy import select

from booking.storage.models.appointments import Appointment
from booking.storage.models.waiting_list import WaitingListEntry
from tests.support.site import Site
from tests.widget.other_browsers.firefox import Firefox
from tests.widget.other_browsers.pages import strict_page
from tests.widget.other_browsers.tab import ENTER, ESCAPE, TAB, Tab
from tests.widget.waiting_list.conftest import site_with_list

LINK = """[...document.querySelector('book-online').shadowRoot.querySelectorAll('a')]
  .map(({ href }) => href).find((href) => href.includes('/manage'))"""
IS_CLOSED = "!document.querySelector('book-online').shadowRoot.querySelector('dialog').open"
IS_HELD = "getComputedStyle(document.documentElement).overflowY === 'hidden'"
MAKE_LONG = "document.querySelector('main').style.blockSize = '3000px'"
FOCUS_BEHIND = "document.querySelector('body > a').focus()"
TABS_AROUND = 60
"""More than a step has of what can have the focus."""


async def visits(site: Site) -> list[str]:
    async with site.database.read() as session:
        rows = await session.scalars(select(Appointment))
        return [f"{row.starts_at:%d %H:%M} {row.status.name}" for row in rows]


async def tabs_to(tab: Tab, *words: str) -> None:
    passed = [await tab.focused()]
    while not passed[-1].startswith(words):
        assert len(passed) < TABS_AROUND, passed
        await tab.types(TAB)
        passed.append(await tab.focused())


async def types_details(tab: Tab) -> None:
    await tabs_to(tab, "Your name", "Votre nom")
    await tab.types(f"Sample Patient{TAB}patient@example.com{TAB}416 555 0123{ENTER}")


async def answers_and_sends(tab: Tab) -> None:
    await tab.sees("h2", "Does any of these apply to you?")
    await tab.clicks("[part=primary]", "None of these")
    await tab.sees("h2", "Who is coming?")
    await types_details(tab)


async def chooses(tab: Tab, day: str, time: str) -> None:
    await tab.clicks("[part=day]", day)
    await tab.sees("h3", day)
    await tab.clicks("[part=time]", time)


async def test_a_visit_is_booked_on_a_strict_page_then_moved_and_cancelled(site: Site, tab: Tab) -> None:
    async with strict_page(site) as page:
        await tab.goto(page)
        await tab.clicks("[part=control]")
        await tab.sees("h2", "Choose a time")
        await chooses(tab, "Wednesday, November 25", "9:00 a.m.")
        await answers_and_sends(tab)
        await tab.sees("h2", "Your visit is booked")
        manage = str(await tab.evaluate(LINK))
        # It would be heard, if there were something.
        await tab.evaluate("console.error('A mistake')")
        assert await tab.evaluate("mistakes") == ["A mistake"]
    assert await visits(site) == ["25 14:00 BOOKED"]

    await tab.goto(manage)
    await tab.clicks("button", "Move the visit of Wednesday, November 25, 9:00 a.m.")
    await tab.sees("h2", "When would you like to come instead?")
    await chooses(tab, "Thursday, November 26", "9:00 a.m.")
    await tab.clicks("button", "Move my visit")
    await tab.sees("[role=alert]", "Your visit is moved to Thursday, November 26, 9:00 a.m.")
    await tab.clicks("button", "Cancel the visit of Thursday, November 26, 9:00 a.m.")
    await tab.clicks("button", "Yes, cancel it")
    await tab.sees("[role=alert]", "Your visit is cancelled.")
    assert await visits(site) == ["26 14:00 CANCELLED"]


async def test_the_soonest_time_is_booked_by_keyboard_in_a_dialog_that_keeps_the_focus(
    site: Site, tab: Tab
) -> None:
    async with strict_page(site) as page:
        await tab.goto(page)
        await tab.evaluate(MAKE_LONG)
        await tab.types(TAB)
        assert await tab.focused() == "Book Online"
        await tab.types(ENTER)
        await tab.sees("[part=choice]", "Soonest")
        assert await tab.focused() == "Choose a time"
        await tabs_to(tab, "Soonest")
        assert await tab.evaluate(IS_HELD)
        await tab.types(ENTER)
        await tab.sees("h2", "Does any of these apply to you?")
        await tabs_to(tab, "None of these")
        await tab.evaluate(FOCUS_BEHIND)
        assert await tab.focused() == "None of these"
        await tab.types(ENTER)
        await tab.sees("h2", "Who is coming?")
        assert await tab.focused() == "Who is coming?"
        await types_details(tab)
        await tab.sees("h2", "Your visit is booked")
        assert await visits(site) == ["23 14:00 BOOKED"]

        await tab.types(ESCAPE)
        await tab.waits_for(IS_CLOSED)
        assert await tab.focused() == "Book Online"
        assert not await tab.evaluate(IS_HELD)
        await tab.clicks("[part=control]")
        await tab.sees("h2", "Choose a time")
        await tab.presses(10, 500)
        await tab.waits_for(IS_CLOSED)
        assert await tab.evaluate("mistakes") == []


async def test_back_and_a_reload_lose_no_step_of_the_french_page(site: Site, tab: Tab) -> None:
    await tab.goto(f"{site.url}/book/dry-needling?lang=fr")
    await tab.sees("h2", "Choisissez une heure")
    await chooses(tab, "mercredi 25 novembre", "9 h")
    await tab.sees("h2", "L’un de ces points vous concerne\u2011t\u2011il?")
    await tab.clicks("[part=primary]")
    await tab.sees("h2", "Vos coordonnées")
    await tab.goes(by=-1)
    await tab.sees("h2", "L’un de ces points")
    await tab.reload()
    await tab.sees("h2", "L’un de ces points")
    assert str(await tab.evaluate("location.search")).endswith("&at=2026-11-25T14:00Z&step=screening")
    assert await site.is_taken("2026-11-25", "09:00")
    await tab.goes(by=-1)
    await tab.sees("h3", "mercredi 25 novembre")
    await tab.clicks("[part=time]", "9 h")
    await tab.clicks("[part=primary]")
    await tab.sees("h2", "Vos coordonnées")
    await types_details(tab)
    await tab.sees("[part=confirmed]")
    assert await visits(site) == ["25 14:00 BOOKED"]


async def test_a_visitor_waits_for_a_time(sqlite_url: str, firefox: Firefox) -> None:
    async with site_with_list(sqlite_url) as site, strict_page(site) as page:
        await firefox.goto(page)
        await firefox.clicks("[part=control]")
        await firefox.clicks("button", "Tell me if something earlier opens")
        await firefox.clicks("input[value=TUESDAY]")
        await firefox.clicks("[part=primary]", "Continue")
        await answers_and_sends(firefox)
        await firefox.sees("h2", "You are on the waiting list")
        assert await firefox.evaluate("mistakes") == []
        async with site.database.read() as session:
            [entry] = await session.scalars(select(WaitingListEntry))
    assert entry.available_times == [[1, 0, 1440]]
