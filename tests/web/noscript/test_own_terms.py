"""Pages without a script list services by category, and say how long a visit is with whom one chooses."""

from playwright.async_api import expect

from tests.support.clinics import edit_file, open_clinic, with_longer_visits_of_b
from tests.web.noscript.server import Server
from tests.web.noscript.visitor import NoscriptVisitor

CATEGORY = 'slug = "physiotherapy-follow-up"\ncategory = { en = "Physiotherapy", fr = "Physiothérapie" }'
FOLLOW_UP = "Physiotherapy follow-up"


async def test_each_practitioner_has_their_length_and_price(server: Server, visitor: NoscriptVisitor) -> None:
    await open_clinic(server.database, with_longer_visits_of_b())
    page = visitor.page
    await page.goto(f"{server.url}/book")
    service = page.get_by_role("link", name=FOLLOW_UP)
    await expect(service).to_contain_text("from 30 min")
    await expect(service).to_contain_text("from $80")
    await service.click()

    await expect(page.get_by_role("link", name="Sample Practitioner A")).to_contain_text("30 min")
    await page.get_by_role("link", name="Sample Practitioner B").click()

    await visitor.sees("Choose a time")
    await expect(page.locator("p.lead")).to_have_text("Physiotherapy follow-up60 min$120")
    chosen = page.get_by_role("radio", checked=True)
    await expect(chosen).to_have_accessible_name("Sample Practitioner B 60 min Physiotherapist · English")
    await visitor.chooses("Monday, November 23", "11:00 a.m.")
    await visitor.sees("Who is coming?")


async def test_services_stand_below_their_category(server: Server, visitor: NoscriptVisitor) -> None:
    await open_clinic(server.database, edit_file({'slug = "physiotherapy-follow-up"': CATEGORY}))
    page = visitor.page
    await page.goto(f"{server.url}/book")

    heading = page.get_by_role("heading", name="Physiotherapy", exact=True)
    await expect(page.locator("ul.cards")).to_have_count(2)
    await expect(page.locator("h3 + ul.cards a")).to_have_count(1)
    await expect(heading).to_be_visible()


async def test_a_service_says_for_whom_it_is(server: Server, visitor: NoscriptVisitor) -> None:
    own = 'slug = "physiotherapy-follow-up"\npatients = "new"\nyoungest = 16'
    await open_clinic(server.database, edit_file({'slug = "physiotherapy-follow-up"': own}))
    await visitor.page.goto(f"{server.url}/book")

    service = visitor.page.get_by_role("link", name=FOLLOW_UP)
    await expect(service).to_contain_text("New patients, 16 years and older")
