"""A calendar for a practitioner's visits at the command line: its secrets come by standard input alone."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from booking.storage.database import Database
from graphql_api.cli.main import main
from tests.booking.appointments.blocked_clinic import CLINIC
from tests.booking.calendars.busy.caldav_servers import PASSWORD, USER, running_radicale
from tests.support.clinics import open_clinic

pytestmark = pytest.mark.processes
Say = Callable[..., Awaitable[tuple[object, str]]]
NONE = "There are none. `book-online visit-calendars connect` connects one."


@pytest.fixture
async def say(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """`book-online visit-calendars ...`, with lines of standard input; how it ended, what it said."""
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
        monkeypatch.setattr(sys, "argv", ["book-online", "visit-calendars", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        code = await asyncio.to_thread(run)
        return code, capsys.readouterr().out.strip()

    return say


async def test_a_calendar_is_connected_listed_and_disconnected(say: Say, tmp_path: Path) -> None:
    assert (await say("list"))[1] == NONE
    async with running_radicale(tmp_path) as server:
        await server.make_calendar("work")
        lines = f"{server.url('work')}\n{USER}\n{PASSWORD}\n"
        wrong = await say("connect", "one", lines=lines.replace(PASSWORD, "another"))
        assert "The calendar was not connected: its server doesn't take the password" in str(wrong[0])
        assert await say("connect", "one", lines=lines) == (
            0,
            "The visits of one are written into the calendar; 0 are there now.",
        )
        listed = (await say("list"))[1].split("\t")
        assert listed[:2] == ["one", "127.0.0.1"]
        assert listed[2].startswith("written ")
        again = await say("connect", "one", lines=lines)
        assert "A calendar is connected already. Please disconnect it first." in str(again[0])
    # Nothing was written that would have to be deleted at the server, which is down now.
    ended = await say("disconnect", "one")
    assert ended == (0, "Visits of one are no longer written into a calendar.")
    assert (await say("list"))[1] == NONE
    assert "No calendar of 'one' is connected." in str((await say("disconnect", "one"))[0])


async def test_an_account_needs_a_name_and_a_password(say: Say) -> None:
    code, _ = await say("connect", "one", lines="https://calendar.example/\n")
    assert "both the name and the password" in str(code)
    assert (await say("list"))[1] == NONE
