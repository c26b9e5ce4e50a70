"""An open desk hears of each change of its day, and of nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from booking.domain.role import Role
from booking.staff.accounts import disable_member
from booking.staff.sessions import end_all_sessions, list_sessions
from desk.day import changes
from desk.day.changes import MAX_STREAMS_PER_SESSION
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.desk_server import OPERATOR, Desk

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)
TUESDAY = "2026-11-24"
A, D = "sample-practitioner-a", "sample-practitioner-d"
PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "POLL", timedelta(milliseconds=10))
    monkeypatch.setattr(changes, "PING", timedelta(milliseconds=50))


class Listener:
    """What a page gets over one stream, as it comes."""

    def __init__(self) -> None:
        self.status = 0
        self.chunks: asyncio.Queue[str | None] = asyncio.Queue()

    async def event(self) -> dict[str, str] | None:
        """The next event, without comments; None at the stream's end."""
        while (chunk := await asyncio.wait_for(self.chunks.get(), PATIENCE_SECONDS)) is not None:
            fields = dict(line.split(": ", 1) for line in chunk.splitlines() if ": " in line)
            if fields:
                return fields
        return None

    async def ping(self) -> None:
        """Wait for a comment that comes after all that was done before."""
        while not self.chunks.empty():
            assert self.chunks.get_nowait() == ":\n\n"
        assert await asyncio.wait_for(self.chunks.get(), PATIENCE_SECONDS) == ":\n\n"


@asynccontextmanager
async def listening(
    desk: Desk, browser: httpx.AsyncClient, *, date: str = TUESDAY, since: str = "", last: str = ""
) -> AsyncIterator[Listener]:
    """Over ASGI itself: httpx waits for the end of a response."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [(b"host", b"desk.example"), (b"cookie", cookies.encode()), (b"last-event-id", last.encode())]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/desk/changes",
        "raw_path": b"/desk/changes",
        "root_path": "",
        "query_string": f"date={date}&since={since}".encode(),
        "headers": headers if last else headers[:2],
        "client": ("127.0.0.1", 1234),
        "server": ("desk.example", 443),
        "state": {},
    }
    listener, gone, begun = Listener(), asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not begun.is_set():
            begun.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            listener.status = message["status"]
            return
        if message.get("body"):
            listener.chunks.put_nowait(message["body"].decode())
        if not message.get("more_body"):
            listener.chunks.put_nowait(None)

    serving = asyncio.create_task(desk.app(scope, receive, send))
    try:
        assert await asyncio.wait_for(listener.chunks.get(), PATIENCE_SECONDS) is not None
        yield listener
    finally:
        gone.set()
        await serving


async def visit(desk: Desk, at: datetime = NINE, who: str = A) -> SampleBooking:
    return await make_booking(desk.database, at, practitioner=who)


async def shown_mark(browser: httpx.AsyncClient) -> str:
    found = re.search(r'data-mark="(\w+)"', (await browser.get(f"/desk/day?date={TUESDAY}")).text)
    assert found
    return found[1]


async def test_a_booking_is_told_to_every_open_desk_of_its_day(desk: Desk) -> None:
    one, two = await desk.signed_in(), await desk.signed_in(Role.RECEPTION)
    mark = await shown_mark(one)
    async with listening(desk, one, since=mark) as first, listening(desk, two, since=mark) as second:
        await visit(desk)
        told = [await listener.event() for listener in (first, second)]
    mark = await shown_mark(one)
    assert told == [{"event": "change", "id": mark, "data": TUESDAY}] * 2


async def test_a_change_between_the_page_and_the_stream_is_told_at_once(desk: Desk) -> None:
    browser = await desk.signed_in()
    mark = await shown_mark(browser)
    await visit(desk)
    for known in ({"since": mark}, {"since": "", "last": mark}):
        async with listening(desk, browser, **known) as listener:
            assert (await listener.event() or {})["id"] == await shown_mark(browser)


async def test_a_page_that_is_up_to_date_hears_nothing(desk: Desk) -> None:
    browser = await desk.signed_in()
    async with listening(desk, browser, since=await shown_mark(browser)) as listener:
        await visit(desk, NINE + timedelta(days=1))  # on another day
        await listener.ping()
        await listener.ping()
        await visit(desk)
        assert (await listener.event() or {})["event"] == "change"


async def test_a_practitioner_hears_of_the_own_column_alone(desk: Desk) -> None:
    browser = await desk.signed_in(Role.PRACTITIONER, D)
    async with listening(desk, browser, since=await shown_mark(browser)) as listener:
        await visit(desk)
        await listener.ping()
        await listener.ping()
        await visit(desk, NINE + timedelta(hours=5), D)
        assert (await listener.event() or {})["event"] == "change"


async def test_a_session_that_ended_and_an_account_that_was_disabled_hear_nothing_more(desk: Desk) -> None:
    await desk.member()
    ended = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    disabled = await desk.member(Role.RECEPTION, name="Sample Reception 2")
    one, two = await desk.sign_in(ended), await desk.sign_in(disabled)
    mark = await shown_mark(one)
    async with listening(desk, one, since=mark) as first, listening(desk, two, since=mark) as second:
        async with desk.database.write() as session:
            await end_all_sessions(session, ended, now=desk.clock.now)
            await disable_member(session, disabled.id, actor=OPERATOR, now=desk.clock.now)
        await visit(desk)
        assert [await first.event(), await second.event()] == [None, None]


async def test_listening_and_refreshing_are_no_use_of_the_session(desk: Desk) -> None:
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    browser = await desk.sign_in(member)

    async def last_seen() -> datetime:
        async with desk.database.read() as session:
            found = await list_sessions(session, member, now=desk.clock.now, idle=timedelta(hours=1))
        return found[0].last_seen_at

    signed_in_at = desk.clock.now
    desk.clock.now += timedelta(minutes=5)
    async with listening(desk, browser):
        pass
    await browser.get("/desk/day", headers={"Book-Online-Background": "refresh"})
    assert await last_seen() == signed_in_at
    await browser.get("/desk/day")
    assert await last_seen() == desk.clock.now


async def test_who_is_not_signed_in_hears_nothing(desk: Desk) -> None:
    answer = await (await desk.browser()).get(f"/desk/changes?date={TUESDAY}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/desk/sign-in")


async def test_one_session_has_so_many_streams_and_room_again_after_one_ended(desk: Desk) -> None:
    browser = await desk.signed_in()
    async with listening(desk, browser):
        open_ones = [listening(desk, browser) for _ in range(MAX_STREAMS_PER_SESSION - 1)]
        for one in open_ones:
            await one.__aenter__()
        refused = await browser.get(f"/desk/changes?date={TUESDAY}")
        assert refused.status_code == 429
        for one in open_ones:
            await one.__aexit__(None, None, None)
    async with listening(desk, browser) as listener:
        assert listener.status == 200


async def test_a_wrong_date_is_told(desk: Desk) -> None:
    assert (await (await desk.signed_in()).get("/desk/changes?date=never")).status_code == 400
