"""The desk of a clinic with a waiting list, two practitioners and questions that are read aloud."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.outbox import register_listeners
from tests.booking.waiting_list.waiting_clinic import NOON, WaitingClinic, waiting_clinic
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import edit_file, practitioner

PAGE = "/desk/waiting"
QUESTIONS = """
[[screening]]
slug = "fear"
text = { en = "Are you afraid of needles?", fr = "Avez-vous peur des aiguilles?" }
yes = "tell"
no = "cleared"
[[screening]]
slug = "pacemaker"
text = { en = "Do you have a pacemaker?", fr = "Avez-vous un stimulateur?" }
yes = "call"
no = "cleared"
"""
LANGUAGES = {'languages = ["en"]': 'languages = ["en", "fr"]'}
CLINIC = edit_file(LANGUAGES, waiting_clinic(more=practitioner("two", "09:00-10:00")))
SCREENED = edit_file(LANGUAGES, waiting_clinic(service='screening = ["fear", "pacemaker"]') + QUESTIONS)
CALLER = {
    "name": "Sample Caller",
    "phone": "416 555 0199",
    "email": "caller@example.com",
    "service": "visit",
    "until": "2026-12-04",
}


@asynccontextmanager
async def waiting_desk(database_url: str, clinic: str = CLINIC) -> AsyncIterator[Desk]:
    async with running_desk(database_url, clinic) as desk:
        await at_noon(desk)
        yield desk


async def at_noon(desk: Desk) -> None:
    """It is noon, and the clinic sends mails."""
    desk.clock.now = NOON
    async with desk.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])


def clinic_of(desk: Desk) -> WaitingClinic:
    """What the server's workers do, step by step."""
    return WaitingClinic(desk.database, desk.clock.now)


async def post(browser: httpx.AsyncClient, path: str = PAGE, **fields: Any) -> httpx.Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await browser.post(path, headers=headers, content=urlencode(fields, doseq=True))


async def add(browser: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """Somebody on the phone."""
    return await post(browser, **(CALLER | fields))


async def entries(desk: Desk) -> Sequence[WaitingListEntry]:
    async with desk.database.read() as session:
        query = select(WaitingListEntry).order_by(WaitingListEntry.created_at, WaitingListEntry.id)
        return (await session.scalars(query)).all()


async def page(browser: httpx.AsyncClient, query: str = "") -> str:
    answer = await browser.get(f"{PAGE}{query}")
    assert answer.status_code == 200, answer.text
    return words(answer)


def words(answer: httpx.Response) -> str:
    """What somebody reads in the main part, without any tag."""
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    text = unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(re.sub(r"[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text).split())
