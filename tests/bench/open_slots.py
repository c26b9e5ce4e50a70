"""Open slots over HTTP: the same question repeated, and the first one after a booking."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.sync import sync_clinic_file
from tests.bench.support.clinic import SERVICE, clinic_file
from tests.bench.support.load import Load
from tests.bench.support.measure import Row, at_least, medians
from tests.stress.servers import Server, environment_for
from tests.support.databases import open_database
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient

PRACTITIONERS = 10
DAYS = 7
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
SECONDS = 0.3
"""Of each measurement of a rate."""


@dataclass(frozen=True)
class Ours:
    """Our server on a database with the clinic."""

    url: str
    folder: Path
    server: Server
    environment: dict[str, str]


@asynccontextmanager
async def running(url: str, folder: Path) -> AsyncIterator[Ours]:
    clinic = folder / "clinic.toml"
    clinic.write_text(clinic_file(PRACTITIONERS), "utf-8")
    database = open_database(url)
    async with database.write() as session:
        await sync_clinic_file(session, parse_clinic_file(clinic.read_text("utf-8")))
    await database.close()
    environment = environment_for(url, clinic)
    async with started(Server(folder / "ours.log", environment)) as server:
        yield Ours(url, folder, server, environment)


@asynccontextmanager
async def started(server: Server) -> AsyncIterator[Server]:
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def question() -> dict[str, Any]:
    first = datetime.now(UTC).date() + timedelta(days=2)
    wanted = {"serviceId": SERVICE, "from": f"{first}", "to": f"{first + timedelta(days=DAYS - 1)}"}
    return {"query": OPEN_SLOTS, "variables": {"filter": wanted}}


async def repeated(ours: Ours, database: str) -> Row:
    body = json.dumps(question()).encode()
    async with httpx.AsyncClient() as client:
        await client.post(f"{ours.server.base_url}/graphql", content=body, headers=JSON)
        answer = await client.post(f"{ours.server.base_url}/graphql", content=body, headers=JSON)
    assert len(answer.json()["data"]["openSlots"]["edges"]) == 100, answer.text[:500]
    file = ours.folder / "answer.json"
    file.write_bytes(answer.content)
    headers = [header for header in answer.headers.items() if header[0] != "date"]
    environment = ours.environment | {"BENCH_ANSWER": str(file), "BENCH_HEADERS": json.dumps(headers)}
    async with started(uvicorn_of("bare_asgi", ours.folder, environment)) as bare_server:
        to_us = Load.of(f"{ours.server.base_url}/graphql", body, JSON)
        to_the_bare_app = Load.of(f"{bare_server.base_url}/graphql", body, JSON)
        mine, bare, ratio = await medians(
            lambda: to_us.rate(seconds=SECONDS), lambda: to_the_bare_app.rate(seconds=SECONDS), rounds=15
        )
    return Row(
        f"open slots, repeated, {database}",
        *at_least(ratio, 0.8),
        ours=f"{mine:,.0f}/s",
        theirs=f"{bare:,.0f}/s",
        pair="a bare ASGI app, the same bytes",
    )


async def after_a_booking(ours: Ours, database: str) -> Row:
    wanted = question()
    async with AsyncExitStack() as stack:
        stock = await stack.enter_async_context(
            started(uvicorn_of("stock_strawberry", ours.folder, ours.environment))
        )
        us, them = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=server.base_url, headers=JSON))
            for server in (ours.server, stock)
        ]
        partner = GraphQLClient(us)

        async def ask(client: httpx.AsyncClient) -> Any:
            return (await client.post("/graphql", json=wanted)).json()

        body = json.dumps(wanted).encode()
        ours_cold, stock_cold = [
            Load.of(f"{server.base_url}/graphql", body, JSON) for server in (ours.server, stock)
        ]
        last = (await ask(us))["data"]["openSlots"]["edges"][-1]["node"]["startsAt"]

        async def changed() -> float:
            held = await partner.hold(last, service="visit")
            assert held["problems"] == [], held
            took = await ours_cold.once()
            await partner.release(held["holdToken"])
            return took

        mine, theirs, ratio = await medians(changed, stock_cold.once, rounds=30)
        assert await ask(us) == await ask(them), "the two differ"
    return Row(
        f"... after a booking, {database}",
        *at_least(1 / ratio, 5),
        ours=f"{mine * 1000:.1f} ms",
        theirs=f"{theirs * 1000:.1f} ms",
        pair="stock Strawberry's resolvers",
    )


def uvicorn_of(name: str, folder: Path, environment: dict[str, str]) -> Server:
    """Another app, run like ours."""
    options = ("--log-level", "warning", "--no-access-log", "--no-server-header")
    module = ("uvicorn", f"tests.bench.baselines.{name}:app", *options)
    return Server(folder / f"{name}.log", environment, module)
