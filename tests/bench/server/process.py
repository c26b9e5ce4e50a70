"""The memory of a server, and its time until ready."""

import json
import statistics
import subprocess
import sys
import time
from asyncio.subprocess import create_subprocess_exec
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.bench.open_slots import JSON, started
from tests.bench.support.load import Load
from tests.bench.support.measure import Row
from tests.stress.servers import REPOSITORY, Server, environment_for
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient, service_id

MOST_MEGABYTES = 120
FLAT = 1.05
MOST_SECONDS = 1.5
STARTS = 5
QUESTIONS = 100
"""Different questions that are computed anew after each hold and release."""
LIBRARIES = "import asyncpg, sqlalchemy.ext.asyncio, starlette.applications, strawberry, uvicorn"


async def memory(url: str, folder: Path, requests: int) -> list[Row]:
    """With the sample clinic; one request of a hundred is computed, the others repeat an earlier one."""
    async with sample_server(url, folder) as server:
        async with httpx.AsyncClient(base_url=server.base_url) as client:
            partner = GraphQLClient(client)
            await _ask(server, partner, requests=requests // 10)
            warm = _megabytes(server.pid)
            await _ask(server, partner, requests=requests)
        after = _megabytes(server.pid)
    return [
        Row(
            "memory of one worker",
            f"< {MOST_MEGABYTES} MB",
            f"{after:.0f} MB",
            after < MOST_MEGABYTES,
            f"{after:.0f} MB",
            f"{_megabytes_of_libraries():.0f} MB",
            "Python with the libraries alone",
        ),
        Row(
            f"... after {requests:,} requests",
            f"<= {FLAT:g} x",
            f"{after / warm:.2f} x",
            after / warm <= FLAT,
            f"{after:.0f} MB",
            f"{warm:.0f} MB",
            f"after {requests // 10:,}",
        ),
    ]


async def start(url: str, folder: Path) -> Row:
    ours, theirs = [], []
    for _ in range(STARTS):
        started_at = time.perf_counter()
        async with sample_server(url, folder):
            ours.append(time.perf_counter() - started_at)
        started_at = time.perf_counter()
        await (await create_subprocess_exec(sys.executable, "-c", LIBRARIES)).wait()
        theirs.append(time.perf_counter() - started_at)
    mine = statistics.median(ours)
    return Row(
        "start until ready",
        f"< {MOST_SECONDS} s",
        f"{mine:.2f} s",
        mine < MOST_SECONDS,
        f"{mine:.2f} s",
        f"{statistics.median(theirs):.2f} s",
        "Python with the libraries alone",
    )


def sample_server(url: str, folder: Path) -> AbstractAsyncContextManager[Server]:
    return started(Server(folder / "sample.log", environment_for(url, REPOSITORY / "clinic.toml")))


async def _ask(server: Server, partner: GraphQLClient, *, requests: int) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for _ in range(max(requests // 100 // QUESTIONS, 1)):
        slots = await partner.open_slots(f"{tomorrow}", f"{tomorrow + timedelta(days=20)}")
        for number in range(QUESTIONS - 5):
            day = tomorrow + timedelta(days=number % 20)
            await partner.open_slots(f"{day}", f"{day + timedelta(days=number // 20)}")
        held = await partner.hold(slots[0]["startsAt"])
        await partner.release(held["holdToken"])
    wanted = {"serviceId": service_id(), "from": f"{tomorrow}", "to": f"{tomorrow}"}
    body = json.dumps({"query": OPEN_SLOTS, "variables": {"filter": wanted}}).encode()
    await Load.of(f"{server.base_url}/graphql", body, JSON).times(requests)


def _megabytes(pid: int) -> float:
    """Resident memory, from `ps`, which every Unix has."""
    output = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True)
    return int(output.stdout) / 1024


def _megabytes_of_libraries() -> float:
    with subprocess.Popen(
        [sys.executable, "-c", f"{LIBRARIES}; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as libraries:
        assert libraries.stdin is not None
        assert libraries.stdout is not None
        libraries.stdout.readline()
        megabytes = _megabytes(libraries.pid)
        libraries.stdin.write(b"\n")
    return megabytes
