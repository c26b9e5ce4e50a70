"""A visitor books in a browser that runs no script, from the list of services to the reference."""

import re
from pathlib import Path

from playwright.async_api import expect

from booking.api_keys import create_site_key
from tests.booking.patients.stored_contacts import all_topics
from tests.support.clinics import NOW
from tests.support.site import page_of_another_origin
from tests.web.noscript.server import Server
from tests.web.noscript.visitor import NoscriptVisitor


async def test_a_visit_is_booked(server: Server, visitor: NoscriptVisitor, tmp_path: Path) -> None:
    await visitor.opens_details(server.url)
    await expect(visitor.text("We keep this time for you until 7:05 a.m.")).to_be_visible()
    await visitor.fills_in()
    await visitor.books()

    await visitor.sees("Your visit is booked")
    [appointment] = await server.appointments()
    [patient] = await server.patients()
    for text in (
        appointment.reference,
        "Dry needling, first visit",
        "Tuesday, November 24, 7:00 a.m.",
        "Physiotherapist · English, French",
        "1 Main Street, Suite 100",
        "Have a light meal beforehand.",
        "save the link now",
    ):
        await expect(visitor.page.locator("main").get_by_text(text)).to_be_visible()
    assert appointment.practitioner == "sample-practitioner-a"
    assert await all_topics(server.database) == [[]]
    assert (patient.name, patient.email, patient.phone, patient.language) == (
        "Sample Patient",
        "patient@example.com",
        "+14165550123",
        "en",
    )
    async with visitor.page.expect_download() as download:
        await visitor.button("Add to calendar").click()
    saved = tmp_path / "visit.ics"
    await (await download.value).save_as(saved)
    assert saved.read_text("utf-8").startswith("BEGIN:VCALENDAR")
    assert appointment.reference in saved.read_text("utf-8")


