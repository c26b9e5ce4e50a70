"""CalDAV servers as clinics run them, Radicale and Xandikos, on loopback."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.booking.calendars.busy.calendar_files import calendar_file
from tests.support.live_server import reserved_port

USER, PASSWORD = "ann", "pass-wörd"
NEW_CALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<displayname>{name}</displayname></prop></set></C:mkcalendar>"""

RADICALE = """[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
"""


@dataclass
class CalDavServer:
    """A server with an account, whose calendars are made and filled as any program would."""

    origin: str
    home: str

    def url(self, calendar: str) -> str:
        return f"{self.origin}{self.home}{calendar}/"

    async def make_calendar(self, calendar: str) -> None:
        await self._send("MKCALENDAR", self.url(calendar), NEW_CALENDAR.format(name=calendar.title()))

    async def put(self, calendar: str, uid: str, *entries: Sequence[str]) -> None:
        url = f"{self.url(calendar)}{uid}.ics"
        await self._send("PUT", url, calendar_file(*entries, head=["PRODID:-//Sample//EN"]), "text/calendar")

    async def delete(self, calendar: str, uid: str) -> None:
        await self._send("DELETE", f"{self.url(calendar)}{uid}.ics")

    async def _send(self, method: str, url: str, body: str = "", type: str = "application/xml") -> None:
        async with httpx.AsyncClient(auth=(USER, PASSWORD), trust_env=False, timeout=60) as client:
            answer = await client.request(method, url, content=body.encode(), headers={"content-type": type})
        answer.raise_for_status()


@asynccontextmanager
async def running_radicale(folder: Path, *, port: int | None = None) -> AsyncIterator[CalDavServer]:
    """On a port of its own unless given."""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", "utf-8")
    command = ["-m", "radicale", "-C", str(folder / "config")]
    with nullcontext(port) if port else reserved_port() as own:
        (folder / "config").write_text(RADICALE.format(folder=folder, port=own), "utf-8")
        async with _running(command, own):
            yield CalDavServer(f"http://127.0.0.1:{own}", f"/{USER}/")


@asynccontextmanager
async def running_xandikos(folder: Path) -> AsyncIterator[CalDavServer]:
    command = ["-m", "xandikos", "serve", "-d", str(folder / "data"), "-l", "127.0.0.1"]
    command += ["--current-user-principal", f"/{USER}/", "--autocreate"]
    with reserved_port() as port:
        async with _running([*command, "-p", str(port)], port):
            yield CalDavServer(f"http://127.0.0.1:{port}", f"/{USER}/calendars/")


@asynccontextmanager
async def _running(command: list[str], port: int) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            while not await _listens(port):
                assert process.returncode is None, "the server has ended"
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
