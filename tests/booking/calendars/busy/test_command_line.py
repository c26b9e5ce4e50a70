"""A practitioner's calendar elsewhere at the command line: its secrets come by the standard input alone."""

import asyncio
import io
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from booking.storage.database import Database
from graphql_api.cli.main import main
from tests.booking.appointments.blocked_clinic import CLINIC
from tests.booking.calendars.busy.calendar_files import calendar_file, event
from tests.booking.calendars.busy.conftest import served
from tests.booking.webhooks.receiver import Receiver, response, running_receiver
from tests.support.clinics import open_clinic

Say = Callable[..., Awaitable[tuple[object, str]]]
NOW = datetime.now(UTC)


@pytest.fixture
async def server() -> AsyncIterator[Receiver]:
    async with running_receiver() as opened:
        tomorrow = NOW + timedelta(days=1)
        opened.responses = [served(calendar_file(event(tomorrow, tomorrow + timedelta(hours=1))))]
        yield opened


@pytest.fixture
async def say(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """`book-online busy-calendars ...`, with lines for its standard input; how it ended, and what it said."""
    await open_clinic(database, CLINIC)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BOOK_ONLINE_CALENDARS_TO_PRIVATE", "1")

    def run() -> object:
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None

    async def say(*words: str, lines: str = "") -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["book-online", "busy-calendars", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        code = await asyncio.to_thread(run)
        return code, capsys.readouterr().out.strip()

    return say


async def test_a_calendar_is_added_listed_refreshed_and_removed(say: Say, server: Receiver) -> None:
    assert (await say("list"))[1] == "There are no calendars. `book-online busy-calendars add` adds one."
    code, said = await say("add", "one", lines=f"{server.url}\n")
    assert code == 0
    (calendar,) = re.findall(r"Calendar (\S+) keeps the time of one\.", said)

    listed = (await say("list", "--practitioner", "one"))[1].split("\t")
    assert listed == [calendar, "one", "ics", "127.0.0.1", "copied 0 min ago", "on"]
    assert server.url not in (await say("list"))[1]

    server.responses = [response(404)]
    code, said = await say("refresh", calendar)
    assert code == 1
    assert said.endswith("there is no calendar at the address")
    assert (await say("remove", calendar)) == (0, "It is forgotten. The time of one is free of it.")
    assert (await say("list"))[1].startswith("There are no calendars.")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (response(401), "its server takes neither the password nor the secret in the address"),
        (served("<html>"), "what is at the address is no calendar"),
    ],
)
async def test_what_can_not_be_asked_is_not_added(
    say: Say, server: Receiver, answer: bytes, sentence: str
) -> None:
    server.responses = [answer]
    code, said = await say("add", "one", lines=f"{server.url}\n")
    assert (code, said) == (f"book-online: The calendar was not added: {sentence}.", "")
    assert (await say("list"))[1].startswith("There are no calendars.")


@pytest.mark.parametrize(
    ("words", "lines", "sentence"),
    [
        (("add", "one"), "", "Please give the calendar's address."),
        (("add", "nobody"), "https://calendar.example/\n", "no such practitioner"),
        (("add", "one", "--kind", "caldav"), "https://x.example/\nann\n", "both the name and the password"),
        (("refresh", "00000000-0000-0000-0000-000000000000"), "", "There is no such calendar."),
        (("remove", "00000000-0000-0000-0000-000000000000"), "", "is not there any more"),
    ],
)
async def test_a_mistake_is_explained(say: Say, words: tuple[str, ...], lines: str, sentence: str) -> None:
    code, _ = await say(*words, lines=lines)
    assert sentence in str(code)
