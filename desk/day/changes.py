"""Changes of a day as server-sent events: `GET /desk/changes`."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response, StreamingResponse

from booking.agenda.changes import DayMarks
from booking.domain.errors import TryAgain
from desk.day.dates import chosen_date, clinic_today
from desk.http.headers import HEADERS
from desk.http.request import DeskRequest
from desk.http.routing import signed_in
from desk.http.site import DeskSite

POLL = timedelta(seconds=1)
"""A desk hears of a change within this time, and what it takes to find it."""
PING = timedelta(seconds=12)
"""A comment is sent this often, so that no proxy closes an idle stream, and the session is looked up."""
DURATION = timedelta(minutes=10)
"""Then the stream ends, and a page that is still open asks again."""
MAX_STREAMS = 200
MAX_STREAMS_PER_SESSION = 8


class DayChanges:
    """The open streams of this process. They tell that a day changed, and nothing of what it shows."""

    def __init__(self, site: DeskSite) -> None:
        self._site = site
        self._marks = DayMarks(site.database)
        self._open: Counter[uuid.UUID] = Counter()

    async def respond(self, request: DeskRequest) -> Response:
        """`?date=` is the day, `since` or the header Last-Event-ID the mark of what is shown of it."""
        async with self._site.database.read() as session:
            today = await clinic_today(session, request.now)
        day = chosen_date(request.form.get("date"), today)
        is_full = self._open.total() >= MAX_STREAMS
        if is_full or self._open[request.session.id] >= MAX_STREAMS_PER_SESSION:
            headers = HEADERS | {"Retry-After": "5"}
            return PlainTextResponse("Too many pages are open.\n", HTTPStatus.TOO_MANY_REQUESTS, headers)
        seen = request.http.headers.get("last-event-id") or request.form.get("since")
        headers = HEADERS | {"X-Accel-Buffering": "no"}
        stream = self._stream(request, day, seen)
        return StreamingResponse(stream, headers=headers, media_type="text/event-stream")

    async def _stream(self, request: DeskRequest, day: date, seen: str) -> AsyncGenerator[str]:
        self._open[request.session.id] += 1
        try:
            async for event in self._events(request, day, seen):
                yield event
        finally:
            self._open -= Counter([request.session.id])  # drops counts of zero

    async def _events(self, request: DeskRequest, day: date, seen: str) -> AsyncGenerator[str]:
        """An event for each mark that follows `seen`, and for the present one where that is another."""
        loop = asyncio.get_running_loop()
        began = spoke = loop.time()
        yield ":\n\n"
        while (passed := timedelta(seconds=loop.time() - began)) < DURATION:
            mark = await self._mark(request, day, passed)
            is_new = mark not in (None, seen)
            if is_new or loop.time() - spoke >= PING.total_seconds():
                if not await self._may_listen(request):
                    return
                yield f"event: change\nid: {mark}\ndata: {day}\n\n" if is_new else ":\n\n"
                seen, spoke = mark or seen, loop.time()
            if await self._is_stopped():
                yield f"{self._site.come_back()}\n"
                return

    async def _mark(self, request: DeskRequest, day: date, passed: timedelta) -> str | None:
        """None while the database can't answer."""
        try:
            return await self._marks.of(day, request.only_practitioner, now=request.now + passed)
        except TryAgain:
            return None

    async def _may_listen(self, request: DeskRequest) -> bool:
        """Whether the session is still open, and its member sees what it saw."""
        try:
            fresh = await signed_in(request)
        except TryAgain:
            return True
        return fresh is not None and fresh.only_practitioner == request.only_practitioner

    async def _is_stopped(self) -> bool:
        """Waits until it is time to look again, or the server stops."""
        try:
            await asyncio.wait_for(self._site.stop.wait(), POLL.total_seconds())
        except TimeoutError:
            return False
        return True
