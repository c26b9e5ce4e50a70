"""A visitor books a visit, from the button to the reference."""

from datetime import timedelta
from pathlib import Path

from playwright.async_api import expect
from sqlalchemy import select

from booking.patients.contacts import notes_of_patients
from booking.storage.models.appointments import Appointment
from booking.storage.models.holds import Hold
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.browsers import wait_until_true
from tests.support.clinics import NOW
from tests.support.graphql_client import practitioner_id, problem_types
from tests.support.site import Site, page_of_another_origin
from tests.widget.visitor import Visitor

CSP = (
    "default-src 'none'; script-src {url}; connect-src {url}; style-src 'self'; "
    "require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
)
HOSTILE = """<!doctype html><html lang="en-GB"><title>A page</title><link rel="stylesheet" href="/reset.css">
<script type="module" src="{url}/widget/book-online.js"></script>
<p id="title">Ours</p><slot></slot>
<book-online service="dry-needling">Book Online</book-online>"""
RESET = "* { all: unset; text-transform: uppercase; display: inline; position: static; color: white }"


async def test_a_visit_is_booked_and_its_time_is_gone(any_site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(any_site.url)
    details = visitor.dialog.locator("[part~=summary]")
    await expect(details.get_by_text("Sample Practitioner A")).to_be_visible()
    await expect(details.get_by_text("45 min · $110")).to_be_visible()
    await expect(details.get_by_text("1 Main Street")).to_be_hidden()
    await details.locator("summary").click()
    await expect(details.get_by_text("1 Main Street")).to_be_visible()
    until = visitor.dialog.get_by_text("Move or cancel online until Monday, November 23, 7:00 a.m.")
    await expect(until).to_be_visible()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()

    await expect(until).to_be_visible()
    for text in (
        "Tuesday, November 24, 7:00 a.m.",
        "Physiotherapist · English, French",
        "1 Main Street, Suite 100",
    ):
        await expect(visitor.dialog.get_by_text(text)).to_be_visible()
    reference = await visitor.dialog.get_by_text("Reference").inner_text()
    assert await any_site.count_appointments() == 1
    async with any_site.database.read() as session:
        assert str(await session.scalar(select(Appointment.reference))) in reference

    await visitor.opens(any_site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.button("Tuesday, November 24").click()
    await expect(visitor.time("8:00 a.m.")).to_be_visible()
    await expect(visitor.time("7:00 a.m.")).to_have_count(0)


async def test_the_visitor_gets_a_calendar_file_and_events_carry_nothing_personal(
    site: Site, visitor: Visitor, tmp_path: Path
) -> None:
    await visitor.comes_to_details(site.url)
    await visitor.button("Book this visit").click()
    await visitor.is_booked()
    async with visitor.page.expect_download() as download:
        await visitor.page.get_by_role("link", name="Add to calendar").click()
    saved = tmp_path / "visit.ics"
    await (await download.value).save_as(saved)
    assert saved.read_text("utf-8").startswith("BEGIN:VCALENDAR")
    assert "Dry needling" in saved.read_text("utf-8")

    await visitor.button("Done").click()
    await wait_until_true(visitor.page, "pageEvents.at(-1)[0] === 'close'")

    steps = ["time", "screening", "details"]
    assert await visitor.page_events() == [
        ("open", {}),
        *(("step", {"step": step}) for step in steps),
        ("booked", {"service": "dry-needling"}),
        ("step", {"step": "confirmed"}),
        ("close", {}),
    ]


async def test_a_course_is_chosen_at_once_and_each_visit_can_be_changed(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{site.url}/book/dry-needling-course")
    await expect(visitor.heading("Visit 1 of 3: choose a time")).to_be_visible()
    await visitor.chooses("Wednesday, November 25", "4:00 p.m.")  # Only practitioner B is there.
    await visitor.arrives_at("Your visits")
    for day in ("November 25", "December 2", "December 9"):
        await expect(visitor.page.get_by_text(f"Wednesday, {day}, 4:00 p.m.")).to_be_visible()
    await visitor.button("Change visit 2").click()
    await visitor.arrives_at("Visit 2 of 3: choose a time")
    await visitor.time("12:00 p.m.").click()  # A is there too

    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()
    await visitor.is_booked("Your 3 visits are booked")
    for time in ("November 25, 4:00 p.m.", "December 2, 12:00 p.m.", "December 9, 4:00 p.m."):
        await expect(visitor.page.get_by_text(time)).to_be_visible()
    async with site.database.read() as session:
        booked = (await session.scalars(select(Appointment))).all()
    assert {(visit.practitioner, visit.course is not None) for visit in booked} == {
        ("sample-practitioner-b", True)
    }
    assert len(booked) == 3


async def test_a_course_without_a_rhythm_is_chosen_visit_by_visit(site: Site, visitor: Visitor) -> None:
    # So late that the third week is beyond what the clinic plans.
    await visitor.page.goto(f"{site.url}/book/dry-needling-course")
    await expect(visitor.heading("Visit 1 of 3: choose a time")).to_be_visible()
    await visitor.selects_practitioner("Sample Practitioner A")
    for _ in range(2):
        await visitor.button("Later weeks").click()
    await visitor.chooses("Wednesday, January 20, 2027", "9:00 a.m.")

    await visitor.arrives_at("Visit 2 of 3: choose a time")
    await visitor.chooses("Thursday, January 21, 2027", "9:00 a.m.")
    await visitor.arrives_at("Visit 3 of 3: choose a time")


async def test_a_visit_that_is_soon_says_how_its_booking_is_undone(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url, day="Monday, November 23", time="10:00 a.m.")
    rule = "Cancel online within 15 minutes of booking."
    await expect(visitor.dialog.get_by_text(rule)).to_be_visible()
    await visitor.button("Book this visit").click()
    await visitor.arrives_at("Your visit is booked")

    await expect(visitor.dialog.get_by_text("Until 7:15 a.m. you can cancel online.")).to_be_visible()
    undo = visitor.page.get_by_role("link", name="Undo this booking")
    await visitor.page.goto(await undo.get_attribute("href") or "")
    await visitor.page.get_by_role("button", name="Cancel the visit").click()
    await visitor.button("Yes, cancel it").click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Your visit is cancelled.")


async def test_a_visit_is_booked_for_somebody_else_with_a_note(site: Site, visitor: Visitor) -> None:
    await visitor.comes_to_details(site.url)
    choice = visitor.page.get_by_role("group", name="Who is the visit for?")
    await choice.get_by_role("radio", name="Somebody else").check()
    await expect(visitor.field("Their name")).to_have_value("Sample Patient")
    await visitor.page.get_by_text("Add note").click()
    await visitor.field("Add note").fill("Left knee")
    await visitor.button("Book this visit").click()
    await expect(visitor.field("Your name")).to_be_focused()
    await visitor.field("Your name").fill("Sample Parent")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()

    [contact] = await all_contacts(site.database)
    assert (contact.name, contact.contact_name) == ("Sample Patient", "Sample Parent")
    async with site.database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {contact.id: "Left knee"}


async def test_the_details_step_extends_the_hold(site: Site, visitor: Visitor) -> None:
    await visitor.opens(site.url)
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.arrives_at("Does any of these apply to you?")

    async def is_extended() -> bool:
        async with site.database.read() as session:
            return bool(await session.scalar(select(Hold.expires_at > NOW + timedelta(minutes=6))))

    site.clock.now += timedelta(minutes=4)
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.wait_until(is_extended)
    site.clock.now += timedelta(minutes=4)

    taken = await site.api.hold("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    assert problem_types(taken) == ["SlotTaken"]
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def test_a_strict_and_hostile_page_of_another_origin_embeds_it(site: Site, visitor: Visitor) -> None:
    headers = {"Content-Security-Policy": CSP.format(url=site.url)}
    async with page_of_another_origin(HOSTILE.format(url=site.url), css=RESET, headers=headers) as page:
        await visitor.page.goto(page)
        await visitor.button("Book Online").click()
        await visitor.chooses_practitioner("Sample Practitioner A")
        await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
        await visitor.answers_no()
        await visitor.fills_in()
        await visitor.button("Book this visit").click()
        assert (await visitor.is_booked()).startswith(f"{site.url}/manage?lang=en#")

        assert await site.count_appointments() == 1
        assert {url.partition("/widget")[0].partition("/graphql")[0] for url in visitor.requests} == {
            site.url, f"{page}/", f"{page}/reset.css"
        }  # fmt: skip
        assert await visitor.page.context.cookies() == []
        assert await visitor.page.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_the_keyboard_is_enough(site: Site, visitor: Visitor) -> None:
    press = visitor.page.keyboard.press
    await visitor.page.goto(site.url)
    await visitor.page.get_by_role("link", name="Book Online").first.focus()
    await press("Enter")
    await visitor.arrives_at("Choose a time")
    await expect(visitor.page.locator("[part~=soonest] button")).to_have_count(3)
    await expect(visitor.button("Monday, November 23")).to_be_visible()
    for _soonest in range(3):
        await press("Tab")
    await press("Tab")  # The part of the day.
    await press("Tab")  # With whom.
    await press("ArrowDown")
    await expect(visitor.button("Monday, November 23")).to_be_visible()
    await press("Tab")  # The weeks after; there are none before.
    await press("Tab")
    await expect(visitor.button("Monday, November 23")).to_be_focused()
    await press("ArrowRight")
    await expect(visitor.button("Tuesday, November 24")).to_be_focused()
    await press("Enter")
    await expect(visitor.heading("Tuesday, November 24")).to_be_visible()
    await expect(visitor.button("Tuesday, November 24")).to_be_focused()
    await press("Tab")
    await press("Enter")
    await visitor.arrives_at("Does any of these apply to you?")
    # On a box, Enter ticks and goes nowhere.
    for key in (
        "Tab",
        "Space",
        "Tab",
        "ArrowRight",
        "Tab",
        "Enter",
        "Enter",
        "Shift+Tab",
        "Shift+Tab",
        "Space",
    ):
        await press(key)
    await expect(visitor.page.get_by_role("checkbox", checked=True)).to_have_count(0)
    await visitor.button("None of these").focus()
    await press("Enter")
    await visitor.arrives_at("Who is coming?")
    await press("Tab")  # The details of what is booked.
    await press("Tab")
    for text in ("Sample Patient", "patient@example.com", "416 555 0123"):
        await press("Tab")
        await visitor.page.keyboard.type(text)
    await press("Enter")
    await visitor.is_booked()
    await press("Escape")
    await expect(visitor.dialog).to_have_count(0)
    await expect(visitor.page.get_by_role("link", name="Book Online").first).to_be_focused()


async def test_a_visit_is_booked_in_french(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(f"{site.url}/?lang=fr")
    await visitor.page.get_by_role("link", name="Réserver en ligne").first.click()
    await expect(visitor.button("mardi 1er décembre")).to_be_visible()
    await visitor.button("mardi 24 novembre").click()
    await expect(visitor.page.get_by_text("Heure de Toronto (HNE).")).to_be_visible()
    await visitor.time("7 h").first.click()
    await visitor.arrives_at("L’un de ces points vous concerne‑t‑il?")
    await visitor.button("Aucun de ces points").click()
    await visitor.field("Votre nom").fill("Patiente Exemple")
    await visitor.field("Courriel").fill("patiente@example.com")
    await visitor.field("Téléphone").fill("12")
    await visitor.button("Réserver ce rendez-vous").click()
    await expect(visitor.page.get_by_text("Veuillez vérifier ce numéro de téléphone.")).to_be_visible()
    await visitor.field("Téléphone").fill("416 555 0123")
    await visitor.button("Réserver ce rendez-vous").click()
    await visitor.arrives_at("Votre rendez-vous est confirmé")
    await expect(
        visitor.page.get_by_role("article").get_by_text("Puncture physiothérapique, première visite")
    ).to_be_visible()


async def test_without_javascript_the_button_is_a_link(site: Site, visitor: Visitor) -> None:
    assert visitor.page.context.browser
    plain = await visitor.page.context.browser.new_page(java_script_enabled=False)
    await plain.goto(site.url)
    await plain.get_by_role("link", name="Book Online").first.click()
    assert plain.url == f"{site.url}/book/dry-needling?lang=en"
    await expect(plain.get_by_text("416.545.1881").first).to_be_visible()
    await plain.close()


async def test_the_link_still_opens_in_another_tab(site: Site, visitor: Visitor) -> None:
    await visitor.page.goto(site.url)
    async with visitor.page.context.expect_page() as other:
        await visitor.page.get_by_role("link", name="Book Online").first.click(modifiers=["ControlOrMeta"])
    assert (await other.value).url == f"{site.url}/book/dry-needling?lang=en"
    await expect(visitor.dialog).to_have_count(0)
