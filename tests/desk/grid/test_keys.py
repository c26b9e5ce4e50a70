"""The day by keyboard alone."""

import pytest
from playwright.async_api import expect

from tests.desk.grid.conftest import OpenDay
from tests.desk.grid.sample_pages import WORDS


async def test_tab_stops_at_one_entry_and_arrows_go_on(day: OpenDay) -> None:
    await day.visit(7).focus()

    await day.keys("ArrowDown")
    assert (await day.focused()).startswith("Next free 11:15")
    await day.keys("ArrowUp", "ArrowUp")
    assert "Sample Patient 6" in await day.focused()
    await day.keys("ArrowRight")
    assert "Sample Patient 14" in await day.focused()
    await day.keys("Home")
    assert "Sample Patient 11" in await day.focused()
    await day.keys("ArrowLeft")
    assert "Sample Patient 2" in await day.focused()
    await day.keys("End")
    assert (await day.focused()).startswith("15 min free")
    assert await day.page.locator(".entry > a[tabindex='0']").count() == 1


async def test_n_goes_from_one_free_time_to_the_next(day: OpenDay) -> None:
    seen = []
    for _ in range(4):
        await day.keys("n")
        seen.append(await day.focused())

    assert [words.rpartition(" ")[2] for words in seen] == [
        "11:00–11:30",
        "11:15–12:00",
        "12:00–1:00",
        "12:45–1:00",
    ]


@pytest.mark.parametrize(
    ("key", "status"), [("a", "arrived"), ("i", "checked-in"), ("d", "fulfilled"), ("x", "noshow")]
)
async def test_a_letter_sets_the_status(day: OpenDay, key: str, status: str) -> None:
    await day.visit(7).focus()
    await day.keys(key)

    await expect(day.visit(7)).to_contain_text(WORDS["en"][status])
    assert day.desk.done == [
        {"change": "status", "visit": "7", "status": status, "version": "1", "next": "/desk/day"}
    ]
    assert "Sample Patient 7" in await day.focused()
    said = day.page.get_by_role("status").last
    await expect(said).to_contain_text(f"{WORDS['en'][status]} Sample Patient 7")

    await day.keys("z")
    await expect(day.page.locator(".toast")).to_contain_text("Undone")
    assert day.desk.done[1:] == [{"change": "undo"}]


async def test_enter_opens_the_sheet_and_escape_goes_back(day: OpenDay) -> None:
    await day.visit(7).focus()
    await day.keys("Enter")

    sheet = day.page.get_by_role("region", name="Sample Patient 7")
    await expect(sheet).to_be_focused()
    await day.keys("d")
    await expect(sheet.get_by_role("button", name="Done")).to_have_attribute("aria-pressed", "true")
    await day.keys("Escape")
    await expect(sheet).to_be_hidden()
    await expect(day.visit(7)).to_be_focused()


async def test_c_opens_the_sheet_at_the_reason(day: OpenDay) -> None:
    await day.visit(7).focus()
    await day.keys("c")

    await expect(day.page.get_by_label("Reason")).to_be_focused()
    assert day.desk.done == []


async def test_letters_are_letters_where_one_types(day: OpenDay) -> None:
    await day.keys("/")
    await expect(day.page.get_by_label("Name, phone, reference")).to_be_focused()
    await day.keys("n", "a", "?")

    await expect(day.page.get_by_label("Name, phone, reference")).to_have_value("na?")
    assert await day.page.get_by_role("dialog").count() == 0


async def test_letters_can_be_switched_off(day: OpenDay) -> None:
    await day.keys("?")
    letters = day.page.get_by_role("switch", name="Keys of one letter")
    await expect(letters).to_be_checked()
    await letters.focus()
    await day.keys(" ", "Escape")

    await day.open()
    await day.visit(7).focus()
    await day.keys("a", "n", "?")
    assert await day.page.get_by_role("dialog").count() == 0
    assert "Sample Patient 7" in await day.focused()
    await day.keys("ArrowDown")
    assert "Next free" in await day.focused()
    assert day.desk.done == []

    await day.page.get_by_role("button", name="All keys").click()
    await day.page.get_by_role("switch").click()
    await day.keys("Escape", "n")
    assert (await day.focused()).startswith("Next free 11:00")


async def test_keys_with_control_are_the_browsers(day: OpenDay) -> None:
    await day.visit(7).focus()
    await day.keys("Control+a", "Alt+x")

    assert day.desk.done == []
