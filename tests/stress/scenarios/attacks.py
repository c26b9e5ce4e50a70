"""Attacks: one address against all, and idle connections."""

import asyncio
import itertools
import os
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx

from graphql_api.types.relay import global_id
from tests.stress.deployment import Deployment, Outcome, Tally
from tests.stress.invariants import Violations
from tests.stress.large_clinic import large_clinic_file, service_slug
from tests.stress.servers import REPOSITORY, Server, environment_for

ATTACKER, VISITOR = "127.0.0.2", "127.0.0.3"
MOST_SLOWDOWN = 3.0
"""By which the median of a visitor's waits may grow while another address sends what its points allow."""
ATTACKING_CLIENTS = 8
VISITS = 40
POINTS = "20000"
"""As in the product: elsewhere a stress server gives points without end."""


def _selection(fields: Iterable[str]) -> str:
    return f"{{ {' '.join(fields)} }}"


TYPE = "{ fields { name args { name type { name } } } }"
FIELDS = "fields { name description args { name type { name } } }"
SERVICE = "{ id name description faq { question answer } screeningQuestions { id } }"
CLINIC = "fragment F on Clinic { name phone locations { slug name address } }"
DOCUMENTS = (
    _selection(f'a{n}: __type(name: "Query") {TYPE}' for n in range(19)),
    "{ __schema { types { name fields { name args { name } type { name ofType { name } } } } } }",
    _selection(["clinic", _selection(["locations { openingHours { opens } }"] * 60)]),
    _selection(f"a{n}: clinic {{ ...F locations {{ slug }} }}" for n in range(19)) + CLINIC,
    _selection(f's{n}: service(slug: "{n}") {SERVICE}' for n in range(19)),
    _selection(f"x{n} {{ y z }}" for n in range(150)),
    _selection(["__schema", _selection(["types", _selection(f"a{n}: {FIELDS}" for n in range(29))])]),
    f"{{ openSlots(filter: {_selection(f'x{n}: A' for n in range(300))}) {{ __typename }} }}",
    "{ clinic {" + "... on Clinic { locations { slug } } " * 90 + "} }",
    "{ clinic { name } }" + "#" * 60_000,
    "{ __typename }",
)
"""What takes long to parse, to validate, to refuse or to answer."""
SLOTS = """query ($filter: OpenSlotFilter!, $first: Int) { openSlots(filter: $filter, first: $first) {
  edges { node { startsAt practitioner { name } } } } }"""
WEEK = timedelta(days=7)
HEAD = b"GET /healthz HTTP/1.1\r\nHost: clinic.example\r\nX-Field: "
IDLE_CONNECTIONS = 1300
DESCRIPTORS = 1024


async def one_address_against_all(
    deployment: Deployment, *, scale: float, most_slowdown: float = MOST_SLOWDOWN
) -> Outcome:
    """A server of its own, on SQLite: its limits are those of the product."""
    tally = Tally("attack", deployment)
    async with _running_server() as server:
        wanted = _slot_queries()
        async with _client(server, VISITOR) as visitor, _client(server, ATTACKER) as attacker:
            visits = max(round(VISITS * scale), 10)
            before = await _waits(visitor, wanted, visits)
            attacking = [asyncio.create_task(_attack(attacker, n)) for n in range(ATTACKING_CLIENTS)]
            await asyncio.sleep(0.5)
            during = await _waits(visitor, wanted, visits)
            for task in attacking:
                task.cancel()
            await asyncio.wait(attacking)
    tally.successes, tally.seconds = len(during), during
    slowdown = median(during) / median(before)
    tally.check(slowdown <= most_slowdown, f"a visitor waited {slowdown:.1f} times as long")
    return tally.outcome(Violations(), note=f"{slowdown:.1f} times {median(before) * 1000:.0f} ms")


async def _attack(client: httpx.AsyncClient, number: int) -> None:
    """As fast as it is answered; each document is made new by a comment."""
    documents = itertools.cycle(DOCUMENTS)
    for count in itertools.count():
        with suppress(httpx.HTTPError):
            await client.post("/graphql", json={"query": f"{next(documents)} # {number} {count}"})


async def _waits(client: httpx.AsyncClient, wanted: Iterator[dict[str, object]], visits: int) -> list[float]:
    """Seconds for each answer with open slots; none is in a cache."""
    waits = []
    for _ in range(visits):
        began_at = time.perf_counter()
        response = await client.post("/graphql", json=next(wanted))
        waits.append(time.perf_counter() - began_at)
        assert response.json()["data"]["openSlots"], response.text
        await asyncio.sleep(0.02)
    return waits


async def many_idle_connections(deployment: Deployment, *, most_seconds: float = 1) -> Outcome:
    """Connections that say nothing, and others that never finish their head, at few descriptors."""
    tally = Tally("idle", deployment)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, ({DESCRIPTORS}, {DESCRIPTORS}))\n"
    _raise_own_limit()
    async with _running_server(site_customization=limit) as server:
        wanted = _slot_queries()
        host, port = server.base_url.removeprefix("http://").split(":")
        writers = []
        for number in range(IDLE_CONNECTIONS):
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, int(port))
                writers.append(writer)
                if number % 3:
                    writer.write(HEAD)
        async with _client(server, VISITOR) as visitor:
            for _ in range(20):
                began_at = time.perf_counter()
                health = await visitor.get("/healthz")
                slots = await visitor.post("/graphql", json=next(wanted))
                tally.seconds.append(time.perf_counter() - began_at)
                tally.successes += 1
                tally.check(
                    health.status_code == slots.status_code == httpx.codes.OK, "a visitor was kept out"
                )
        for writer in writers:
            writer.close()
    worst = max(tally.seconds)
    tally.check(worst < most_seconds, f"a visitor waited {worst:.1f} s")
    return tally.outcome(Violations(), note=f"{worst * 1000:.0f} ms at most, {len(writers)} connections")


@asynccontextmanager
async def _running_server(*, site_customization: str = "") -> AsyncIterator[Server]:
    """With a clinic of some twenty practitioners, on SQLite; `site_customization` runs before all else."""
    with tempfile.TemporaryDirectory(prefix="book-online-attacks-") as name:
        folder = Path(name)
        (folder / "clinic.toml").write_text(large_clinic_file(0.02), "utf-8")
        (folder / "sitecustomize.py").write_text(site_customization, "utf-8")
        environment = environment_for(f"sqlite:///{folder / 'clinic.sqlite3'}", folder / "clinic.toml") | {
            "BOOK_ONLINE_POINTS_PER_CLIENT": POINTS,
            "PYTHONPATH": os.pathsep.join((name, str(REPOSITORY))),
        }
        server = Server(folder / "server.log", environment)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


def _client(server: Server, address: str) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(base_url=server.base_url, transport=transport, timeout=60)


def _slot_queries() -> Iterator[dict[str, object]]:
    """Each one differs from those before, so that no cache has its answer."""
    day = datetime.now(UTC).date() + timedelta(days=2)
    wanted = {"serviceId": global_id("Service", service_slug(0)), "from": f"{day}", "to": f"{day + WEEK}"}
    for first in itertools.cycle(range(5, 100)):
        yield {"query": SLOTS, "variables": {"filter": wanted, "first": first}}


def _raise_own_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
