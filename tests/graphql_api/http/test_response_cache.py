"""Responses are cached while they are true, and not a moment longer."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from booking.api_keys import SITE_KEY_PREFIX, create_site_key
from booking.storage.caches.change_token import SHARED_SECONDS
from booking.storage.database import Database
from booking.storage.models.catalogue.services import Service
from graphql_api.app import create_app
from graphql_api.security.authentication import SITE_KEY_HEADER
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, edit_file, open_clinic
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient, service_id
from tests.support.sql_statements import sql_statements

DAY = "2026-11-25"
WANTED: dict[str, Any] = {
    "filter": {"serviceId": service_id(), "from": DAY, "to": DAY, "distinctTimes": True}
}
REPEATS = 10
SERVICES = "{ services { edges { node { slug name } } } }"


@pytest.fixture
def clock() -> Clock:
    """Between two ticks: what is open at the stroke of one may be so for that moment only."""
    return Clock(NOW + timedelta(seconds=1))


@pytest.fixture
async def replica(http: httpx.AsyncClient, database_url: str, clock: Clock) -> AsyncIterator[GraphQLClient]:
    """Another server on the same database."""
    async with asgi_client(create_app(Settings(database_url=database_url), now=clock)) as client:
        yield GraphQLClient(client)


async def times(api: GraphQLClient) -> list[str]:
    answer = await api.ask(OPEN_SLOTS, **WANTED)
    return [edge["node"]["startsAt"] for edge in answer["data"]["openSlots"]["edges"]]


async def is_cached(api: GraphQLClient, query: str, **variables: Any) -> bool:
    """Whether the database has nothing to do for one of a few repeats; all answers are the same, of course.

    Of a few, since on a busy machine a repeat may come so late that PostgreSQL is asked for changes again.
    """
    first = await api.ask(query, **variables)
    for _ in range(REPEATS):
        with sql_statements() as sent:
            assert await api.ask(query, **variables) == first
        if not sent:
            return True
    return False


async def test_a_cached_response_needs_no_statement(api: GraphQLClient) -> None:
    assert await is_cached(api, OPEN_SLOTS, **WANTED)
    assert await is_cached(api, SERVICES)


async def test_responses_are_cached_by_variables_and_language(api: GraphQLClient) -> None:
    english = await api.ask(SERVICES)
    french = await api.ask(SERVICES, language="fr")
    assert english != french
    assert await times(api) == await times(api)
    other = {"filter": WANTED["filter"] | {"from": "2026-11-26", "to": "2026-11-26"}}
    slots = (await api.ask(OPEN_SLOTS, **other))["data"]["openSlots"]["edges"]
    assert {edge["node"]["startsAt"][:10] for edge in slots} == {"2026-11-26"}


async def test_two_operations_of_one_document_are_cached_apart(http: httpx.AsyncClient) -> None:
    document = "query A { services { edges { cursor } } } query B { clinic { name } }"
    for name, field in (("A", "services"), ("B", "clinic"), ("A", "services")):
        answer = await http.post("/graphql", json={"query": document, "operationName": name})
        assert list(answer.json()["data"]) == [field]


async def test_a_booking_through_one_server_is_seen_at_once_through_any(
    api: GraphQLClient, replica: GraphQLClient
) -> None:
    before = await times(api)
    assert await times(replica) == before

    held = await api.hold(before[0])
    assert before[0] not in await times(replica)
    assert before[0] not in await times(api)
    assert (await replica.hold(before[0]))["problems"] != []
    assert before[0] not in await times(api)

    booking = await replica.book(held["holdToken"])
    assert before[0] not in await times(api)
    await api.cancel(booking["manageToken"])
    assert await times(replica) == await times(api) == before


async def test_a_hold_that_runs_out_gives_its_time_back(api: GraphQLClient, clock: Clock) -> None:
    before = await times(api)
    held = await api.hold(before[0])
    assert before[0] not in await times(api)

    clock.now = NOW + timedelta(minutes=1)
    assert before[0] not in await times(api)
    assert await is_cached(api, OPEN_SLOTS, **WANTED)

    clock.now = NOW + timedelta(minutes=10)
    assert held["hold"]["expiresAt"] <= "2026-11-23T07:10"
    assert await times(api) == before


async def test_slots_within_the_notice_leave_a_cached_response_as_time_passes(
    api: GraphQLClient, clock: Clock
) -> None:
    today = {"filter": WANTED["filter"] | {"from": "2026-11-23", "to": "2026-11-23"}}

    async def first() -> str:
        slots = (await api.ask(OPEN_SLOTS, **today))["data"]["openSlots"]["edges"]
        return str(slots[0]["node"]["startsAt"])

    soonest = await first()
    clock.now = NOW + timedelta(hours=3)
    assert await first() > soonest


async def test_a_slot_open_for_the_last_moment_is_not_offered_after_it(
    api: GraphQLClient, clock: Clock
) -> None:
    today = {"filter": WANTED["filter"] | {"from": "2026-11-23", "to": "2026-11-23"}}
    clock.now = NOW
    last_moment = (await api.ask(OPEN_SLOTS, **today))["data"]["openSlots"]["edges"][0]["node"]
    assert last_moment["startsAt"] == "2026-11-23T09:00:00-05:00"
    clock.now += timedelta(milliseconds=1)
    slots = (await api.ask(OPEN_SLOTS, **today))["data"]["openSlots"]["edges"]
    assert slots[0]["node"]["startsAt"] > last_moment["startsAt"]


async def test_fragments_that_double_and_double_are_read_once_each(api: GraphQLClient) -> None:
    fragments = [f"fragment f{n} on Clinic {{ ...f{n + 1} ...f{n + 1} }}" for n in range(40)]
    document = f"{{ clinic {{ ...f0 }} }} {' '.join(fragments)} fragment f40 on Clinic {{ name }}"
    assert await is_cached(api, document)


async def test_the_response_to_a_long_request_is_not_cached(api: GraphQLClient) -> None:
    assert not await is_cached(api, f"{SERVICES} # {'long ' * 2000}")


async def test_the_bytes_of_cached_requests_and_responses_are_limited(
    api: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphql_api.http.response_cache.MAX_CACHE_BYTES", 50_000)
    assert await is_cached(api, SERVICES)
    for number in range(3):
        assert await is_cached(api, f"{{ clinic {{ name }} }} # {'long ' * 1000}{number}")
    assert await is_cached(api, SERVICES)
    for number in range(10):
        await api.ask(f"{{ clinic {{ name }} }} # {'long ' * 1000}{number}")
    with sql_statements() as sent:
        await api.ask(SERVICES)
    assert sent


async def test_an_edited_clinic_file_is_seen_within_milliseconds(
    api: GraphQLClient, database: Database
) -> None:
    assert await is_cached(api, SERVICES)
    await open_clinic(database, edit_file({'"Dry needling, first visit"': '"Another name"'}))
    await asyncio.sleep(SHARED_SECONDS)
    edges = (await api.ask(SERVICES))["data"]["services"]["edges"]
    assert edges[0]["node"]["name"] == "Another name"


async def test_a_change_written_by_another_program_is_seen_within_milliseconds(
    api: GraphQLClient, database: Database
) -> None:
    assert await is_cached(api, SERVICES)
    async with database.write() as session:
        await session.execute(update(Service).values(name={"en": "By hand"}))
    await asyncio.sleep(SHARED_SECONDS)
    edges = (await api.ask(SERVICES))["data"]["services"]["edges"]
    assert {edge["node"]["name"] for edge in edges} == {"By hand"}


async def test_data_of_one_caller_is_never_cached(api: GraphQLClient) -> None:
    booking = await api.hold_and_book((await times(api))[0])
    mine = "query ($token: String!) { appointment(manageToken: $token) { reference } }"
    assert not await is_cached(api, mine, token=booking["manageToken"])
    both = mine.replace("appointment", "clinic { name } ... on Query { appointment").replace("} }", "} } }")
    assert not await is_cached(api, both, token=booking["manageToken"])
    service = global_id("Service", "dry-needling")
    assert not await is_cached(api, "query ($id: ID!) { node(id: $id) { id } }", id=service)
    costs = "{ rateLimit { cost } clinic { name } }"
    await api.http.post("/graphql", json={"query": costs})  # A document that was not sent before costs more.
    assert not await is_cached(api, costs)


async def test_a_partner_with_a_key_gets_no_cached_response(
    http: httpx.AsyncClient, api: GraphQLClient, database: Database
) -> None:
    assert await is_cached(api, SERVICES)
    _, secret = await new_key(database, "availability")
    for _ in range(2):
        refused = await http.post("/graphql", json={"query": SERVICES}, headers=bearing(secret))
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    wrong = await http.post("/graphql", json={"query": SERVICES}, headers=bearing("bo_wrong"))
    assert wrong.status_code == 401


async def test_an_unknown_web_site_gets_no_cached_response(
    api: GraphQLClient, database_url: str, database: Database, clock: Clock
) -> None:
    async with database.write() as session:
        site = await create_site_key(session, "Sample Site", ["https://known.example"], now=NOW)
    settings = Settings(database_url, site="https://book.example.com", site_keys_only=True)
    async with asgi_client(create_app(settings, now=clock)) as client:

        async def status(origin: str) -> int:
            headers = {"Origin": origin, SITE_KEY_HEADER: f"{SITE_KEY_PREFIX}{site.id}"}
            return (await client.post("/graphql", json={"query": SERVICES}, headers=headers)).status_code

        for _ in range(2):
            assert await status("https://known.example") == 200
            assert await status("https://other.example") == 403


async def test_a_refusal_is_not_cached(api: GraphQLClient) -> None:
    wrong = {"filter": WANTED["filter"] | {"from": "2026-11-26"}}
    assert "errors" in await api.ask(OPEN_SLOTS, **wrong)
    assert not await is_cached(api, OPEN_SLOTS, **wrong)


async def test_a_cached_response_costs_no_points(http: httpx.AsyncClient) -> None:
    asked = {"query": SERVICES}
    first = await http.post("/graphql", json=asked)
    again = await http.post("/graphql", json=asked)
    assert "ratelimit" in first.headers
    assert "ratelimit" not in again.headers
    assert again.content == first.content


async def test_a_get_is_answered_with_304_until_a_commit(http: httpx.AsyncClient, api: GraphQLClient) -> None:
    asked = {"query": OPEN_SLOTS, "variables": json.dumps(WANTED)}
    first = await http.get("/graphql", params=asked)
    assert first.headers["cache-control"] == "no-cache"
    seen = {"If-None-Match": first.headers["etag"]}

    again = await http.get("/graphql", params=asked, headers=seen)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == first.headers["vary"]
    assert "content-type" not in again.headers

    await api.hold((await times(api))[0])
    changed = await http.get("/graphql", params=asked, headers=seen)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("first", ["HEAD", "GET"])
async def test_head_has_the_headers_of_get(http: httpx.AsyncClient, first: str) -> None:
    asked = {"query": SERVICES}
    await http.request(first, "/graphql", params=asked)
    head, get = await http.head("/graphql", params=asked), await http.get("/graphql", params=asked)
    own = {"x-request-id", "date"}
    assert {*head.headers.items()} ^ {*get.headers.items()} <= {
        (name, answer.headers[name]) for answer in (head, get) for name in own & answer.headers.keys()
    }
    assert get.json()["data"]
    assert (head.headers["cache-control"], head.headers["etag"]) == ("no-cache", get.headers["etag"])
    for known in (get.headers["etag"], "*"):
        for method in ("HEAD", "GET"):
            again = await http.request(method, "/graphql", params=asked, headers={"If-None-Match": known})
            assert (again.status_code, again.headers["etag"]) == (304, get.headers["etag"])


async def test_an_uncacheable_get_has_no_etag(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", params={"query": "{ rateLimit { cost } }"})
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_of_another_origin_may_read_a_cached_response(http: httpx.AsyncClient) -> None:
    for origin in (None, "https://clinic.example", "https://clinic.example", None):
        headers = {"Origin": origin} if origin else {}
        answer = await http.post("/graphql", json={"query": SERVICES}, headers=headers)
        assert answer.headers.get("access-control-allow-origin") == (origin and "*")
