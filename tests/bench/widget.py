"""`make bench-widget`: what the widget costs a page and its visitor, in a real browser."""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession

from tests.bench.support.reading import WORDS_A_SECOND, Reader
from tests.support.browsers import fresh_page, running_browser
from tests.support.databases import sqlite_copy, sqlite_template
from tests.support.site import page_of_another_origin, running_site
from tests.widget.visitor import Visitor

RUNS = 5
WITHOUT_QUESTIONS = "physiotherapy-assessment"
NEAR_THE_CLINIC = "America/Toronto"
"""The zone of the sample clinic. Who is elsewhere reads their own time beside each of the clinic's."""
SLOWER = 4
GOALS = {
    "bytes before the click": 2_500,
    "bytes of code and style, all steps": 20_000,
    "requests in a row after the click": 2,
    "ms from the answer to the times, 4 x slower": 100,
    "layout shift": 0,
    "long tasks over 50 ms, 4 x slower": 0,
}
"""At most."""
REACH_MS = 250
"""From the pointer over the button to the press."""
LATENCY_MS = 50
"""Of the network. Without any, a slow processor sends its second request after the answer to its first."""
PAGE = """<!doctype html><html lang="en"><title>A clinic</title>
<meta name="viewport" content="width=device-width">
<script type="module" src="{url}/widget/book-online.js"></script>
<style>book-online:not(:defined) {{ display: inline-flex; align-items: center; box-sizing: border-box;
  min-block-size: 2.75em; padding: .5em 1.375em; font-weight: 600; }}</style>
<h1>Dry needling</h1><p>Some words of the clinic.</p>
<book-online service="{service}"><a href="{url}/book/{service}">Book Online</a></book-online>
<p>More words of the clinic.</p>"""
"""With the room for the button, as `docs/how-to/embed.md` has it."""
WATCH = """() => {
  window.seen = { shift: 0, tasks: [], clicked: null, painted: null };
  addEventListener('click', () => { seen.clicked ??= performance.now(); }, { capture: true });
  const shifts = (list) => list.getEntries().filter((one) => !one.hadRecentInput);
  new PerformanceObserver((list) => { for (const one of shifts(list)) seen.shift += one.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.tasks.push(one.duration); })
    .observe({ type: 'longtask', buffered: true });
  const look = () => {
    const time = document.querySelector('book-online')?.shadowRoot?.querySelector('[part~=time]');
    if (!time) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { seen.painted = performance.now(); }));
  };
  requestAnimationFrame(look);
}"""


@dataclass
class Request:
    url: str
    start: float
    end: float = 0
    size: int = 0
    kind: str = ""


@dataclass
class Network:
    """All that the browser fetched from the widget's server."""

    origin: str
    requests: dict[str, Request] = field(default_factory=dict)

    def watch(self, devtools: CDPSession) -> None:
        devtools.on("Network.requestWillBeSent", self._sent)
        devtools.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if url.startswith(self.origin) and event["request"]["method"] != "OPTIONS":
            self.requests[event["requestId"]] = Request(url, event["timestamp"], kind=event.get("type", ""))

    def _finished(self, event: dict[str, Any]) -> None:
        if request := self.requests.get(event["requestId"]):
            request.end, request.size = event["timestamp"], event["encodedDataLength"]

    def all(self) -> list[Request]:
        return [request for request in self.requests.values() if request.end]


def depth(requests: Sequence[Request]) -> int:
    """How many of them waited one for the other, at most."""
    best: dict[int, int] = {}
    ordered = sorted(requests, key=lambda request: request.start)
    for place, request in enumerate(ordered):
        before = (best[other] for other in range(place) if ordered[other].end <= request.start)
        best[place] = 1 + max(before, default=0)
    return max(best.values(), default=0)


