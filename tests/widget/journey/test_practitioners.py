"""Practitioners to choose from, with their faces, up to the confirmation."""

from pathlib import Path

from playwright.async_api import expect

from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from tests.booking.catalogue.clinic_file.images import picture
from tests.support.clinics import NOW, edit_file, open_clinic, with_longer_visits_of_b
from tests.support.site import Site
from tests.widget.visitor import Visitor

WITH_PHOTO = edit_file({'# photo = "photos/a.jpg"': 'photo = "photo.jpg"'})


async def load_photo(site: Site, folder: Path) -> None:
    """Of practitioner A."""
    (folder / "photo.jpg").write_bytes(picture(500, 400))
    file = parse_clinic_file(WITH_PHOTO, folder=folder)
    async with site.database.write() as session:
        await load_clinic_file(session, file, now=NOW, allow_rewrite=True)


async def test_a_photo_is_shown_to_its_size_from_the_choice_to_the_confirmation(
    site: Site, visitor: Visitor, tmp_path: Path
) -> None:
    await load_photo(site, tmp_path)
    page = visitor.page
    await page.goto(f"{site.url}/book/physiotherapy-follow-up")
    with_photo = page.locator(".person", has_text="Sample Practitioner A")

    # Another host than BOOK_ONLINE_SITE: the photo comes from where the widget is.
    await expect(with_photo.locator("img")).to_have_js_property("naturalWidth", 96)
    assert str(await with_photo.locator("img").get_attribute("src")).startswith(f"{site.url}/photos/")
    await expect(
        page.locator(".person", has_text="Sample Practitioner B").locator(".face")
    ).to_have_attribute("data-initials", "SB")
    await expect(page.locator(".person:not(.any) img")).to_have_count(1)
    await visitor.selects_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await expect(page.locator(".summary img")).to_have_js_property("naturalWidth", 96)
    await visitor.fills_in()
    await visitor.button("Book this visit").click()
    address = await visitor.is_booked()
    await expect(page.locator(".summary img")).to_have_js_property("naturalWidth", 96)
    await expect(page.locator(".summary")).to_contain_text("Physiotherapist · English, French")
    await page.goto(address)
    await expect(page.locator(".summary img")).to_have_js_property("naturalWidth", 96)


async def test_initials_stay_where_a_photo_can_not_be_shown(
    site: Site, visitor: Visitor, tmp_path: Path
) -> None:
    await load_photo(site, tmp_path)
    page = visitor.page
    await page.route("**/photos/**", lambda route: route.abort())
    await page.goto(f"{site.url}/book/physiotherapy-follow-up")

    await expect(
        page.locator(".person", has_text="Sample Practitioner A").locator(".face")
    ).to_have_attribute("data-initials", "SA")
    await expect(page.locator(".person img")).to_have_count(0)


async def test_the_keyboard_chooses_a_practitioner_and_keeps_the_focus(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(f"{site.url}/book/physiotherapy-follow-up")
    people = page.get_by_role("radiogroup", name="Practitioner")
    await people.get_by_role("radio", name="Any available practitioner").focus()

    await page.keyboard.press("ArrowDown")

    await expect(people.get_by_role("radio", name="Sample Practitioner A")).to_be_focused()
    await expect(people.get_by_role("radio", name="Sample Practitioner A")).to_be_checked()
    await expect(visitor.button("Friday, November 27")).to_have_count(0)
    await expect(visitor.button("Thursday, November 26")).to_be_visible()


async def test_nothing_moves_when_next_times_and_photos_come(
    site: Site, visitor: Visitor, tmp_path: Path
) -> None:
    await load_photo(site, tmp_path)
    page = visitor.page
    await page.goto(f"{site.url}/book/physiotherapy-follow-up")
    await expect(page.locator(".next").nth(1)).to_contain_text("Next: ")
    heights = await page.locator(".person").evaluate_all("cards => cards.map((card) => card.offsetHeight)")

    await page.locator(".next, .face img").evaluate_all(
        "parts => parts.forEach((part) => part.matches('img') ? part.remove() : part.replaceChildren())"
    )

    assert heights == await page.locator(".person").evaluate_all(
        "cards => cards.map((card) => card.offsetHeight)"
    )


async def test_a_visitor_sees_the_length_and_price_with_whom_they_choose(
    site: Site, visitor: Visitor
) -> None:
    await open_clinic(site.database, with_longer_visits_of_b())
    page = visitor.page
    await page.goto(f"{site.url}/book")
    service = page.get_by_role("button", name="Physiotherapy follow-up")
    await expect(service).to_contain_text("from 30 min")
    await expect(service).to_contain_text("from $80")
    await service.click()

    for name, length in (("Sample Practitioner A", "30 min"), ("Sample Practitioner B", "60 min")):
        await expect(page.locator("label").filter(has_text=name)).to_contain_text(length)
    await visitor.selects_practitioner("Sample Practitioner B")
    await visitor.chooses("Monday, November 23", "11:00 a.m.")

    await visitor.arrives_at("Who is coming?")
    await expect(page.locator("[part~=summary] > summary")).to_contain_text("60 min · $120")
