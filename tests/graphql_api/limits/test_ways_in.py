"""Every way in counts in the same limits, and all addresses of an IPv6 network count together."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import GraphQLClient

HTML = {"accept": "text/html"}
SERVICES = "{ services(first: 20) { edges { node { slug } } } }"
HOURS = range(12, 20)
ANSWERS = ("pregnancy", "bleeding", "infection", "pacemaker", "needle-fear", "metal-allergy")
PATIENT = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}


@asynccontextmanager
async def clients(
    database: Database, url: str, addresses: Sequence[str], **settings: Any
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of one and the same server for each address."""
    await open_clinic(database)
    app = create_app(Settings(url, **settings), now=lambda: NOW)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(LifespanManager(app))
        yield [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(running.app, client=(address, 1)),
                    base_url="http://clinic.example",
                )
            )
            for address in addresses
        ]


async def _graphql(http: httpx.AsyncClient) -> httpx.Response:
    return await http.post("/graphql", json={"query": SERVICES})


def _get(path: str) -> Any:
    async def ask(http: httpx.AsyncClient) -> httpx.Response:
        return await http.get(path, headers=HTML)

    return ask


async def _form(http: httpx.AsyncClient) -> httpx.Response:
    return await http.post("/book/dry-needling/hold", data={"at": "x"}, headers=HTML)


WAYS_IN = {
    "GraphQL": _graphql,
    "the hosted page": _get("/book"),
    "the manage page": _get("/manage"),
    "the demo page": _get("/"),
    "times without a script": _get("/book/dry-needling/times"),
    "a form without a script": _form,
    "the bulk manifest": _get("/$bulk-publish"),
    "a bulk file": _get("/bulk/locations.ndjson"),
    "slots": _get("/bulk/slots-2026-11.ndjson"),
    "an unknown calendar feed": _get("/feeds/none.ics"),
}


@pytest.mark.parametrize("door", WAYS_IN)
async def test_points_spent_at_one_door_are_missing_at_every_other(
    database: Database, database_url: str, door: str
) -> None:
    addresses = ["192.0.2.7", "192.0.2.8"]
    async with clients(database, database_url, addresses, points_per_client=200) as [one, other]:
        for _ in range(300):
            if (await WAYS_IN[door](one)).status_code == 429:
                break
        for _ in range(30):
            await _graphql(one)
        # A manage page's secret is behind the `#`, so that each may be a right one.
        assert (await WAYS_IN["the manage page"](one)).status_code == 200
        for name, ask in WAYS_IN.items():
            if name == "the manage page":
                continue
            refused = await ask(one)
            assert refused.status_code == 429, name
            assert int(refused.headers["retry-after"]) > 0, name
            if name != "GraphQL":
                assert "416.545.1881" in refused.text, name
                assert "<h1>Please wait a few minutes</h1>" in refused.text, name
        assert (await WAYS_IN[door](other)).status_code != 429


def _form_of(hour: int, minute: int = 0) -> dict[str, str]:
    return {"at": f"2026-11-25T{hour}:{minute:02}Z@main-street", "key": f"{hour:02}{minute:02}" * 10}


async def test_a_network_of_ipv6_holds_little_more_than_a_client(
    database: Database, database_url: str
) -> None:
    """466 times were held from one /56, a client for each of its 256 networks."""
    addresses = [f"2001:db8:0:{subnet:x}::1" for subnet in range(12)] + ["2001:db8:1::1"]
    async with clients(database, database_url, addresses, holds_per_client=2) as [*household, neighbour]:
        held = []
        times = [(hour, day) for day in ("2026-11-24", "2026-11-25") for hour in range(8, 16)]
        for http, (hour, day) in zip(household, times, strict=False):
            answer = await GraphQLClient(http).hold(f"{day}T{hour:02}:00:00-05:00")
            held.append([problem["__typename"] for problem in answer["problems"]])
        assert held[:4] == [[]] * 4
        assert held[4:] == [["TooManyHolds"]] * 8
        refused = await household[5].post("/book/dry-needling/hold", data=_form_of(21), headers=HTML)
        assert refused.status_code == 429
        assert (await GraphQLClient(neighbour).hold("2026-11-26T10:00:00-05:00"))["problems"] == []


async def test_bookings_count_alike_over_the_api_and_by_plain_forms(
    database: Database, database_url: str
) -> None:
    addresses = ["192.0.2.7"]
    async with clients(database, database_url, addresses, bookings_per_client=2) as [http]:
        assert (await GraphQLClient(http).hold_and_book("2026-11-24T10:00:00-05:00"))["problems"] == []
        details = {f"answer-{name}": "no" for name in ANSWERS} | PATIENT
        booked = await http.post("/book/dry-needling/finish", data=_form_of(15) | details, headers=HTML)
        assert (booked.status_code, "Your visit is booked" in booked.text) == (200, True)
        refused = await http.post("/book/dry-needling/finish", data=_form_of(17) | details, headers=HTML)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert "416.545.1881" in refused.text
        # The form that was booked is shown again, whatever the limit.
        again = await http.post("/book/dry-needling/finish", data=_form_of(15) | details, headers=HTML)
        assert re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", again.text) == re.findall(
            r"[0-9A-Z]{4}-[0-9A-Z]{4}", booked.text
        )
        api = GraphQLClient(http)
        answer = await api.book((await api.hold("2026-11-24T14:00:00-05:00"))["holdToken"])
        assert answer["problems"][0]["__typename"] == "TooManyBookings"


async def test_under_attack_plain_forms_hold_a_few_times_in_all(
    database: Database, database_url: str
) -> None:
    addresses = [f"192.0.2.{number}" for number in range(12)]
    settings = {"proof_of_work": "sample secret, not for any server"}
    async with clients(database, database_url, addresses, **settings) as everybody:
        statuses = []
        times = [(day, hour) for day in (24, 25, 26) for hour in (12, 14, 16, 18)]
        for http, (day, hour) in zip(everybody, times, strict=False):
            form = {"at": f"2026-11-{day}T{hour}:00Z@main-street", "key": f"{day}{hour}" * 10}
            response = await http.post("/book/dry-needling/hold", data=form, headers=HTML)
            statuses.append(response.status_code)
        assert statuses == [200] * 10 + [429] * 2
        assert "416.545.1881" in response.text