async def test_the_soonest_times_come_first_each_with_who_gives_the_visit(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.page.goto(f"{server.url}/book/dry-needling/times")
    soonest = visitor.page.locator(".soonest button")
    await expect(soonest).to_have_count(3)
    await expect(soonest.first).to_have_accessible_name(
        "Soonest Monday, November 23 9:00 a.m. Sample Practitioner A Physiotherapist"
    )
    await soonest.nth(1).click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.books()
    [appointment] = await server.appointments()
    assert appointment.practitioner == "sample-practitioner-b"


async def test_a_visit_is_booked_in_a_frame_of_another_site(server: Server, visitor: NoscriptVisitor) -> None:
    html = f'<!doctype html><title>A page</title><iframe src="{server.url}/book" title="Book"></iframe>'
    async with page_of_another_origin(html) as home:
        async with server.database.write() as session:
            await create_site_key(session, "Sample Site", [home], now=NOW)
        await visitor.page.goto(home)
        visitor.frame = visitor.page.frame_locator("iframe")
        await visitor.chooses_service()
        await visitor.continues_to_details()
        await expect(visitor.link("416.545.1881")).to_be_visible()
        await visitor.fills_in()
        await visitor.books()

        await visitor.sees("Your visit is booked")
        await expect(visitor.link("Move or cancel")).to_have_attribute("target", "_blank")
        assert len(await server.appointments()) == 1


async def test_the_manage_link_opens_the_booked_appointment(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_details(server.url)
    await visitor.fills_in()
    await visitor.books()

    address = await visitor.link("Move or cancel").get_attribute("href")
    assert re.fullmatch(r"/visits/[0-9a-f]{64}\?lang=en", address or "")
    await visitor.link("Move or cancel").click()
    await visitor.sees("Will you come?")


async def test_an_answer_that_matters_to_the_practitioner_is_booked_with_the_visit(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_times(server.url)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.sees("Does any of these apply to you?")
    await visitor.box("Allergy to metals, such as nickel").check()
    await visitor.button("Continue").click()
    await visitor.fills_in()
    await visitor.books()

    await visitor.sees("Your visit is booked")
    assert await all_topics(server.database) == [["metal-allergy"]]


async def test_a_service_without_questions_asks_none(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.page.goto(f"{server.url}/book/physiotherapy-follow-up/times")
    await visitor.chooses("Monday, November 23", "9:00 a.m.")

    await visitor.sees("Who is coming?")
    await expect(visitor.text("Cancel online within 15 minutes of booking.")).to_be_visible()
    await visitor.fills_in()
    await visitor.books()
    await visitor.sees("Your visit is booked")
    await expect(visitor.text("Until 7:15 a.m. you can cancel online.")).to_be_visible()


async def test_another_practitioner_shows_other_times(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_times(server.url)
    who = visitor.page.get_by_role("group", name="Practitioner").get_by_role("radio")
    await expect(who.and_(visitor.page.get_by_label("Sample Practitioner A"))).to_be_checked()
    await who.and_(visitor.page.get_by_label("Sample Practitioner B")).check()
    await visitor.button("Show times").click()

    await visitor.chooses("Friday, November 27", "7:00 a.m.")
    await expect(visitor.text("Sample Practitioner B")).to_be_visible()


async def test_later_days_are_on_the_next_page(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_times(server.url)
    await expect(visitor.link("Earlier")).to_have_count(0)
    await visitor.link("Later").click()
    await expect(visitor.page.get_by_text("Monday, December 7 to Sunday, December 20")).to_be_visible()
    await visitor.chooses("Monday, December 7", "9:00 a.m.")
    await expect(visitor.text("Monday, December 7, 9:00 a.m.")).to_be_visible()


async def test_two_weeks_without_open_times_name_the_next_open_day(
    server: Server, visitor: NoscriptVisitor
) -> None:
    begin, back = server.clock.now, server.clock.now.replace(month=12, day=17, hour=5)
    await server.add_time_off("sample-practitioner-a", begin, back)
    await visitor.opens_times(server.url)

    await expect(visitor.text("The next day with open times is Thursday, December 17.")).to_be_visible()
    await expect(visitor.page.locator("main").get_by_role("link", name="416.545.1881")).to_be_visible()
    await visitor.link("Show Thursday, December 17").click()
    await visitor.chooses("Thursday, December 17", "9:00 a.m.")
    await visitor.sees("Does any of these apply to you?")


async def test_a_practitioner_without_open_times_leaves_the_phone_number(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await server.add_time_off(
        "sample-practitioner-a", server.clock.now, server.clock.now.replace(year=2027, month=6)
    )
    await visitor.opens_times(server.url)

    await expect(visitor.text("Nothing is open online up to Friday, January 22, 2027.")).to_be_visible()


async def test_a_course_is_chosen_visit_by_visit(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_times(server.url, "Dry needling, course of 3 follow-ups")
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    await visitor.sees("Visit 2 of 3: choose a time")
    await expect(visitor.text("Tuesday, December 1 to Monday, December 14")).to_be_visible()
    await visitor.chooses("Wednesday, December 2", "7:15 a.m.")
    await visitor.sees("Visit 3 of 3: choose a time")
    await visitor.chooses("Thursday, December 10", "7:30 a.m.")

    await visitor.sees("Your visits")
    assert await server.count_holds() == 0
    await visitor.link("Choose another time for visit 2").click()
    await visitor.sees("Visit 2 of 3: choose a time")
    await visitor.chooses("Thursday, December 3", "8:00 a.m.")
    await visitor.sees("Your visits")
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()

    await visitor.sees("Your 3 visits are booked")
    appointments = await server.appointments()
    assert [f"{appointment.starts_at:%m-%d %H:%M}" for appointment in appointments] == [
        "11-24 12:00",
        "12-03 13:00",
        "12-10 12:30",
    ]
    assert {(appointment.practitioner, appointment.course) for appointment in appointments} == {
        ("sample-practitioner-a", appointments[0].course)
    }
    for appointment in appointments:
        await expect(visitor.text(appointment.reference)).to_be_visible()


async def test_a_course_stays_with_the_practitioner_of_its_first_visit(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.page.goto(f"{server.url}/book/dry-needling-course/times")
    await visitor.chooses("Friday, November 27", "7:00 a.m.")  # Only practitioner B is there.
    await expect(visitor.text("With: Sample Practitioner B, Physiotherapist")).to_be_visible()
    await expect(visitor.page.get_by_role("heading", name="Tuesday, December 8")).to_have_count(0)
    await visitor.chooses("Friday, December 4", "7:00 a.m.")
    await visitor.chooses("Friday, December 11", "7:00 a.m.")
    await visitor.button("Continue").click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book these 3 visits").click()

    await visitor.sees("Your 3 visits are booked")
    assert {appointment.practitioner for appointment in await server.appointments()} == {
        "sample-practitioner-b"
    }


async def test_an_answer_that_asks_for_a_call_releases_the_held_time(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.opens_times(server.url)
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")
    assert await server.count_holds() > 0
    await visitor.box("Pregnant, or could be").check()
    await visitor.button("Continue").click()

    await visitor.sees("Please call us first")
    main = visitor.page.locator("main")
    await expect(main.get_by_role("link", name="416.545.1881")).to_be_visible()
    await expect(main.get_by_text("Monday to Friday")).to_be_visible()
    await expect(main.get_by_text("We did not keep your answers.")).to_be_visible()
    assert await server.count_holds() == 0
    assert "answer-" not in await visitor.page.content()
    await main.get_by_role("link", name="Physiotherapy follow-up").click()
    await expect(visitor.page).to_have_url(re.compile("/book/physiotherapy-follow-up"))


async def test_choosing_another_time_releases_the_first(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.opens_details(server.url)
    await visitor.button("Choose another time").click()

    await visitor.sees("Choose a time")
    assert await server.count_holds() == 0
    await visitor.chooses("Tuesday, November 24", "7:00 a.m.")


async def test_a_visit_is_booked_in_french(server: Server, visitor: NoscriptVisitor) -> None:
    await visitor.page.goto(f"{server.url}/book?lang=fr")
    await visitor.page.get_by_role("link", name="Puncture physiothérapique, première visite").click()
    await visitor.page.get_by_role("link", name="Sample Practitioner A").click()
    await visitor.sees("Choisissez une heure")
    await expect(visitor.text("45 min")).to_be_visible()
    await visitor.chooses("mardi 24 novembre", "7 h")
    await visitor.sees("L’un de ces points vous concerne‑t‑il?")
    await visitor.box("Aucun de ces points").check()
    await visitor.button("Continuer").click()
    await visitor.field("Votre nom").fill("Sample Patient")
    await visitor.field("Courriel").fill("patient@example.com")
    await visitor.field("Téléphone").fill("416 555 0123")
    await visitor.button("Réserver ce rendez-vous").click()

    await visitor.sees("Votre rendez-vous est confirmé")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "fr")
    assert [patient.language for patient in await server.patients()] == ["fr"]


async def test_changing_the_language_on_the_way_loses_nothing(
    server: Server, visitor: NoscriptVisitor
) -> None:
    await visitor.page.goto(
        f"{server.url}/book/dry-needling/times?with=sample-practitioner-a&from=2026-12-07"
    )
    await visitor.link("Français").click()
    await visitor.chooses("lundi 7 décembre", "9 h")
    await visitor.page.get_by_role("checkbox").first.check()
    await visitor.button("English").click()
    await visitor.sees("Does any of these apply to you?")
    await visitor.page.get_by_role("checkbox", checked=True).uncheck()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Français").click()
    await visitor.sees("Vos coordonnées")
    await expect(visitor.field("Courriel")).to_have_value("patient@example.com")
    await visitor.button("Réserver ce rendez-vous").click()
    await visitor.sees("Votre rendez-vous est confirmé")
    [appointment] = await server.appointments()
    await visitor.button("English").click()

    await visitor.sees("Your visit is booked")
    await expect(visitor.text(appointment.reference)).to_be_visible()
    assert len(await server.appointments()) == 1
