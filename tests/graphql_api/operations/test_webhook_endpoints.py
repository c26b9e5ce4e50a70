"""A partner keeps its endpoints with its key: made, tried, switched off and on, replayed, forgotten."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.webhooks.receiver import Receiver, running_receiver
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.graphql_api.security.test_authorization import BOOK, Caller
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers

ENDPOINT = (
    "endpoint { id name url events disabledAt disabledBecause attempts { eventId number status problem } }"
)
ADD = f"""mutation ($input: AddWebhookEndpointInput!) {{ addWebhookEndpoint(input: $input) {{
  {ENDPOINT} secret problems {{ __typename message path }} }} }}"""
LIST = "{ webhookEndpoints { id name attempts { eventId status } } }"
PATIENCE_SECONDS = 20


def changing(verb: str) -> str:
    return f"""mutation ($input: WebhookEndpointInput!) {{ {verb}(input: $input) {{
      {"secret" if verb == "rotateWebhookSecret" else ENDPOINT} problems {{ __typename }} }} }}"""


REPLAY = """mutation ($input: ReplayWebhooksInput!) { replayWebhooks(input: $input) {
  count problems { __typename path } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as opened:
        yield opened


@pytest.fixture
async def http(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    await open_clinic(database)
    settings = Settings(database_url, webhooks_to_private=True)
    async with asgi_client(create_app(settings, now=lambda: NOW)) as client:
        yield client


@pytest.fixture
async def owner(http: httpx.AsyncClient, database: Database) -> Caller:
    return Caller(http, bearing((await new_key(database))[1]))


async def done(caller: Caller, document: str, **given: Any) -> dict[str, Any]:
    answer = await caller.ask(document, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert isinstance(payload, dict)
    return payload


async def test_a_partner_receives_the_events_of_its_bookings_and_replays_missed_ones(
    http: httpx.AsyncClient, owner: Caller, receiver: Receiver
) -> None:
    added = await done(owner, ADD, url=f"{receiver.url}/hook", name="Sample Directory")
    assert added["problems"] == []
    assert added["secret"].startswith("whsec_")
    assert added["endpoint"]["events"] == [
        *("BOOKED", "MOVED", "CANCELLED", "NEEDS_ATTENTION"),
        *("ARRIVED", "CHECKED_IN", "FULFILLED", "NOSHOW", "REOPENED"),
        *("REMINDER_DUE", "CONFIRMED"),
    ]
    which = {"endpointId": added["endpoint"]["id"]}

    held = (await GraphQLClient(http).hold("2026-11-24T09:00:00-05:00"))["holdToken"]
    await owner.ask(BOOK, input={"holdToken": held, "patient": PATIENT, "screening": screening_answers()})
    await GraphQLClient(http).hold_and_book("2026-11-24T11:00:00-05:00")  # by somebody else
    attempts: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not attempts:
            await asyncio.sleep(0.05)
            [endpoint] = (await owner.ask(LIST))["data"]["webhookEndpoints"]
            attempts = endpoint["attempts"]
    [attempt] = attempts
    assert attempt["status"] == 204

    again = await done(owner, REPLAY, **which, eventId=attempt["eventId"])
    assert again == {"count": 1, "problems": []}
    both = {"eventId": attempt["eventId"], "since": "2026-11-01T00:00:00Z"}
    for wrong in ({}, both, {"eventId": "x"}):
        refused = await done(owner, REPLAY, **which, **wrong)
        assert (refused["count"], refused["problems"][0]["__typename"]) == (0, "InvalidInput")

    rotated = await done(owner, changing("rotateWebhookSecret"), **which)
    assert rotated["secret"] not in (None, added["secret"])
    off = await done(owner, changing("disableWebhookEndpoint"), **which)
    assert off["endpoint"]["disabledBecause"] == "by hand"
    on = await done(owner, changing("enableWebhookEndpoint"), **which)
    assert on["endpoint"]["disabledAt"] is None
    assert await done(owner, changing("removeWebhookEndpoint"), **which) == {"endpoint": None, "problems": []}
    assert (await owner.ask(LIST))["data"]["webhookEndpoints"] == []


async def test_another_partners_endpoint_can_not_be_seen_or_changed(
    http: httpx.AsyncClient, database: Database, owner: Caller, receiver: Receiver
) -> None:
    added = await done(owner, ADD, url=f"{receiver.url}/hook", name="Sample Directory")
    which = {"endpointId": added["endpoint"]["id"]}
    another = Caller(http, bearing((await new_key(database))[1]))
    assert (await another.ask(LIST))["data"]["webhookEndpoints"] == []
    for verb in ("rotateWebhookSecret", "disableWebhookEndpoint", "removeWebhookEndpoint"):
        assert (await done(another, changing(verb), **which))["problems"] == [{"__typename": "NotFound"}]
    assert (await done(another, REPLAY, **which, since="2026-11-01T00:00:00Z"))["count"] == 0
    assert len((await owner.ask(LIST))["data"]["webhookEndpoints"]) == 1


async def test_without_a_key_there_are_no_endpoints(http: httpx.AsyncClient) -> None:
    anybody = Caller(http, {})
    for document, given in ((LIST, {}), (ADD, {"url": "https://partner.example", "name": "X"})):
        answer = await anybody.ask(document, input=given)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": "WEBHOOK_MANAGE"}


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/hook", "https://127.0.0.1/hook", "https://[::1]/", "https://10.0.0.1", "x", ""],
)
async def test_an_address_that_is_not_public_is_refused(
    database: Database, database_url: str, url: str
) -> None:
    await open_clinic(database)
    async with asgi_client(create_app(Settings(database_url), now=lambda: NOW)) as http:
        owner = Caller(http, bearing((await new_key(database))[1]))
        refused = await done(owner, ADD, url=url, name="Sample Directory")
    assert refused["endpoint"] is None
    assert [problem["__typename"] for problem in refused["problems"]] == ["InvalidInput"]
