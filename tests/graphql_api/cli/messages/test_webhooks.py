"""Another system hears what happened over HTTP, from the endpoint's first line on the command line."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.cli.main import main
from graphql_api.settings import InvalidSetting, Settings, settings_from
from tests.booking.webhooks.receiver import NO_CONTENT, SILENCE, Receiver, response, running_receiver
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import open_clinic
from tests.support.graphql_client import GraphQLClient

NINE, TEN = "2026-11-26T09:00:00-05:00", "2026-11-26T10:00:00-05:00"

Say = Callable[..., Awaitable[tuple[object, str]]]
Server = Callable[[], AbstractAsyncContextManager[GraphQLClient]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as opened:
        yield opened


@pytest.fixture
async def server(database: Database, database_url: str, clock: Clock) -> Server:
    """Starts a server process of the clinic, as far as the database can tell."""
    await open_clinic(database)
    settings = Settings(database_url=database_url, webhooks_to_private=True)

    @asynccontextmanager
    async def start() -> AsyncIterator[GraphQLClient]:
        async with asgi_client(create_app(settings, now=clock)) as client:
            yield GraphQLClient(client)

    return start


@pytest.fixture
def say(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """`book-online webhooks ...` beside a running server; answers how it ended, and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BOOK_ONLINE_WEBHOOKS_TO_PRIVATE", "1")

    def run() -> object:
        try:
            main()
        except SystemExit as ended:
            return ended.code
        return None

    async def said(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["book-online", "webhooks", *arguments])
        ended = await asyncio.to_thread(run)
        return ended, capsys.readouterr().out

    return said


async def added(say: Say, receiver: Receiver, *more: str) -> str:
    ended, printed = await say("add", receiver.url, "--name", "Sample Directory", *more)
    assert ended == 0
    found = re.fullmatch(
        r"Endpoint ([0-9a-f]{10}) for Sample Directory\. Its secret is shown only now:\nwhsec_\S{44}\n",
        printed,
    )
    assert found, printed
    return found[1]


async def test_a_running_server_sends_to_an_endpoint_that_was_just_added(
    server: Server, say: Say, receiver: Receiver
) -> None:
    async with server() as api:
        await added(say, receiver, "--events", "appointment.booked, appointment.cancelled")
        booking = await api.hold_and_book(NINE)
        await api.reschedule(booking["manageToken"], TEN)
        await api.cancel(booking["manageToken"])
        requests = await receiver.arrived(2)

    assert sorted(receiver.kinds) == ["appointment.booked", "appointment.cancelled"]
    for request in requests:
        (visit,) = request.payload["data"]["appointments"]
        assert visit["id"] == booking["appointment"]["id"]
        assert visit["reference"] == booking["appointment"]["reference"]


async def test_the_ids_are_those_that_the_api_knows(server: Server, say: Say, receiver: Receiver) -> None:
    async with server() as api:
        await added(say, receiver)
        await api.hold_and_book(NINE)
        (visit,) = (await receiver.arrived(1))[0].payload["data"]["appointments"]
        named = ("serviceId", "practitionerId", "locationId")
        query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
        answer = await api.ask(query, ids=[visit[name] for name in named])

    assert answer["data"]["nodes"] == [
        {"__typename": name.removesuffix("Id").capitalize(), "id": visit[name]} for name in named
    ]


@pytest.mark.parametrize("said", [response(503), SILENCE])
async def test_nothing_is_lost_when_the_server_stops(
    server: Server, say: Say, receiver: Receiver, clock: Clock, said: bytes
) -> None:
    receiver.responses = [said]
    async with server() as api:
        await added(say, receiver)
        await api.hold_and_book(NINE)
        await receiver.arrived(1)
    receiver.responses = [NO_CONTENT]
    clock.now += timedelta(minutes=1)
    async with server():
        first, second = await receiver.arrived(2)

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


