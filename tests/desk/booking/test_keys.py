"""Booking by phone in a browser: four keys and the name."""

from playwright.async_api import Page, expect

from booking.domain.role import Role
from tests.desk.booking.test_book import CALLER, book, hold, visits
from tests.desk.desk_server import Desk


async def open_day(page: Page, desk: Desk, url: str) -> None:
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    await page.goto(f"{url}/desk/sign-in/link#{await desk.link(member)}")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/day")


async def test_four_keys_and_the_name_book_a_regular(page: Page, served: tuple[Desk, str]) -> None:
    desk, url = served
    other = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await book(other, await hold(other))
    [first] = await visits(desk)
    await open_day(page, desk, url)

    await page.keyboard.press("b")
    await expect(page.get_by_role("searchbox", name="Find the patient")).to_be_focused()
    await page.wait_for_load_state()  # Its modules have run.
    await page.keyboard.type("sample call")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Sample Practitioner").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Read aloud")).to_be_visible()
    await page.wait_for_load_state()  # Its modules have run.
    await page.keyboard.press("n")
    await page.wait_for_url("**/desk/day?date=*")

    booked = await visits(desk)
    assert len(booked) == 2
    [new] = [visit for visit in booked if visit.id != first.id]
    assert (new.service, new.practitioner) == (first.service, first.practitioner)
    await expect(page.locator(f"#visit-{new.id}")).to_contain_text(CALLER["name"])


async def test_escape_lets_the_time_go_and_keeps_the_caller(page: Page, served: tuple[Desk, str]) -> None:
    desk, url = served
    await open_day(page, desk, url)
    await page.goto(f"{url}/desk/book?service=dry-needling")
    await page.get_by_label("Name", exact=True).fill("Sample Caller")
    await page.get_by_label("Phone", exact=True).fill("416 555 0188")
    await page.get_by_role("button", name="Sample Practitioner").first.click()
    await expect(page.get_by_role("heading", name="Read aloud")).to_be_visible()
    await page.wait_for_load_state()  # Its modules have run.

    await page.keyboard.press("Escape")

    await expect(page.get_by_label("Name", exact=True)).to_have_value("Sample Caller")
    await expect(page.locator(".time").first).to_be_focused()
    await page.wait_for_load_state()  # Its modules have run.
    await page.get_by_label("Phone", exact=True).fill("416 555 0199")
    await page.get_by_role("button", name="Show times").click()
    await expect(page.get_by_label("Phone", exact=True)).to_have_value("416 555 0199")
    await page.goto(f"{url}/desk/day")
    await expect(page.locator(".entry.held")).to_have_count(0)
    assert await visits(desk) == []


async def test_the_list_follows_the_typing(page: Page, served: tuple[Desk, str]) -> None:
    desk, url = served
    other = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await book(other, await hold(other))
    await open_day(page, desk, url)
    await page.goto(f"{url}/desk/book")

    await page.get_by_role("searchbox", name="Find the patient").press_sequentially("0188 sample")
    await expect(page.get_by_role("list", name="Patients found").get_by_role("link")).to_have_count(0)
    await page.get_by_role("searchbox", name="Find the patient").fill("sample ca")

    await expect(page.get_by_role("list", name="Patients found").get_by_role("link")).to_have_count(1)
