"""A clinic asks for consent: its text stands above a box in the step of the details."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, expect
from sqlalchemy import select

from booking.storage.models.consents import Consent
from tests.support.clinics import CONSENT, asking_for_consent, open_clinic
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor

MISSING = "Please tick the box if you agree. If you have questions, please call us."
AGREE = "I have read this and agree."


@pytest.fixture
async def asking(sqlite_url: str) -> AsyncIterator[Site]:
    async with running_site(sqlite_url, asking_for_consent()) as site:
        yield site


def box(visitor: Visitor, name: str = AGREE) -> Locator:
    return visitor.page.get_by_role("checkbox", name=name, exact=True)


async def consents(site: Site) -> list[tuple[str, str]]:
    async with site.database.read() as session:
        return [(row.version, row.language) for row in await session.scalars(select(Consent))]


async def test_a_clinic_without_a_text_shows_no_box(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)

    await expect(visitor.page.get_by_role("checkbox")).to_have_count(0)
    await expect(visitor.heading("Your consent")).to_have_count(0)


async def test_the_visitor_reads_the_text_and_agrees(asking: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(asking.url)
    await expect(box(visitor)).not_to_be_checked()
    await expect(box(visitor)).to_have_accessible_description(" ".join(CONSENT["en"].split()))
    text = visitor.page.locator("#consent-text")
    assert await text.inner_text() == CONSENT["en"]
    await expect(text.locator("a")).to_have_count(0)

    await box(visitor).check()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    assert await consents(asking) == [("2026-11", "en")]


async def test_a_box_that_is_not_ticked_is_marked(asking: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(asking.url)
    await visitor.button("Book this visit").click()

    await expect(box(visitor)).to_be_focused()
    await expect(box(visitor)).to_have_attribute("aria-invalid", "true")
    await expect(box(visitor)).to_have_accessible_description(
        " ".join(
            [
                "Please tick the box if you agree. If you have questions, please call us.",
                *CONSENT["en"].split(),
            ]
        )
    )
    assert await asking.count_appointments() == 0

    await visitor.page.keyboard.press("Space")
    await expect(box(visitor)).to_have_attribute("aria-invalid", "false")
    await expect(visitor.page.get_by_text("Please tick the box")).to_be_hidden()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_an_empty_field_comes_before_the_box(asking: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(asking.url)
    await visitor.field("Email").fill("")
    await visitor.button("Book this visit").click()

    await expect(visitor.field("Email")).to_be_focused()
    await expect(visitor.page.get_by_text("Please tick the box")).to_be_visible()


async def test_a_text_that_changed_meanwhile_is_shown_unticked(asking: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(asking.url)
    await box(visitor).check()
    new = {"en": "<b>New</b>\nWe keep your details for ten years.", "fr": "Nouveau."}
    await open_clinic(asking.database, asking_for_consent(version="2026-12", consent=new))
    await visitor.button("Book this visit").click()

    await expect(visitor.page.get_by_text("This text has changed.")).to_be_visible()
    assert await visitor.page.locator("#consent-text").inner_text() == new["en"]
    await expect(box(visitor)).not_to_be_checked()
    await expect(box(visitor)).to_be_focused()
    await expect(visitor.field("Your name")).to_have_value("Sample Patient")
    assert await asking.count_appointments() == 0

    await box(visitor).check()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    assert await consents(asking) == [("2026-12", "en")]


async def test_a_clinic_that_begins_to_ask_meanwhile_shows_its_text(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    await open_clinic(site.database, asking_for_consent())
    await visitor.button("Book this visit").click()

    await expect(visitor.page.get_by_text("Please tick the box")).to_be_visible()
    await box(visitor).check()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_a_ticked_box_stays_ticked_on_the_way_back(asking: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(asking.url)
    await box(visitor).check()
    await visitor.button("Back").click()
    await visitor.button("None of these").click()

    await visitor.arrives_at("Who is coming?")
    await expect(box(visitor)).to_be_checked()


async def test_the_text_and_the_box_are_in_the_visitors_language(asking: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{asking.url}/book/physiotherapy-assessment?lang=fr")
    await visitor.chooses("mardi 24 novembre", "9 h 15")
    await visitor.arrives_at("Vos coordonnées")
    await visitor.field("Votre nom").fill("Sample Patient")
    await visitor.field("Courriel").fill("patient@example.com")
    await visitor.field("Téléphone").fill("416 555 0123")
    await expect(visitor.page.locator("#consent-text")).to_have_attribute("lang", "fr")
    assert await visitor.page.locator("#consent-text").inner_text() == CONSENT["fr"]

    await box(visitor, "J’ai lu ce texte et j’y consens.").check()
    await visitor.button("Réserver ce rendez-vous").click()
    await visitor.arrives_at("Votre rendez-vous est confirmé")
    assert await consents(asking) == [("2026-11", "fr")]