async def test_the_whole_life_of_an_endpoint_on_the_command_line(
    server: Server, say: Say, receiver: Receiver, clock: Clock
) -> None:
    assert await say("list") == (0, "There are no endpoints. `book-online webhooks add` makes one.\n")
    endpoint = await added(say, receiver)
    assert await say("log", endpoint) == (0, "Nothing that was sent to it is kept.\n")

    ended, printed = await say("test", endpoint)
    assert (ended, re.sub(r"\d+ ms", "N ms", printed)) == (0, "taken with 204, after N ms\n")
    receiver.responses = [response(500)]
    ended, printed = await say("test", endpoint)
    assert (ended, re.sub(r"\d+ ms", "N ms", printed)) == (1, "answered 500, after N ms\n")
    ended, printed = await say("log", endpoint, "--lines", "1")
    assert (ended, len(printed.splitlines())) == (0, 1)
    assert "test.ping\tattempt 1\tanswered 500\t" in printed

    assert await say("disable", endpoint) == (0, "Sample Directory is told nothing any more.\n")
    ended, printed = await say("list")
    assert printed.startswith(f"{endpoint}\tSample Directory\t{receiver.url}\t")
    assert printed.endswith(" UTC: by hand\n")
    assert "whsec_" not in printed
    ended, printed = await say("replay", endpoint, "--since", "2026-11-01T00:00Z")
    assert ended == "book-online: This endpoint is disabled. Please enable it first."
    await say("enable", endpoint)
    assert (await say("list"))[1].endswith("appointment.confirmed\ton\n")

    receiver.responses = [NO_CONTENT]
    receiver.requests.clear()
    async with server() as api:
        await api.hold_and_book(NINE)
        (told,) = await receiver.arrived(1)
        clock.now = max(clock.now, datetime.now(UTC)) + timedelta(days=365)  # The command line has its own.
        event = told.headers["webhook-id"]
        assert await say("replay", endpoint, "--delivery", event) == (
            0,
            "1 will be told again by the server.\n",
        )
        assert (await receiver.arrived(2))[1].body == told.body
        since = ("--since", "2026-11-01T00:00-05:00")
        assert await say("replay", endpoint, *since) == (0, "1 will be told again by the server.\n")
        assert (await receiver.arrived(3))[2].body == told.body

    ended, printed = await say("rotate", endpoint, "--grace", "1")
    assert re.fullmatch(r"The secret before signs for 1 days too\. .+\nwhsec_\S{44}\n", printed)
    await say("test", endpoint)
    assert receiver.requests[-1].headers["webhook-signature"].count("v1,") == 2
    assert await say("remove", endpoint) == (0, "It is forgotten.\n")
    ended, _ = await say("test", endpoint)
    assert ended == "book-online: There is no such endpoint."


async def test_an_invalid_argument_is_reported_in_a_line(
    say: Say, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = ("--name", "Sample Directory")
    ended, _ = await say("add", receiver.url, *name, "--events", "appointment.lost")
    assert str(ended).startswith("book-online: There is no event 'appointment.lost'. Choose among: appo")

    monkeypatch.setenv("BOOK_ONLINE_WEBHOOKS_TO_PRIVATE", "0")
    looks = "it must look like https://partner.example/hook"
    ended, _ = await say("add", receiver.url, *name)
    assert ended == f"book-online: The URL can't be used; {looks}"
    ended, _ = await say("add", receiver.url.replace("http:", "https:"), *name)
    assert ended == f"book-online: 127.0.0.1 is in a private network; {looks}"

    assert (await say("replay", "0123456789", "--since", "2026-11-01"))[0] == 2, "a time needs an offset"
    assert (await say("replay", "0123456789"))[0] == 2
    monkeypatch.setenv("BOOK_ONLINE_WEBHOOKS_TO_PRIVATE", "yes")
    with pytest.raises(InvalidSetting, match="BOOK_ONLINE_WEBHOOKS_TO_PRIVATE"):
        settings_from()
