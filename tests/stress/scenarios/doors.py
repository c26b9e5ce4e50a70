"""Public doors of a large clinic: while one request is answered, others are not delayed."""

import asyncio
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from graphql_api.types.relay import global_id
from tests.stress.deployment import Deployment, Outcome, Tally
from tests.stress.invariants import Violations
from tests.stress.large_clinic import large_clinic_file, service_slug
from tests.stress.servers import Server, environment_for

MOST_DELAY_MS = 50
"""By which one request may delay another."""
ROUNDS = 3
"""The least of a few delays is the server's; the rest are of other work on the machine."""
PROBE_SECONDS = 0.01
READ_SECONDS = 4.0
"""A bulk file is read for so long: it is a hundred megabytes."""
FORM = {"Content-Type": "application/json", "Accept": "application/json"}

DAYS = "query ($filter: OpenSlotFilter!) { availability(filter: $filter) { date openSlotCount } }"
SLOTS = """query ($filter: OpenSlotFilter!) { openSlots(filter: $filter, first: 100) { edges { node {
  id startsAt endsAt practitioner { name } location { name } } } } }"""
PEOPLE = """query { practitioners(first: 100) { edges { node { name services(first: 1) { edges { node { name
  practitioners(first: 2) { edges { node { slug } } } } } } } } } }"""
PLACES = "query { clinic { name locations { name openingHours { opens } } } }"


@dataclass(frozen=True)
class Door:
    """A request: a path, or a document with variables for `/graphql`."""

    name: str
    path: str = "/graphql"
    query: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)

    async def knock(self, client: httpx.AsyncClient) -> float:
        """Seconds until the first byte of the answer; the rest is read too, within READ_SECONDS."""
        began_at = time.perf_counter()
        body = {"query": self.query, "variables": self.variables}
        request = (
            client.build_request("POST", self.path, content=json.dumps(body), headers=FORM)
            if self.query
            else client.build_request("GET", self.path)
        )
        response = await client.send(request, stream=True)
        first = 0.0
        try:
            assert response.status_code == httpx.codes.OK, (self.name, response.status_code)
            async for _ in response.aiter_raw():
                first = first or time.perf_counter() - began_at
                if time.perf_counter() - began_at > READ_SECONDS:
                    break
        finally:
            await response.aclose()
        return first


@dataclass(frozen=True)
class Delay:
    """The longest that a health check waited while a door was answering, and its first byte."""

    door: str
    delay_ms: float
    first_byte_ms: float


def doors(today: date) -> list[Door]:
    first, last = today + timedelta(days=1), today + timedelta(days=31)
    wanted = {"serviceId": global_id("Service", service_slug(0)), "from": f"{first}", "to": f"{last}"}
    distinct = {"filter": {**wanted, "distinctTimes": True}}
    month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return [
        Door("hosted page", "/book"),
        Door("hosted page of a service", f"/book/{service_slug(0)}"),
        Door("plain times", f"/book/{service_slug(1)}/times"),
        Door("availability", query=DAYS, variables={"filter": wanted}),
        Door(
            "open slots", query=SLOTS, variables={"filter": {**wanted, "to": f"{last - timedelta(days=1)}"}}
        ),
        Door("distinct slots", query=SLOTS, variables=distinct),
        Door("practitioners", query=PEOPLE),
        Door("locations", query=PLACES),
        Door("manifest", "/$bulk-publish"),
        Door("bulk locations", "/bulk/locations.ndjson"),
        Door("bulk practitioners", "/bulk/practitioners.ndjson"),
        Door("bulk schedules", "/bulk/schedules.ndjson"),
        Door("bulk slots", f"/bulk/slots-{month:%Y-%m}.ndjson"),
    ]


async def public_doors(
    deployment: Deployment, *, scale: float, most_delay_ms: float = MOST_DELAY_MS
) -> Outcome:
    """No door of a large clinic delays a health check by more than `most_delay_ms`."""
    tally = Tally("doors", deployment)
    delays = await measure_doors(scale)
    for delay in delays:
        tally.successes += 1
        tally.seconds.append(delay.delay_ms / 1000)
        tally.check(
            delay.delay_ms <= most_delay_ms,
            f"{delay.door} delayed another by {delay.delay_ms:.0f} ms",
        )
    worst = max(delays, key=lambda delay: delay.delay_ms)
    return tally.outcome(Violations(), note=f"{worst.door} delays most, by {worst.delay_ms:.0f} ms")


async def measure_doors(scale: float, *, rounds: int = ROUNDS) -> list[Delay]:
    """Each door, cold and warm, with a probe beside it. A server of its own, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="book-online-doors-") as name:
        folder = Path(name)
        clinic = folder / "clinic.toml"
        clinic.write_text(large_clinic_file(scale), "utf-8")
        environment = environment_for(f"sqlite:///{folder / 'large.sqlite3'}", clinic)
        delays: dict[str, list[Delay]] = {}
        for _ in range(rounds):
            # Started anew each time: the first request finds nothing in any cache.
            server = Server(folder / "server.log", environment)
            try:
                await server.start()
                async with httpx.AsyncClient(base_url=server.base_url, timeout=60) as client:
                    for door in doors(datetime.now(UTC).date()):
                        delays.setdefault(door.name, []).append(await _delay(door, client))
            finally:
                await server.stop()
    return [min(found, key=lambda delay: delay.delay_ms) for found in delays.values()]


async def _delay(door: Door, client: httpx.AsyncClient) -> Delay:
    waits: list[float] = []

    async def probe() -> None:
        while True:
            began_at = time.perf_counter()
            await client.get("/healthz")
            waits.append(time.perf_counter() - began_at)
            await asyncio.sleep(PROBE_SECONDS)

    probing = asyncio.create_task(probe())
    try:
        await asyncio.sleep(0.2)
        waits.clear()
        first_byte = await door.knock(client)
        await asyncio.sleep(0.05)
        while not waits and not probing.done():  # noqa: ASYNC110  (a list)
            await asyncio.sleep(PROBE_SECONDS)
    finally:
        probing.cancel()
    return Delay(door.name, max(waits) * 1000, first_byte * 1000)
