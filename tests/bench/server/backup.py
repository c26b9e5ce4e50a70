"""A server under constant load, while `book-online backup` runs beside it and while it does not."""

import asyncio
import statistics
import sys
import time
from asyncio.subprocess import create_subprocess_exec
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.bench.open_slots import DAYS, Ours, running
from tests.bench.support.clinic import SERVICE
from tests.bench.support.history import add_history
from tests.bench.support.measure import Row
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient, HasErrors

PRACTITIONERS = 10
REQUESTS_A_SECOND = 10
READS_TO_A_HOLD = 8
"""Each hold ends what is cached, so most of these reads are worked out anew."""
MOST_SLOWER = 2
"""Times as long may a request take, in the median and for the slowest twentieth."""


@dataclass
class Answers:
    """Of requests that were sent at fixed times, however long earlier ones take."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) * 1000

    @property
    def slow(self) -> float:
        """The 95th percentile, in milliseconds."""
        return statistics.quantiles(self.seconds, n=20)[-1] * 1000


async def under_load(url: str, folder: Path, database: str, number: int) -> list[Row]:
    """A clinic with so many past visits: a whole backup, and as long without one."""
    async with running(url, folder) as ours, httpx.AsyncClient(base_url=ours.server.base_url) as http:
        await add_history(url, number, PRACTITIONERS)
        partner = GraphQLClient(http)
        warm = asyncio.create_task(asyncio.sleep(2))
        await _constant_load(partner, warm)
        backup = asyncio.create_task(_back_up(ours))
        during = await _constant_load(partner, backup)
        seconds = await backup
        without = await _constant_load(partner, asyncio.create_task(asyncio.sleep(seconds)))
    wrong = during.failed + without.failed
    rows = [
        Row(
            f"backup of {number:,} visits under load, {database}",
            "0 failed",
            f"{wrong} failed",
            not wrong,
            f"{seconds:.1f} s",
            f"{len(during.seconds)}",
            f"requests meanwhile, {REQUESTS_A_SECOND} a second",
        )
    ]
    for name, mine, theirs in (
        ("median", during.median, without.median),
        ("95th percentile", during.slow, without.slow),
    ):
        rows.append(
            Row(
                f"... {name}",
                f"<= {MOST_SLOWER} x",
                f"{mine / theirs:.2f} x",
                mine / theirs <= MOST_SLOWER,
                f"{mine:.1f} ms",
                f"{theirs:.1f} ms",
                "no backup",
            )
        )
    return rows


async def _back_up(ours: Ours) -> float:
    """Seconds that the command takes, which must succeed."""
    began = time.perf_counter()
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "graphql_api.cli.main", "backup", str(ours.folder / "clinic.backup")),
        cwd=ours.folder,
        env=ours.environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    return time.perf_counter() - began


async def _constant_load(partner: GraphQLClient, until: "asyncio.Task[object]") -> Answers:
    """Requests at a constant rate until the task is done, and the answers to all of them."""
    answers = Answers()
    first = datetime.now(UTC).date() + timedelta(days=2)
    day, last = f"{first}", f"{first + timedelta(days=DAYS - 1)}"
    starts = [slot["startsAt"] for slot in (await _slots(partner, day, last))]

    async def read() -> None:
        assert await _slots(partner, day, last)

    async def hold_and_release(number: int) -> None:
        held: dict[str, Any] = {}

        async def hold() -> None:
            held.update(await partner.hold(starts[number % len(starts)], service="visit"))
            assert held["problems"] == [], held

        async def release() -> None:
            await partner.release(held["holdToken"])

        await measured(hold)
        if held:
            await measured(release)

    async def measured(request: Callable[[], Awaitable[None]]) -> None:
        began = time.perf_counter()
        try:
            await request()
        except (httpx.HTTPError, HasErrors, AssertionError):
            answers.failed += 1
        answers.seconds.append(time.perf_counter() - began)

    sent: list[asyncio.Task[None]] = []
    began, number = time.perf_counter(), 0
    while not until.done():
        await asyncio.sleep(max(0, began + number / REQUESTS_A_SECOND - time.perf_counter()))
        if number % (READS_TO_A_HOLD + 2) == 0:
            sent.append(asyncio.create_task(hold_and_release(number)))
            number += 2
        else:
            sent.append(asyncio.create_task(measured(read)))
            number += 1
    await asyncio.gather(*sent)
    return answers


async def _slots(partner: GraphQLClient, first: str, last: str) -> Sequence[dict[str, str]]:
    wanted = {"serviceId": SERVICE, "from": first, "to": last}
    answer = await partner.ask(OPEN_SLOTS, filter=wanted)
    if "errors" in answer:
        raise HasErrors(answer["errors"])
    return [edge["node"] for edge in answer["data"]["openSlots"]["edges"]]
