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

COMMANDS = ("firefox-esr", "firefox")
MAC = Path("/Applications/Firefox.app/Contents/MacOS/firefox")
TAB, ENTER, SHIFT = "\ue004", "\ue007", "\ue008"
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")

# Waits for what the selector and the words name, however deep in shadow roots, to be seen.
FIND = """async (selector, words, patience) => {
  const all = (root) => [...root.querySelectorAll('*')]
    .flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
  const nameOf = (element) => element.getAttribute('aria-label') ?? element.textContent;
  const plain = (text) => text.replace(/\\s+/gu, ' ').trim();
  for (const end = performance.now() + patience; performance.now() < end;) {
    const found = all(document).find((element) =>
      element.matches(selector) && plain(nameOf(element)).startsWith(words) && element.checkVisibility());
    if (found) {
      found.scrollIntoView({ block: 'center', behavior: 'instant' });
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not there: ${selector} ${words}`);
}"""
# `Date` as if it stood still.
STAND_STILL = """() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) { super(...(parts.length ? parts : [%d])); }
    static now() { return %d; }
  };
}"""


class Firefox:
    """One tab. The commands are those of https://w3c.github.io/webdriver-bidi/."""

    def __init__(self, socket: ClientConnection) -> None:
        self.errors: list[str] = []
        """Errors and warnings on the console."""
        self._socket = socket
        self._ids = count(1)
        self._responses: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tab = ""

    async def goto(self, url: str) -> None:
        await self._command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        answer = await self._call_function(f"() => JSON.stringify({expression}) ?? 'null'")
        return json.loads(answer["value"])

    async def sees(self, selector: str, words: str = "") -> dict[str, str]:
        """Waits for what starts with these words."""
        found = await self._call_function(FIND, selector, words, TIMEOUT_MS)
        return {"sharedId": found["sharedId"]}

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

    async def clicks(self, selector: str, words: str = "") -> None:
        """As a pointer would: where it is."""
        origin = {"type": "element", "element": await self.sees(selector, words)}
        await self._perform(
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
            kind="pointer",
        )

    async def types(self, text: str, *, holding: str = "") -> None:
        """`holding` are keys that stay down meanwhile, as Shift."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        down, up = ([{"type": kind, "value": key} for key in holding] for kind in ("keyDown", "keyUp"))
        await self._perform(*down, *keys, *up, kind="key")

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
        assert response["type"] == "success", response
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

    async def _perform(self, *steps: dict[str, Any], kind: str) -> None:
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
