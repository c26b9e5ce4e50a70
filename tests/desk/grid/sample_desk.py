"""A server of sample pages that speaks as the desk does: status, move, undo, changes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from desk.http.built_desk import CHECKOUT
from tests.desk.grid.sample_pages import day_page, sheet_page
from tests.desk.grid.sample_visits import ZONE, Entry, sample_day

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types desk"
)
MEDIA = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


@dataclass
class SampleDesk:
    entries: list[Entry] = field(default_factory=sample_day)
    language: str = "en"
    private: bool = False
    refuses: str = ""
    """Why the next move is refused."""
    done: list[dict[str, str]] = field(default_factory=list)
    toast: str = ""
    streams: set[asyncio.Queue[None]] = field(default_factory=set)
    connected: bool = True

    def visit(self, number: int) -> Entry:
        return next(one for one in self.entries if one.kind == "visit" and one.number == number)

    def tell(self) -> None:
        """Every open desk hears that the day changed."""
        for stream in self.streams:
            stream.put_nowait(None)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/desk/day", self.day),
                Route("/desk/assets/{file}", self.asset),
                Route("/desk/changes", self.changes),
                Route("/desk/undo", self.undo, methods=["POST"]),
                Route("/desk/visits/{id}", self.sheet),
                Route("/desk/visits/{id}/{change}", self.change, methods=["POST"]),
            ]
        )

    async def asset(self, request: Request) -> Response:
        name = request.path_params["file"]
        return Response((CHECKOUT / name).read_bytes(), media_type=MEDIA[name.rpartition(".")[2]])

    def html(self, page: str, status: int = 200) -> Response:
        return Response(page, status, {"Content-Security-Policy": POLICY}, "text/html")

    async def day(self, _request: Request) -> Response:
        if not self.connected:
            return Response("away", 503)
        toast, self.toast = self.toast, ""
        return self.html(day_page(self.entries, language=self.language, private=self.private, toast=toast))

    def found(self, request: Request) -> Entry:
        return next(
            one for one in self.entries if one.kind == "visit" and one.id == request.path_params["id"]
        )

    async def sheet(self, request: Request) -> Response:
        return self.html(sheet_page(self.found(request)))

    async def change(self, request: Request) -> Response:
        entry = self.found(request)
        form = dict(parse_qsl((await request.body()).decode()))
        self.done.append({"change": request.path_params["change"], "visit": str(entry.number)} | form)
        if self.refuses:
            reason, self.refuses = self.refuses, ""
            return self.html(sheet_page(entry, problem=reason), 409)
        if "status" in form:
            entry.status = form["status"]
        if "starts_at" in form:
            entry.start = datetime.fromisoformat(form["starts_at"]).astimezone(ZONE)
            entry.column = form["practitioner"]
        entry.version += 1
        self.toast = f"{entry.name}: {request.path_params['change']} changed"
        return RedirectResponse("/desk/day", 303)

    async def undo(self, _request: Request) -> Response:
        self.done.append({"change": "undo"})
        self.toast = "Undone"
        return RedirectResponse("/desk/day", 303)

    async def changes(self, _request: Request) -> Response:
        if not self.connected:
            return Response(status_code=503)
        stream: asyncio.Queue[None] = asyncio.Queue()
        self.streams.add(stream)

        async def events() -> AsyncIterator[str]:
            try:
                yield ": hello\n\n"
                while self.connected:
                    try:
                        await asyncio.wait_for(stream.get(), 0.2)
                    except TimeoutError:
                        continue
                    yield "data: changed\n\n"
            finally:
                self.streams.discard(stream)

        return StreamingResponse(events(), media_type="text/event-stream")
