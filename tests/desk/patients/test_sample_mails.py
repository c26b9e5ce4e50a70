"""The page of sample mails: for owners, each mail in each language, and nothing in it that acts."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from playwright.async_api import Page, expect

from booking.domain.role import Role
from booking.notifications.samples.registry import SAMPLE_MAILS
from booking.storage.models.appointments import Appointment
from booking.storage.queries.catalogue import all_rows
from tests.desk.audited_pages import findings
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import SAMPLE
from tests.support.live_server import live_server
from tests.widget.accessibility.test_axe import AXE

PAGE = "/desk/mails"
TEXTS = f"{PAGE}/texts"
EVERYTHING = f"{SAMPLE}\n[reminders]\n[sms]\n[waiting_list]\n"
MAIL = {"mail_url": "smtp://127.0.0.1:9", "mail_from": "Sample Clinic <bookings@example.com>"}


SMS = {
    "sms_account": "AC1",
    "sms_token": "secret-word",
    "sms_from": "+14165550199",
    "sms_price": "0.0079 USD",
}


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    """The desk of a clinic that sends every kind of mail, without a mail server."""
    async with running_desk(sqlite_url, EVERYTHING, **SMS) as running:
        yield running


@pytest.fixture
async def with_server(sqlite_url: str) -> AsyncIterator[Desk]:
    """A desk whose settings name a mail server, which is down."""
    async with running_desk(sqlite_url, EVERYTHING, **MAIL) as running:
        yield running


@pytest.mark.parametrize("kind", SAMPLE_MAILS)
async def test_each_mail_is_shown_in_each_language(desk: Desk, kind: str) -> None:
    owner = await desk.signed_in()

    for language, clinic in (("en", "Sample Health Services"), ("fr", "Services de santé Exemple")):
        page = await owner.get(f"{PAGE}?kind={kind}&language={language}")
        html = await owner.get(f"{PAGE}/sample?kind={kind}&language={language}")

        assert (page.status_code, html.status_code) == (200, 200)
        assert clinic in page.text
        assert clinic in html.text
        assert ("SAMPLE-1" in html.text) == (kind not in ("waiting", "opening"))
        assert f'<html lang="{language}"' in html.text
        assert ("BEGIN:VCALENDAR" in page.text) == (kind in ("booked", "course", "moved", "cancelled"))
    async with desk.database.read() as session:
        assert await all_rows(session, Appointment) == []


async def test_the_page_is_in_the_language_of_the_reader(desk: Desk) -> None:
    owner = await desk.signed_in()

    french = await owner.get(f"{PAGE}?kind=moved&language=en&lang=fr")

    assert "Courriels et textos" in french.text
    assert "Your visit is moved" in unescape(french.text)


@pytest.mark.parametrize("query", ["kind=birthday", "kind=../x"])
async def test_a_mail_that_there_is_not_is_missing(desk: Desk, query: str) -> None:
    owner = await desk.signed_in()

    assert (await owner.get(f"{PAGE}?{query}")).status_code == 404
    assert (await owner.get(f"{PAGE}/sample?{query}")).status_code == 404


async def test_a_language_that_the_clinic_has_not_is_refused_with_those_that_it_has(desk: Desk) -> None:
    owner = await desk.signed_in()

    answer = await owner.get(f"{PAGE}?language=de")

    assert answer.status_code == 409
    assert "en, fr" in answer.text


async def test_the_page_says_whether_mails_are_sent_and_by_whom(desk: Desk, with_server: Desk) -> None:
    without = await (await desk.signed_in()).get(PAGE)
    sending = await (await with_server.signed_in(name="Sample Owner 2")).get(PAGE)

    assert "No mail is sent" in without.text
    assert "No mail is sent" not in sending.text
    assert "bookings@example.com" in sending.text


async def test_text_messages_are_shown_with_their_length_and_price(desk: Desk) -> None:
    owner = await desk.signed_in()

    mails, page = await owner.get(PAGE), await owner.get(f"{TEXTS}?language=fr&lang=en")

    shown = unescape(page.text)
    assert TEXTS in mails.text
    assert "Services de santé Exemple : rendez-vous le " in shown
    assert "Merci, votre rendez-vous est confirmé." in shown
    assert re.search(r"\d+ characters of GSM-7, 1 segment\. It costs 0\.0079.USD\.", shown)
    assert re.search(r"\d+ characters of GSM-7, 2 segments\. It costs 0\.0158.USD\.", shown)
    assert "No text message is sent" not in shown
    assert (await owner.get(f"{TEXTS}?language=de")).status_code == 404


async def test_a_server_without_a_gateway_says_so(with_server: Desk) -> None:
    page = await (await with_server.signed_in()).get(TEXTS)

    assert "No text message is sent" in page.text
    assert "what a segment costs" in page.text


async def test_a_clinic_without_text_messages_and_waiting_list_shows_none(sqlite_url: str) -> None:
    async with running_desk(sqlite_url) as plain:
        owner = await plain.signed_in()
        mails = await owner.get(PAGE)

        assert "kind=staff-moved" in mails.text
        assert TEXTS not in mails.text
        assert "kind=waiting" not in mails.text
        assert (await owner.get(TEXTS)).status_code == 404
        assert (await owner.get(f"{PAGE}?kind=waiting")).status_code == 404


async def test_only_owners_find_the_page(desk: Desk) -> None:
    owner, reception = await desk.signed_in(), await desk.signed_in(Role.RECEPTION)

    assert PAGE in (await owner.get("/desk/account")).text
    assert PAGE not in (await reception.get("/desk/account")).text


async def test_the_frame_runs_nothing_and_no_other_site_may_show_it(desk: Desk) -> None:
    owner = await desk.signed_in()

    page, sample = await owner.get(PAGE), await owner.get(f"{PAGE}/sample")

    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    policy = sample.headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert "frame-src" not in (await owner.get("/desk/account")).headers["Content-Security-Policy"]


async def problems(page: Page) -> list[str]:
    """What axe finds, but for a rule that it can't look into the frame, where no script runs."""
    return [each for each in await findings(page, "mails") if "frame-tested" not in each]


