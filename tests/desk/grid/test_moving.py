"""A visit is moved by keys, or by drag; a refusal leaves it where it was, and says why."""

import pytest
from playwright.async_api import expect

from tests.desk.grid.conftest import OpenDay

HOUR = 56


async def test_m_and_arrows_and_enter_move_a_visit(day: OpenDay) -> None:
    await day.visit(7).focus()
    await day.keys("m", "ArrowDown", "ArrowDown", "ArrowRight")
    await expect(day.page.get_by_role("status").last).to_have_text("10:55 a.m., Sample Practitioner B")
    assert day.desk.done == []
    await day.keys("Enter")

    await expect(day.page.locator("#column-practitioner-b")).to_contain_text("Sample Patient 7")
    await expect(day.page.locator(".preview")).to_have_count(0)
    await day.page.wait_for_load_state("networkidle")
    assert day.desk.done == [
        {
            "change": "move",
            "visit": "7",
            "practitioner": "practitioner-b",
            "starts_at": "2026-11-25T15:55:00.000Z",
            "version": "1",
            "next": "/desk/day",
        }
    ]
    await expect(day.visit(7)).to_be_focused()
    await expect(day.page.locator(".preview")).to_have_count(0)


async def test_escape_leaves_the_visit_where_it_was(day: OpenDay) -> None:
    await day.visit(7).focus()
    await day.keys("m", "PageDown", "Escape")

    await expect(day.page.locator(".preview")).to_have_count(0)
    await expect(day.page.get_by_role("status").last).to_have_text("Left as it was.")
    await expect(day.visit(7)).to_be_focused()
    await day.keys("m", "ArrowUp", "Enter")
    await expect(day.visit(7)).to_contain_text("10:40")
    assert [one["change"] for one in day.desk.done] == ["move"]


@pytest.mark.parametrize("way", ["keys", "drag"])
async def test_a_refused_move_snaps_back_and_says_why(day: OpenDay, way: str) -> None:
    day.desk.refuses = "That time is taken."
    if way == "keys":
        await day.visit(7).focus()
        await day.keys("m", "ArrowDown", "Enter")
    else:
        await day.visit(7).hover()
        await day.page.mouse.down()
        await day.page.mouse.move(200, 600, steps=4)
        await day.page.mouse.up()

    await expect(day.page.get_by_role("status").last).to_have_text("That time is taken.")
    await expect(day.page.locator(".preview, .lifted")).to_have_count(0)
    await expect(day.visit(7)).to_contain_text("10:45")
    assert len(day.desk.done) == 1


async def test_a_drag_goes_by_five_minutes_and_over_columns(day: OpenDay) -> None:
    box = await day.visit(7).bounding_box()
    target = await day.page.locator("#column-practitioner-c").bounding_box()
    assert box
    assert target
    x, y = box["x"] + 30, box["y"] + 10

    await day.page.mouse.move(x, y)
    await day.page.mouse.down()
    await day.page.mouse.move(target["x"] + 40, y + HOUR + 6, steps=5)
    await expect(day.page.locator(".target-time")).to_have_text("11:50 a.m.")
    await day.page.mouse.up()

    # What is dragged stands in the column before the server has answered.
    await expect(day.page.locator(".preview, .lifted")).to_have_count(0)
    await expect(day.page.locator("#column-practitioner-c")).to_contain_text("Sample Patient 7")
    assert day.desk.visit(7).start.strftime("%H:%M") == "11:50"
    # A drag is no press: no sheet opens.
    assert await day.page.locator("body > .sheet").count() == 0
    await day.visit(8).click()
    await expect(day.page.get_by_role("region", name="Sample Patient 8")).to_be_visible()


async def test_a_drag_ends_at_the_end_of_the_day(day: OpenDay) -> None:
    await day.visit(10).hover()
    await day.page.mouse.down()
    await day.page.mouse.move(200, 899, steps=4)
    await expect(day.page.locator(".target-time")).to_have_text("6:00 p.m.")
    await day.keys("Escape")
    await day.page.mouse.up()

    await expect(day.page.locator(".preview")).to_have_count(0)
    assert day.desk.done == []


async def test_a_press_that_hardly_moves_is_a_press(day: OpenDay) -> None:
    await day.visit(7).hover()
    await day.page.mouse.down()
    await day.page.mouse.move(200, 383)
    box = await day.visit(7).bounding_box()
    assert box
    await day.page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2)
    await day.page.mouse.up()
    assert day.desk.done == []
