"""Subscriptions over server-sent events: who listens hears what has changed; nobody takes all the room."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.http.event_stream import Streams, event_stream
from graphql_api.http.stopping import Stopping
from graphql_api.limits.limits import MAX_STREAMS, MAX_STREAMS_PER_CLIENT
from graphql_api.security.client_address import Network
from graphql_api.settings import Settings
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import GraphQLClient, service_id
from tests.support.live_server import live_server

CHANGED = """subscription ($filter: OpenSlotFilter!) {
  availabilityChanged(filter: $filter) { date openSlotCount }
}"""
DAY = {"serviceId": service_id(), "from": "2026-11-24", "to": "2026-11-24"}
ACCEPT = {"accept": "text/event-stream"}
PATIENCE_SECONDS = 20

Event = tuple[str, Any]


@pytest.fixture
async def http(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Over a socket, as streams need it."""
    await open_clinic(database)
    app = create_app(Settings(database_url), now=lambda: NOW)
    async with live_server(app) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        yield client


@asynccontextmanager
async def listening(http: httpx.AsyncClient, document: str = CHANGED) -> AsyncIterator[AsyncIterator[Event]]:
    body = {"query": document, "variables": {"filter": DAY}}
    async with http.stream("POST", "/graphql", json=body, headers=ACCEPT) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield heard(response)


async def heard(response: httpx.Response) -> AsyncIterator[Event]:
    name = ""
    async for line in response.aiter_lines():
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value) if value else None


def count(event: Event) -> int:
    name, answer = event
    assert name == "next"
    [day] = answer["data"]["availabilityChanged"]
    assert day["date"] == DAY["from"]
    slots: int = day["openSlotCount"]
    return slots


async def test_a_subscriber_gets_the_days_at_once_and_after_each_booking_or_release(
    http: httpx.AsyncClient,
) -> None:
    api = GraphQLClient(http)
    async with listening(http) as stream:
        at_first = count(await anext(stream))
        held = await api.hold("2026-11-24T09:00:00-05:00")
        less = count(await anext(stream))
        await api.release(held["holdToken"])
        assert less < at_first == count(await anext(stream))


async def test_a_query_is_answered_as_an_event_stream(http: httpx.AsyncClient) -> None:
    async with listening(http, "{ clinic { name } }") as stream:
        assert [event async for event in stream] == [
            ("next", {"data": {"clinic": {"name": "Sample Health Services"}}}),
            ("complete", None),
        ]


async def test_a_refused_subscription_is_answered_without_a_stream(http: httpx.AsyncClient) -> None:
    body = {"query": CHANGED, "variables": {"filter": DAY | {"serviceId": "?"}}}
    response = await http.post("/graphql", json=body, headers=ACCEPT)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize("document", ["subscription { nonsense }", "subscription {", "{ a: clinic { b } }"])
async def test_an_invalid_document_is_answered_without_a_stream(
    http: httpx.AsyncClient, document: str
) -> None:
    response = await http.post("/graphql", json={"query": document}, headers=ACCEPT)
    assert response.status_code == 400
    assert response.json()["errors"]


async def test_without_the_media_type_a_subscription_is_refused(http: httpx.AsyncClient) -> None:
    for ask in (
        http.post("/graphql", json={"query": CHANGED, "variables": {"filter": DAY}}),
        http.get("/graphql", params={"query": CHANGED, "variables": json.dumps({"filter": DAY})}),
    ):
        response = await ask
        assert response.status_code == 400
        assert "text/event-stream" in response.json()["errors"][0]["message"]


async def test_a_mutation_by_get_is_refused_as_an_event_stream(http: httpx.AsyncClient) -> None:
    mutation = 'mutation { releaseHold(input: {holdToken: "x"}) { released } }'
    response = await http.get("/graphql", params={"query": mutation}, headers=ACCEPT)
    assert response.status_code == 400


async def test_the_streams_of_a_client_are_limited_and_an_ended_one_is_not_counted(
    http: httpx.AsyncClient,
) -> None:
    async def opened(stack: list[httpx.Response]) -> int:
        request = http.build_request(
            "POST", "/graphql", json={"query": CHANGED, "variables": {"filter": DAY}}, headers=ACCEPT
        )
        response = await http.send(request, stream=True)
        stack.append(response)
        return response.status_code

    streams: list[httpx.Response] = []
    try:
        statuses = [await opened(streams) for _ in range(MAX_STREAMS_PER_CLIENT + 1)]
        assert statuses == [200] * MAX_STREAMS_PER_CLIENT + [429]
        await streams[0].aclose()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await opened(streams) != 200:
                await streams.pop().aclose()
    finally:
        for stream in streams:
            await stream.aclose()


def test_the_streams_of_a_wider_network_are_limited_too() -> None:
    streams, street = Streams(), Network(b"street", 2)
    with ExitStack() as stack:
        for home in range(2 * MAX_STREAMS_PER_CLIENT):
            networks = [Network(bytes([home]), 1), street]
            assert streams.has_room(networks)
            stack.enter_context(streams.opened(networks))
        assert not streams.has_room([Network(b"another", 1), street])
    assert streams.has_room([Network(b"another", 1), street])


def test_the_streams_of_all_clients_together_are_limited() -> None:
    streams, another = Streams(), [Network(b"another", 1)]
    with ExitStack() as stack:
        for client in range(MAX_STREAMS):
            assert streams.has_room(another)
            stack.enter_context(streams.opened([Network(bytes([client]), 1)]))
        assert not streams.has_room(another)
    assert streams.has_room(another)


async def test_an_idle_stream_sends_keep_alives_and_ends_with_complete() -> None:
    async def silence() -> AsyncGenerator[str]:
        await asyncio.sleep(3600)
        yield ""

    said = [
        part
        async for part in event_stream(
            "{}",
            silence(),
            stopping=Stopping(),
            ping=timedelta(milliseconds=1),
            duration=timedelta(milliseconds=300),
        )
    ]
    assert said[0] == "event: next\ndata: {}\n\n"
    assert said[-1] == "event: complete\ndata: \n\n"
    assert {":\n\n"} == set(said[1:-1])


async def test_a_client_that_hangs_up_ends_its_stream() -> None:
    ended = asyncio.Event()

    async def results() -> AsyncGenerator[str]:
        try:
            yield "1"
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async with aclosing(event_stream("0", results(), stopping=Stopping())) as stream:
        assert [await anext(stream), await anext(stream)] == [
            "event: next\ndata: 0\n\n",
            "event: next\ndata: 1\n\n",
        ]
    assert ended.is_set()


async def test_a_stream_completes_when_the_server_stops() -> None:
    stopping = Stopping()

    async def silence() -> AsyncGenerator[str]:
        await asyncio.sleep(3600)
        yield ""

    async with asyncio.timeout(5), aclosing(event_stream("{}", silence(), stopping=stopping)) as stream:
        await anext(stream)
        stopping.streams.set()
        [end] = [part async for part in stream]
    assert re.fullmatch(r"retry: \d{3,4}\nevent: complete\ndata: \n\n", end)
