"""A real Firefox, driven by WebDriver BiDi."""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.support.browsers import TIMEOUT_MS
from tests.widget.other_browsers.tab import Tab

COMMANDS = ("firefox-esr", "firefox")
MAC = Path("/Applications/Firefox.app/Contents/MacOS/firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")

# `Date` as if it stood still.
STAND_STILL = """() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) { super(...(parts.length ? parts : [%d])); }
    static now() { return %d; }
  };
}"""

# An error that is thrown after a timer has no stack, and Firefox then answers nothing else.
CALL = """(...given) => (async () => (FUNCTION)(...given))().then(
  (value) => JSON.stringify({ value }), (reason) => JSON.stringify({ failure: String(reason) }))"""


class Firefox(Tab):
    """The commands are those of https://w3c.github.io/webdriver-bidi/."""

    def __init__(self, socket: ClientConnection) -> None:
        self.errors: list[str] = []
        """Errors and warnings on the console."""
        self._socket = socket
        self._ids = count(1)
        self._responses: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tab = ""

    async def goto(self, url: str) -> None:
        await self._command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def reload(self) -> None:
        await self._command("browsingContext.reload", context=self._tab, wait="complete")

    async def sees_named(self, role: str, name: str) -> dict[str, str]:
        """Waits for what has this role and this accessible name."""
        end = asyncio.get_running_loop().time() + TIMEOUT_MS / 1000
        while not (found := await self._named(role, name)):
            assert asyncio.get_running_loop().time() < end, f"not there: {role} {name}"
            await asyncio.sleep(0.05)
        return found[0]

    async def is_at(self, role: str, name: str) -> bool:
        """Whether one of this role and this accessible name has the focus."""
        is_focused = "(element) => document.hasFocus() && element === document.activeElement"
        answers = [await self._call_function(is_focused, each) for each in await self._named(role, name)]
        return any(answer["value"] for answer in answers)

    async def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        await self._command("browsingContext.setViewport", context=self._tab, viewport=viewport)

    async def go_back(self) -> None:
        await self._command("browsingContext.traverseHistory", context=self._tab, delta=-1)

    async def settle(self, function: str, *arguments: str | int) -> dict[str, Any]:
        answer = await self._call_function(CALL.replace("FUNCTION", function), *arguments)
        outcome: dict[str, Any] = json.loads(answer["value"])
        return outcome

    async def start(self, now: datetime) -> None:
        """In a tab whose clock stands still."""
        await self._command("session.new", capabilities={})
        await self._command("session.subscribe", events=["log.entryAdded"])
        moment = int(now.timestamp() * 1000)
        await self._command("script.addPreloadScript", functionDeclaration=STAND_STILL % (moment, moment))
        self._tab = (await self._command("browsingContext.create", type="tab"))["context"]

    async def read_messages(self) -> None:
        async for message in self._socket:
            received = json.loads(message)
            if received["type"] == "event":
                self._record_log_entry(received["params"])
            else:
                self._responses.pop(received["id"]).set_result(received)

    def _record_log_entry(self, entry: dict[str, Any]) -> None:
        if entry.get("level") in ("error", "warn"):
            self.errors.append(entry["text"])

    async def _command(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._responses[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        response = await asyncio.wait_for(self._responses[number], 3 * TIMEOUT_MS / 1000)
        assert response["type"] == "success", f"{method}: {response}"
        result: dict[str, Any] = response["result"]
        return result

    async def _named(self, role: str, name: str) -> list[dict[str, str]]:
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        found = await self._command("browsingContext.locateNodes", context=self._tab, locator=locator)
        return [{"sharedId": node["sharedId"]} for node in found["nodes"]]

    async def _call_function(self, function: str, *arguments: str | int | dict[str, str]) -> dict[str, Any]:
        answer = await self._command(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[_argument(each) for each in arguments],
            awaitPromise=True,
            target={"context": self._tab},
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        value: dict[str, Any] = answer["result"]
        return value

    async def perform(self, kind: str, steps: list[dict[str, Any]]) -> None:
        actions = [{"type": kind, "id": kind, "actions": steps}]
        await self._command("input.performActions", context=self._tab, actions=actions)


@asynccontextmanager
async def running_firefox(now: datetime) -> AsyncIterator[Firefox]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *(
                _installed(),
                "--headless",
                "--no-remote",
                "--profile",
                profile,
                "--remote-debugging-port",
                "0",
            ),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr
            address = await asyncio.wait_for(_address(process.stderr), 6 * TIMEOUT_MS / 1000)
            drain = asyncio.create_task(process.stderr.read())
            async with connect(f"{address}/session", proxy=None, max_size=None) as socket:
                firefox = Firefox(socket)
                reader = asyncio.create_task(firefox.read_messages())
                await firefox.start(now)
                yield firefox
                reader.cancel()
            drain.cancel()
        finally:
            process.kill()
            await process.wait()


def _argument(value: str | int | dict[str, str]) -> dict[str, Any]:
    """A string, a number, or the reference of an element."""
    if isinstance(value, dict):
        return value
    return {"type": "string" if isinstance(value, str) else "number", "value": value}


async def _address(output: asyncio.StreamReader) -> str:
    async for line in output:
        if found := LISTENING.search(line.decode()):
            return found[1]
    raise AssertionError("Firefox ended before it listened")


def _installed() -> str:
    found = filter(None, map(shutil.which, COMMANDS))
    return next(found, str(MAC))
