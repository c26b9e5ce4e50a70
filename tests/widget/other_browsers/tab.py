"""A tab of a browser that Playwright does not drive, with what a visitor does in it."""

import json
from abc import ABC, abstractmethod
from typing import Any

from tests.support.browsers import TIMEOUT_MS

TAB, ENTER, ESCAPE, SHIFT = "\ue004", "\ue007", "\ue00c", "\ue008"
PRESS = ("pointerDown", "pointerUp")

# Waits for what the selector and the words name, however deep in shadow roots, to be seen and to stand still.
FIND = """async (selector, words, patience) => {
  const all = (root) => [...root.querySelectorAll('*')]
    .flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
  const nameOf = (element) => element.getAttribute('aria-label') ?? element.textContent;
  const plain = (text) => text.replace(/\\s+/gu, ' ').trim();
  const placeOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [Math.round(x + width / 2), Math.round(y + height / 2)];
  };
  for (const end = performance.now() + patience; performance.now() < end;) {
    const found = all(document).find((element) =>
      element.matches(selector) && plain(nameOf(element)).startsWith(words) && element.checkVisibility());
    found?.scrollIntoView({ block: 'center', behavior: 'instant' });
    const before = found && placeOf(found);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (found?.isConnected && String(placeOf(found)) === String(before)) return before;
  }
  throw new Error(`not there: ${selector} ${words}`);
}"""
# What has the focus, however deep in shadow roots: its heading, words or label.
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return (element.getAttribute('aria-label') ?? (element.labels?.[0] ?? element).textContent)
    .replace(/\\s+/gu, ' ').trim();
}"""


class Tab(ABC):
    @abstractmethod
    async def goto(self, url: str) -> None: ...

    @abstractmethod
    async def reload(self) -> None: ...

    @abstractmethod
    async def resize(self, width: int, height: int) -> None: ...

    @abstractmethod
    async def perform(self, kind: str, steps: list[dict[str, Any]]) -> None:
        """What a `pointer` or a `key` does, as both protocols say it (https://www.w3.org/TR/webdriver2/#actions)."""

    @abstractmethod
    async def settle(self, function: str, *arguments: str | int) -> dict[str, Any]:
        """The `value` of a JavaScript function, awaited, or the text of its `failure`."""

    async def call(self, function: str, *arguments: str | int) -> Any:
        """The value of a JavaScript function, awaited."""
        outcome = await self.settle(function, *arguments)
        assert "failure" not in outcome, outcome["failure"]
        return outcome.get("value")

    async def evaluate(self, expression: str) -> Any:
        return json.loads(await self.call(f"() => JSON.stringify({expression}) ?? 'null'"))

    async def sees(self, selector: str, words: str = "") -> None:
        """Waits for what starts with these words."""
        await self.call(FIND, selector, words, TIMEOUT_MS)

    async def clicks(self, selector: str, words: str = "") -> None:
        """As a pointer would: where it is."""
        x, y = await self.call(FIND, selector, words, TIMEOUT_MS)
        await self.presses(x, y)

    async def presses(self, x: int, y: int) -> None:
        """At a place of the viewport."""
        move = {"type": "pointerMove", "x": x, "y": y, "origin": "viewport"}
        await self.perform("pointer", [move, *({"type": kind, "button": 0} for kind in PRESS)])

    async def types(self, text: str, *, holding: str = "") -> None:
        """`holding` are keys that stay down meanwhile, as Shift."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        down, up = ([{"type": kind, "value": key} for key in holding] for kind in ("keyDown", "keyUp"))
        await self.perform("key", [*down, *keys, *up])

    async def waits_for(self, condition: str) -> None:
        """Until the JavaScript expression is true."""
        wait = f"""async (patience) => {{
          for (const end = performance.now() + patience; performance.now() < end;) {{
            if ({condition}) return true;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }}
          return false;
        }}"""
        assert await self.call(wait, TIMEOUT_MS), condition

    async def focused(self) -> str:
        """The words of what has the focus."""
        return str(await self.call(FOCUSED))

    async def goes(self, *, by: int) -> None:
        """By the browser's Back and Forward, within the page."""
        await self.evaluate(f"history.go({by})")
