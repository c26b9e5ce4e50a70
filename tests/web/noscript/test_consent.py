"""Consent on the pages without a script: the same text and box, in the form of the details."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.consents import Consent
from tests.support.asgi_client import asgi_client
from tests.support.clinics import CONSENT, NOW, asking_for_consent, open_clinic
from tests.support.databases import open_database
from tests.support.site import Clock
from tests.web.noscript.server import app_on
from tests.web.noscript.test_forms import HELD, HERE, NO, PATIENT, heading

DETAILS = HELD | NO | PATIENT
AGREED = {"consent": "2026-11/en"}
MISSING = "Please tick the box if you agree. If you have questions, please call us."
CHANGED = "This text has changed. Please read it, and tick the box if you agree."


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    await open_clinic(opened, asking_for_consent())
    yield opened
    await opened.close()


@pytest.fixture
async def site(database: Database, sqlite_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asgi_client(app_on(sqlite_url, Clock())) as client:
        client.headers.update(HERE)
        yield client


async def post(
    site: httpx.AsyncClient, step: str, sent: dict[str, str], language: str = "en"
) -> httpx.Response:
    return await site.post(f"/book/dry-needling/{step}?lang={language}", data=sent)


def box(page: httpx.Response) -> str:
    (found,) = re.findall(r'<input type="checkbox"[^>]*>', page.text)
    return str(found)


def text_shown(page: httpx.Response) -> str:
    (found,) = re.findall(r'<p id="consent-text"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    return str(found)


async def consents(database: Database) -> list[Consent]:
    async with database.read() as session:
        return list(await session.scalars(select(Consent)))


async def test_the_details_show_the_text_and_a_box_that_is_not_ticked(site: httpx.AsyncClient) -> None:
    page = await post(site, "answers", HELD | NO)

    assert text_shown(page) == CONSENT["en"]
    assert 'value="2026-11/en" required aria-describedby="consent-text"' in box(page)


async def test_without_the_box_nothing_is_booked_and_nothing_is_lost(
    site: httpx.AsyncClient, database: Database
) -> None:
    page = await post(site, "finish", DETAILS)

    assert (page.status_code, heading(page)) == (422, "Who is coming?")
    assert f'<a href="#consent">{MISSING}</a>' in page.text
    assert 'aria-invalid="true" aria-describedby="consent-wrong consent-text"' in box(page)
    assert 'value="patient@example.com"' in page.text
    assert await consents(database) == []

    page = await post(site, "finish", DETAILS | AGREED)
    assert heading(page) == "Your visit is booked"
    (stored,) = await consents(database)
    assert (stored.version, stored.language, stored.given_at) == ("2026-11", "en", NOW)
    async with database.read() as session:
        assert await session.scalar(select(Appointment.patient)) == stored.patient


async def test_all_mistakes_are_told_at_once_and_the_box_stays_ticked(site: httpx.AsyncClient) -> None:
    page = await post(site, "finish", DETAILS | {"email": "nobody"})
    assert re.findall(r'<a href="#(\w+)">', page.text) == ["email", "consent"]

    page = await post(site, "finish", DETAILS | AGREED | {"email": "nobody"})
    assert re.findall(r'<a href="#(\w+)">', page.text) == ["email"]
    assert " checked" in box(page)


async def test_a_text_that_changed_meanwhile_is_shown_unticked(
    site: httpx.AsyncClient, database: Database
) -> None:
    new = {"en": "<b>New</b> & short.", "fr": "Nouveau."}
    await open_clinic(database, asking_for_consent(version="2026-12", consent=new))
    page = await post(site, "finish", DETAILS | AGREED)

    assert page.status_code == 422
    assert CHANGED in page.text
    assert text_shown(page) == "&lt;b&gt;New&lt;/b&gt; &amp; short."
    assert " checked" not in box(page)
    assert heading(await post(site, "finish", DETAILS | {"consent": "2026-12/en"})) == "Your visit is booked"


async def test_another_language_has_another_text_to_agree_to(site: httpx.AsyncClient) -> None:
    page = await post(site, "answers", DETAILS | AGREED, language="fr")

    assert text_shown(page) == CONSENT["fr"]
    assert 'value="2026-11/fr"' in box(page)
    assert " checked" not in box(page)
    assert "J’ai lu ce texte et j’y consens." in page.text


async def test_a_clinic_that_asks_no_more_books_without(site: httpx.AsyncClient, database: Database) -> None:
    await open_clinic(database)

    assert 'type="checkbox"' not in (await post(site, "answers", HELD | NO)).text
    assert heading(await post(site, "finish", DETAILS)) == "Your visit is booked"
    assert await consents(database) == []