@pytest.mark.browser
async def test_a_browser_shows_the_mail_and_its_links_lead_nowhere(desk: Desk, page: Page) -> None:
    link = await desk.link(await desk.member())
    async with live_server(desk.app) as address:
        url = address.replace("127.0.0.1", "localhost")
        await page.goto(f"{url}/desk/sign-in/link#{link}")
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/desk/day")
        await page.add_init_script(path=AXE)
        await page.goto(f"{url}{PAGE}")
        frame = page.frame_locator("iframe")
        await expect(frame.get_by_role("heading", level=1)).to_have_text("Your visit is booked")
        # Its own inline style is let through.
        await expect(frame.get_by_role("heading", level=1)).to_have_css("font-size", "28px")

        assert await problems(page) == []
        await page.get_by_role("link", name="Cancelled", exact=True).click()
        await expect(frame.get_by_role("heading", level=1)).to_have_text("Your visit is cancelled")
        await page.get_by_role("link", name="Français").click()
        title = frame.get_by_role("heading", level=1)
        await expect(title).to_have_text("Votre rendez-vous est annulé")

        await frame.get_by_role("link").first.click()
        await page.wait_for_timeout(300)
        await expect(title).to_have_text("Votre rendez-vous est annulé")
        assert len(page.context.pages) == 1
        await page.goto(f"{url}{PAGE}?kind=course&language=fr&lang=fr")
        assert await problems(page) == []
        await page.get_by_role("link", name="Textos").click()
        await expect(page.get_by_text("Merci, votre rendez-vous est confirmé.")).to_be_visible()
        assert await problems(page) == []