async def measure(browser: Browser, url: str, home: str) -> dict[str, float]:
    async with fresh_page(browser) as page:
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Network.enable")
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        away = {"latency": LATENCY_MS, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        await devtools.send("Network.emulateNetworkConditions", away)
        network = Network(url)
        network.watch(devtools)
        visitor = await Visitor.at(page)
        await page.add_init_script(f"({WATCH})()")
        await page.goto(home)
        await page.wait_for_function("!!customElements.get('book-online')")
        await page.wait_for_load_state("networkidle")
        before = network.all()
        button = page.get_by_role("link", name="Book Online")
        await button.hover()
        await page.wait_for_timeout(REACH_MS)
        near = network.all()
        await button.click()
        await page.wait_for_function("seen.painted")
        opened = [request for request in network.all() if request not in near]
        seen = await page.evaluate("seen")
        answered = await page.evaluate(ANSWERED)
        await finish(visitor)
        await page.wait_for_load_state("networkidle")
        every = network.all()
        code = [r for r in every if r.url.endswith((".js", ".css"))]
        return {
            "bytes before the click": sum(r.size for r in before),
            "requests before the click": len(before),
            "bytes of code and style, all steps": sum(r.size for r in code),
            "bytes of texts, all steps": sum(r.size for r in every if "/strings/" in r.url),
            "bytes of everything, all steps": sum(r.size for r in every),
            "requests in a row after the click": depth(opened),
            "ms from the answer to the times, 4 x slower": seen["painted"] - answered,
            "ms from the click to the times, 4 x slower": seen["painted"] - seen["clicked"],
            "layout shift": (await page.evaluate("seen"))["shift"],
            "long tasks over 50 ms, 4 x slower": len((await page.evaluate("seen"))["tasks"]),
        }


ANSWERED = """() => Math.max(...performance.getEntriesByType('resource')
  .filter(({ name, responseEnd }) => name.endsWith('/graphql') && responseEnd <= seen.painted)
  .map(({ responseEnd }) => responseEnd))"""


async def finish(visitor: Visitor) -> None:
    await visitor.chooses_practitioner("Sample Practitioner A")
    await visitor.page.locator("[part~=time]").first.click()
    await visitor.answers_no()
    await visitor.fills_in()
    await visitor.button("Book this visit").click()
    await visitor.is_booked()


async def bench(url: str) -> None:
    async with (
        running_site(url) as site,
        running_browser() as browser,
        page_of_another_origin(PAGE.format(url=site.url, service="dry-needling")) as home,
        page_of_another_origin(PAGE.format(url=site.url, service=WITHOUT_QUESTIONS)) as unasked,
    ):
        runs = [await measure(browser, site.url, home) for _ in range(RUNS)]
        readings = [
            [await read_and_book(browser, address, has_questions=address == home) for _ in range(RUNS)]
            for address in (unasked, home)
        ]
    sys.stdout.write(f"medians of {RUNS} runs\n")
    for name in runs[0]:
        values = [run[name] for run in runs]
        median, goal = statistics.median(values), GOALS.get(name)
        line = f"{name:<46}{median:10.5g}   ({min(values):.5g} to {max(values):.5g})"
        verdict = "" if goal is None else f"   goal {goal}{', missed' if median > goal else ''}"
        sys.stdout.write(f"{line}{verdict}\n")
    for name, results in zip(("without questions", "with six questions"), readings, strict=True):
        seconds = statistics.median(taken for taken, _ in results)
        reader = results[0][1]
        sys.stdout.write(f"s from the button to booked, {name:<18}{seconds:10.1f}   ")
        sys.stdout.write(f"({reader.presses} presses, one autofill, {reader.words} words)\n")
        once = seconds - reader.repeated / WORDS_A_SECOND
        new = reader.words - reader.repeated
        sys.stdout.write(f"{'  reading what is repeated only once':<46}{once:10.1f}   ({new} words)\n")


async def read_and_book(browser: Browser, home: str, *, has_questions: bool) -> tuple[float, Reader]:
    """The seconds that it takes, and the visitor."""
    async with fresh_page(browser, time_zone=NEAR_THE_CLINIC) as page:
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.goto(home)
        await page.wait_for_function("!!customElements.get('book-online')")
        reader = Reader(page)
        return await reader.books(has_questions=has_questions), reader


def main() -> None:
    with tempfile.TemporaryDirectory() as template, tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(sqlite_copy(sqlite_template(Path(template)), Path(folder))))


if __name__ == "__main__":
    main()
