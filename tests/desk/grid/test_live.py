"""Each open desk shows what others change, and says when it can't."""

from playwright.async_api import Page, expect

from tests.desk.grid.conftest import OpenDay
from tests.desk.grid.sample_visits import NOW

COUNT = """() => {
  window.touched = [];
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    touched.push(...added.map(({ id, nodeName }) => id || nodeName));
  }).observe(document.querySelector('.agenda'), { childList: true, subtree: true });
}"""


async def connected(day: OpenDay) -> None:
    await expect(day.page.locator(".live")).to_have_text("Live")
    for _ in range(100):
        if day.desk.streams:
            return
        await day.page.wait_for_timeout(20)
    raise AssertionError("the page did not connect")


async def test_a_change_repaints_one_visit(day: OpenDay) -> None:
    await connected(day)
    await day.page.evaluate(COUNT)
    visit = day.desk.visit(7)
    visit.status = "arrived"
    day.desk.tell()

    await expect(day.visit(7)).to_contain_text("Arrived")
    assert await day.page.evaluate("touched") == [f"visit-{visit.id}"]
    await expect(day.page.get_by_role("status").last).to_contain_text(
        "1 visit changed: Arrived Sample Patient 7"
    )


async def test_the_focus_stays_on_the_visit_that_changed(day: OpenDay) -> None:
    await connected(day)
    await day.visit(7).focus()
    day.desk.visit(7).column = "practitioner-c"
    day.desk.tell()

    await expect(day.page.locator("#column-practitioner-c")).to_contain_text("Sample Patient 7")
    await expect(day.visit(7)).to_be_focused()


async def test_a_visit_that_is_gone_gives_the_focus_to_the_one_before(day: OpenDay) -> None:
    await connected(day)
    await day.visit(7).focus()
    day.desk.entries.remove(day.desk.visit(7))
    day.desk.tell()

    await expect(day.page.get_by_text("Sample Patient 7", exact=True)).to_have_count(0)
    assert "Sample Patient 6" in await day.focused()


async def test_a_lost_connection_says_so_and_catches_up(day: OpenDay) -> None:
    await connected(day)
    day.desk.connected = False

    await expect(day.page.locator(".live")).to_have_text("Connection lost, list of 10:24 a.m.")
    await expect(day.visit(7)).to_be_visible()
    day.desk.visit(7).status = "arrived"
    day.desk.connected = True

    await expect(day.page.locator(".live")).to_have_text("Live")
    await expect(day.visit(7)).to_contain_text("Arrived")


async def test_the_time_that_is_left_of_a_held_one_is_counted_for_the_eye_alone(
    page: Page, desk_url: str
) -> None:
    await page.clock.install(time=NOW)
    await page.goto(f"{desk_url}/desk/day")
    held = page.locator(".entry.held").first
    left = held.locator("[aria-hidden=true].countdown")
    await expect(left).to_have_text("· 6 min left")

    await page.clock.run_for(90_000)
    await expect(left).to_have_text("· 5 min left")
    await page.clock.run_for(210_000)
    await expect(left).to_have_text("· under 1 min left")
    assert await page.get_by_role("status").last.inner_text() == ""
    await page.clock.run_for(90_000)
    await expect(left).to_have_count(0)
    await expect(held).to_contain_text("until 10:29")
