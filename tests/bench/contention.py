"""The refusal of a taken time, beside reads of the same server that find everything in its caches.

In processor time, which a crowd has to share; a mutation also sleeps until each process sees its commit.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.catalogue.clinic_file.sync import sync_clinic_file
from graphql_api.app import create_app
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.bench.support.clinic import clinic_file, person
from tests.bench.support.measure import Row, at_most, medians
from tests.support.asgi_client import asgi_client
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient, problem_types

MOST_READS = 3
REQUESTS_PER_ROUND = 100
READ = """query ($id: ID!) { rateLimit { remaining } node(id: $id) { ... on Service { slug
  practitioners(first: 3) { edges { node { slug } } } } } }"""
"""The points that are left are in no cached answer, so that each is computed; its rows are cached."""


async def refusal(url: str, name: str) -> Row:
    """A hold of a taken time with its alternatives, against reads of the cached catalogue."""
    database = open_database(url)
    async with database.write() as session:
        await sync_clinic_file(session, parse_clinic_file(clinic_file(10)))
    await database.close()
    async with asgi_client(create_app(Settings(url, points_per_client=10**9))) as http:
        api = GraphQLClient(http)
        day: date = datetime.now(UTC).date() + timedelta(days=2)
        taken, who = f"{day}T15:00:00Z", global_id("Practitioner", person(1))
        assert (await api.hold(taken, service="visit", practitionerId=who))["problems"] == []

        async def refuse() -> None:
            answer = await api.hold(taken, service="visit", practitionerId=who)
            assert problem_types(answer) == ["SlotTaken"]

        async def read() -> None:
            await api.ask(READ, id=global_id("Service", "visit"))

        ours, theirs, ratio = await medians(_seconds(refuse), _seconds(read), rounds=7)
    return Row(
        f"refusal of a taken time, {name}",
        *at_most(ratio, MOST_READS),
        f"{ours * 1000:.2f} ms",
        f"{theirs * 1000:.2f} ms",
        "a read of the cached catalogue",
    )


def _seconds(ask: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[float]]:
    async def measure() -> float:
        began_at = time.process_time()
        for _ in range(REQUESTS_PER_ROUND):
            await ask()
        return (time.process_time() - began_at) / REQUESTS_PER_ROUND

    return measure
