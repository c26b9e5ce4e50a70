"""The lines of `book-online embed` work on a page; a pinned script of other bytes does not run."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor
from web.embed.snippet import Element, snippet

LINK = """<!doctype html><html lang="fr-CA"><title>A page of a site builder</title>
<script type="module" src="{url}/widget/book-online.js"></script>
<a class="theirs" href="{url}/book/dry-needling"
  data-book-online data-service="dry-needling">Prendre rendez-vous</a>"""
PLAIN = """<!doctype html><html lang="en"><title>A page</title>
<script type="module" src="{url}/widget/book-online.js"></script>
<book-online>First</book-online><book-online service="dry-needling">Second</book-online>"""


@pytest.mark.parametrize("pinned", [False, True])
async def test_the_printed_lines_make_the_button_work(site: Site, visitor: Visitor, pinned: bool) -> None:
    lines = snippet(site.url, Element("dry-needling"), pinned=pinned)
    assert ("integrity=" in lines) is pinned
    async with page_of_another_origin(f"<!doctype html><html lang=en><title>A page</title>{lines}") as page:
        await visitor.opens(page)
        await visitor.arrives_at("Choose a time")


async def test_a_pinned_script_that_was_changed_leaves_the_link(site: Site, visitor: Visitor) -> None:
    lines = snippet(site.url, Element("dry-needling"), pinned=True).replace("sha384-", "sha384-AAAA")
    async with page_of_another_origin(f"<!doctype html><html lang=en><title>A page</title>{lines}") as page:
        await visitor.page.goto(page)
        await visitor.page.get_by_role("link", name="Book Online").click()
        await expect(visitor.page).to_have_url(re.compile(f"{site.url}/book/dry-needling"))


def test_the_embed_snippet_escapes_its_arguments() -> None:
    lines = snippet("https://example.com/a&b", Element('"><script>', "fr"), pinned=False)

    assert lines.count("<script") == 1
    assert "a&amp;b" in lines
    assert "Réserver en ligne" in lines


async def test_a_link_that_a_site_builder_lets_through_opens_the_dialog_and_keeps_its_look(
    site: Site, visitor: Visitor
) -> None:
    async with page_of_another_origin(LINK.format(url=site.url)) as page:
        await visitor.loads(page)
        link = visitor.page.get_by_role("link", name="Prendre rendez-vous")
        await link.click()

        await visitor.arrives_at("Choisissez une heure")
        await visitor.page.keyboard.press("Escape")
        await expect(link).to_be_focused()
        await expect(visitor.page.get_by_role("link")).to_have_count(1)
        await link.click()
        await visitor.arrives_at("Choisissez une heure")


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("?book=dry-needling", "Choose a time"),
        ("?book=dry-needling).", "Choose a time"),
        ("?book=3DDry-Needling%0A", "Choose a time"),
        ("?book", "What can we do for you?"),
    ],
)
async def test_an_address_can_ask_for_the_dialog(
    site: Site, visitor: Visitor, query: str, heading: str
) -> None:
    async with page_of_another_origin(PLAIN.format(url=site.url)) as page:
        await visitor.page.goto(f"{page}/{query}")

        await visitor.arrives_at(heading)
        await expect(visitor.dialog).to_have_count(1)


async def test_a_page_that_knows_its_visitor_fills_in_the_form(site: Site, visitor: Visitor) -> None:
    async with page_of_another_origin(PLAIN.format(url=site.url)) as page:
        await visitor.loads(page)
        await visitor.page.evaluate(
            """() => document.querySelector('[service]').open(
                { patient: { name: 'Sample Patient', email: 'patient@example.com' } })"""
        )
        await visitor.chooses_practitioner("Sample Practitioner A")
        await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
        await visitor.answers_no()

        await visitor.arrives_at("Who is coming?")
        await expect(visitor.field("Your name")).to_have_value("Sample Patient")
        await expect(visitor.field("Phone")).to_have_value("")


async def test_leaving_a_half_filled_form_is_asked_about(site: Site, visitor: Visitor) -> None:
    asked: list[str] = []
    await visitor.comes_to_details(site.url)

    async def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        await dialog.accept()  # type: ignore[attr-defined]

    visitor.page.on("dialog", stay)
    await visitor.page.reload()

    assert asked == ["beforeunload"]


async def test_calendar_links_describe_the_booked_visit(site: Site, visitor: Visitor, page: Page) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.button("Book this visit").click()
    await visitor.is_booked()

    google = await page.get_by_role("link", name="Google Calendar").get_attribute("href")
    outlook = await page.get_by_role("link", name="Outlook").get_attribute("href")
    assert google
    assert "dates=20261124T120000Z%2F20261124T124500Z" in google
    assert outlook
    assert "startdt=2026-11-24T12%3A00%3A00Z" in outlook
    assert "subject=Dry%20needling%2C%20first%20visit" in outlook
    assert "+" not in outlook
