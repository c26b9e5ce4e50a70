"""A real WebKit, of Debian's packages, driven by W3C WebDriver (https://www.w3.org/TR/webdriver2/)."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.support.browsers import TIMEOUT_MS
from tests.support.live_server import reserved_port
from tests.widget.other_browsers.tab import Tab

DRIVER = "WebKitWebDriver"
LIBRARIES = Path("/usr/lib")
SETTINGS = "[Settings]\ngtk-enable-animations=false\n"
CALL = """const done = arguments[arguments.length - 1];
(async () => (FUNCTION)(...[...arguments].slice(0, -1)))()
  .then((value) => done({ value }), (reason) => done({ failure: String(reason) }));"""


def what_is_missing() -> list[str]:
    """The packages without which there is no WebKit here."""
    is_there = {
        "webkit2gtk-driver": shutil.which(DRIVER),
        "xvfb": shutil.which("Xvfb"),
        "libfaketime": _fake_time(),
    }
    return [package for package, found in is_there.items() if not found]


class WebKit(Tab):
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._session = ""

    async def start(self) -> None:
        answer = await self._ask("POST", "/session", {"capabilities": {}})
        self._session = f"/session/{answer['sessionId']}"
        await self.resize(1280, 900)

    async def goto(self, url: str) -> None:
        await self._ask("POST", "/url", {"url": url})

    async def reload(self) -> None:
        await self._ask("POST", "/refresh", {})

    async def resize(self, width: int, height: int) -> None:
        """Of the window. Its toolbar allows no width below 447."""
        await self._ask("POST", "/window/rect", {"width": width, "height": height})

    async def enters_frame(self) -> None:
        """What follows is done in the page's first frame."""
        await self._ask("POST", "/frame", {"id": 0})

    async def leaves_frame(self) -> None:
        await self._ask("POST", "/frame", {"id": None})

    async def settle(self, function: str, *arguments: str | int) -> dict[str, Any]:
        body = {"script": CALL.replace("FUNCTION", function), "args": arguments}
        outcome: dict[str, Any] = await self._ask("POST", "/execute/async", body)
        return outcome

    async def picture(self) -> str:
        """What the window shows, as PNG in Base64."""
        return str(await self._ask("GET", "/screenshot"))

    async def perform(self, kind: str, steps: list[dict[str, Any]]) -> None:
        await self._ask("POST", "/actions", {"actions": [{"type": kind, "id": kind, "actions": steps}]})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = await self._http.request(method, self._session + path, json=body)
        value = response.json()["value"]
        assert response.is_success, value
        return value


@asynccontextmanager
async def running_webkit(now: datetime) -> AsyncIterator[WebKit]:
    """A window of its own screen, of a visitor in Tokyo whose clock shows `now`, and goes on from there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        settings = Path(home) / "gtk-3.0" / "settings.ini"
        settings.parent.mkdir()
        settings.write_text(SETTINGS)
        async with _running_screen() as display, _running_driver(_environment(home, display, now)) as address:
            timeout = 6 * TIMEOUT_MS / 1000
            async with httpx.AsyncClient(base_url=address, timeout=timeout, trust_env=False) as http:
                webkit = WebKit(http)
                await webkit.start()
                yield webkit
                await http.delete(webkit._session)


def _environment(home: str, display: str, now: datetime) -> dict[str, str]:
    ahead = int((now - datetime.now(UTC)).total_seconds())
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"), home)
    clock = {"FAKETIME": f"{ahead:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "LD_PRELOAD": str(_fake_time())}
    return os.environ | folders | clock | {"DISPLAY": display, "GDK_BACKEND": "x11", "TZ": "Asia/Tokyo"}


@asynccontextmanager
async def _running_screen() -> AsyncIterator[str]:
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *("Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"),
        pass_fds=[writing],
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as display:
            yield ":" + (await asyncio.to_thread(display.readline)).strip()
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _running_driver(environment: dict[str, str]) -> AsyncIterator[str]:
    with reserved_port() as port:
        process = await asyncio.create_subprocess_exec(DRIVER, f"--port={port}", env=environment)
        try:
            await _listens(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def _listens(port: int) -> None:
    async with asyncio.timeout(3 * TIMEOUT_MS / 1000):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def _fake_time() -> Path | None:
    return next(LIBRARIES.glob("*/faketime/libfaketime.so.1"), None)
