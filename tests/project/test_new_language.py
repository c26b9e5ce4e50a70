"""`locales/de.json` alone makes the whole product German."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from booking.calendars.calendar_feed import create_feed
from booking.i18n import locales as i18n
from booking.storage.database import Database
from booking.storage.models.catalogue.hours import TimeOff
from graphql_api.app import create_app
from graphql_api.cli.main import main
from graphql_api.settings import Settings
from tests.booking.notifications.bookings import html_of, make_booking, text_of
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.pseudo_german import clinic_file, foreign_words, pseudo_german, write_locales
from tests.support.site import Clock, running_site
from web.assets import assets

PRACTITIONER = "sample-practitioner-a"
TUESDAY = datetime(2026, 11, 24, 14, 15, tzinfo=UTC)
ANSWERS = {
    f"answer-{question}": "no"
    for question in ("pregnancy", "bleeding", "infection", "pacemaker", "needle-fear", "metal-allergy")
}
PATIENT = {"name": "Øø Øø", "email": "patient@example.com", "phone": "416 555 0123"}
HELD = {"at": "2026-11-24T12:00Z@main-street", "key": "k" * 43}
SHOWN_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title"}
REFERENCE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
ALL_TEXT = """() => {
  const texts = [];
  const collect = (node) => {
    if (node instanceof Text) texts.push(node.data);
    const isShown = node instanceof DocumentFragment || node instanceof Element;
    if (!isShown || /^(script|style|noscript)$/i.test(node.tagName)) return;
    for (const name of ['aria-label', 'placeholder', 'title']) texts.push(node.getAttribute?.(name) ?? '');
    for (const child of node.childNodes) collect(child);
    if (node.shadowRoot) collect(node.shadowRoot);
  };
  collect(document.body);
  return texts.join('\\n');
}"""


class ShownText(HTMLParser):
    """All that a page shows or says to a screen reader."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.hidden = tag if tag in ("script", "style") else ""
        if tag != "meta" or given.get("name") == "description":
            self.parts += [value for name, value in attributes if value and name in SHOWN_ATTRIBUTES]

    def handle_data(self, data: str) -> None:
        self.parts += [] if self.hidden else [data]

    def handle_endtag(self, tag: str) -> None:
        self.hidden = ""


def shown(html: str) -> str:
    return "\n".join(ShownText(html).parts)


@pytest.fixture(autouse=True)
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of languages with a `de.json`, as a server has it that starts with it."""
    write_locales(tmp_path)
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    i18n.locales.cache_clear()
    assets.cache_clear()
    yield
    i18n.locales.cache_clear()
    assets.cache_clear()


@pytest.fixture
async def german_clinic(sqlite_url: str) -> Database:
    database = open_database(sqlite_url)
    await open_clinic(database, clinic_file())
    return database


STEPS = [
    ("GET", "/", {}, 200),
    ("GET", "/book", {}, 200),
    ("GET", "/book/dry-needling", {}, 200),
    ("GET", "/manage", {}, 200),
    ("GET", "/book/dry-needling/times", {}, 200),
    ("GET", "/book/dry-needling-course/times?at=2026-11-24T12:00Z@main-street", {}, 200),
    ("POST", "/book/dry-needling/hold", {}, 415),
    ("POST", "/book/dry-needling/hold", HELD, 200),
    ("POST", "/book/dry-needling/hold", HELD | {"at": "2026-11-24T03:00Z@main-street"}, 409),
    ("POST", "/book/dry-needling/answers", HELD, 422),
    ("POST", "/book/dry-needling/answers", HELD | ANSWERS, 200),
    ("POST", "/book/dry-needling/answers", HELD | ANSWERS | {"answer-bleeding": "yes"}, 200),
    ("POST", "/book/dry-needling/finish", HELD | ANSWERS, 422),
    ("POST", "/book/dry-needling/finish", HELD | ANSWERS | PATIENT, 200),
]


async def test_all_pages_are_german(german_clinic: Database, sqlite_url: str) -> None:
    app = create_app(Settings(sqlite_url), now=Clock())
    texts = {}
    async with asgi_client(app) as site:
        for method, path, form, status in STEPS:
            headers = {"accept-language": "de-CH", "sec-fetch-site": "same-origin"}
            body = urlencode(form)
            if status != 415:
                headers["content-type"] = "application/x-www-form-urlencoded"
            response = await site.request(method, path, headers=headers, content=body)
            assert (path, response.status_code) == (path, status)
            assert response.headers["content-language"] == "de"
            assert '<html lang="de">' in response.text
            texts[path] = REFERENCE.sub("", shown(response.text))
            assert foreign_words(texts[path]) == set(), path
    assert "Dienstag, 24. November" in texts["/book/dry-needling/times"]
    assert "07:00 Uhr" in texts["/book/dry-needling/times"]
    assert "Montag" in texts["/book"]
    assert "7 Uhr" in texts["/book"]
    assert "110\u00a0$" in texts["/book"]


async def test_a_word_of_another_language_would_be_noticed(german_clinic: Database, sqlite_url: str) -> None:
    async with asgi_client(create_app(Settings(sqlite_url), now=Clock())) as site:
        html = (await site.get("/book/dry-needling/times", params={"lang": "en"})).text

    assert {"Tuesday", "Skip", "Languages", "EST"} - foreign_words(shown(html)) == {"EST"}


async def test_each_page_lists_all_languages(german_clinic: Database, sqlite_url: str) -> None:
    app = create_app(Settings(sqlite_url), now=Clock())
    async with asgi_client(app) as site:
        for path in ("/", "/book", "/manage", "/book/dry-needling/times"):
            html = (await site.get(path, params={"lang": "de"})).text
            [listed] = re.findall(r'<nav class="languages".*?</nav>', html, re.DOTALL)
            assert re.findall(r'hreflang="(\w+)">([^<]+)</a>', listed) == [
                ("en", "English"),
                ("fr", "Français"),
            ]
            assert '<span aria-current="true">Deutsch</span>' in listed


async def test_a_mail_and_its_calendar_file_are_german(german_clinic: Database) -> None:
    booking = await make_booking(german_clinic, TUESDAY, language="de-DE")
    events = [
        booking.event(),
        await booking.move(TUESDAY + timedelta(days=7), at=NOW + timedelta(minutes=1)),
        await booking.cancel(at=NOW + timedelta(minutes=2)),
    ]
    mails = [await booking.mail(events[2])]
    other = await make_booking(german_clinic, TUESDAY + timedelta(days=1), language="de-DE")
    mails.append(await other.mail())

    for mail in mails:
        assert mail["Content-Language"] == "de"
        text = re.sub(r"https://\S+", "", f"{mail['Subject']}\n{text_of(mail)}\n{shown(html_of(mail))}")
        assert foreign_words(REFERENCE.sub("", text)) == set()
        assert '<html lang="de" dir="ltr">' in html_of(mail)
    assert "Mittwoch, 25. November" in text_of(mails[1])
    assert "09:15 Uhr" in text_of(mails[1])


async def test_a_calendar_feed_is_german(german_clinic: Database, sqlite_url: str) -> None:
    async with german_clinic.write() as session:
        session.add(TimeOff(practitioner=PRACTITIONER, starts_at=NOW, ends_at=NOW + timedelta(hours=1)))
        path = await create_feed(session, PRACTITIONER, renew=False, now=NOW)
    async with asgi_client(create_app(Settings(sqlite_url), now=Clock())) as site:
        calendar = Calendar.from_ical((await site.get(f"/feeds/{path}.ics")).text)

    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == [pseudo_german("Away")]


def test_the_lines_to_embed_are_german(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["book-online", "embed", "--language", "de"])
    with pytest.raises(SystemExit) as ended:
        main()

    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert 'lang="de"' in printed
    assert f">{pseudo_german('Book Online')}</a>" in printed


def test_a_mistake_in_the_file_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.loads((tmp_path / "de.json").read_text("utf-8"))
    del content["widget"]["close"]
    (tmp_path / "de.json").write_text(json.dumps(content), "utf-8")
    monkeypatch.setattr("sys.argv", ["book-online", "serve"])

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == "book-online: locales/de.json: close is missing"


async def test_the_widget_is_german(sqlite_url: str, page: Page) -> None:
    await page.clock.set_fixed_time(NOW)

    async def check() -> None:
        assert foreign_words(REFERENCE.sub("", await page.evaluate(ALL_TEXT))) == set()

    async def press(text: str) -> None:
        await page.get_by_role("button", name=pseudo_german(text), exact=True).click()

    async def is_at(heading: str) -> None:
        await expect(page.get_by_role("heading", name=pseudo_german(heading), exact=True)).to_be_focused()
        await check()

    async with running_site(sqlite_url, clinic_file()) as site:
        await page.goto(f"{site.url}/book/dry-needling?lang=de")
        await expect(page.get_by_role("heading", name=pseudo_german("Choose a time"))).to_be_visible()
        await page.get_by_role("button", name="Dienstag, 24. November").click()
        await page.get_by_role("button", name=re.compile("^7:00")).click()
        await is_at("Does any of these apply to you?")
        await page.get_by_role("checkbox").first.check()
        await check()
        await page.get_by_role("checkbox").first.uncheck()
        await press("None of these")
        await is_at("Who is coming?")
        for name, value in PATIENT.items():
            await page.locator(f"#{name}").fill(value)
        await press("Book this visit")
        await is_at("Your visit is booked")
        manage = page.get_by_role("link", name=pseudo_german("Move or cancel"), exact=True)
        await page.goto(await manage.get_attribute("href") or "")
        await expect(page.get_by_text("Dienstag, 24. November, 7:00").first).to_be_visible()
        await check()
