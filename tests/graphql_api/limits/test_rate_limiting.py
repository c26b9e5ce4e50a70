"""Whoever asks for much in a short time waits; everybody else doesn't notice."""

import httpx
import pytest

from booking.api_keys import create_key
from booking.calendars.calendar_feed import create_feed
from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import APPOINTMENT, GraphQLClient

PAGE = {"query": "{ services(first: 20) { edges { node { slug } } } rateLimit { cost limit remaining } }"}
COST = 1 + 1 + 20 + 1
"""The request, the list, its items, and the answer about it."""


async def test_a_response_says_how_many_points_are_left(http: httpx.AsyncClient) -> None:
    await http.post("/graphql", json=PAGE)  # A document that was not sent before costs more.
    response = await http.post("/graphql", json=PAGE)
    told = response.json()["data"]["rateLimit"]
    assert (told["cost"], told["limit"]) == (COST, 20_000)
    assert 20_000 - 200 <= told["remaining"] < 20_000
    assert response.headers["ratelimit-policy"] == '"cost";q=20000;w=50'
    assert response.headers["ratelimit"].startswith('"cost";r=19')


@pytest.mark.parametrize("document", [PAGE["query"], "{ nonsense }", "{"])
async def test_a_client_without_points_learns_when_to_ask_again(
    database: Database, database_url: str, document: str
) -> None:
    await open_clinic(database)
    async with asgi_client(create_app(Settings(database_url, points_per_client=50), now=lambda: NOW)) as http:
        statuses = []
        for _ in range(60):
            response = await http.post("/graphql", json={"query": document})
            statuses.append(response.status_code)
            if response.status_code == 429:
                break
        assert statuses[-1] == 429
        error = response.json()["errors"][0]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert int(response.headers["retry-after"]) == error["extensions"]["retryAfterSeconds"] > 0
        assert "data" not in response.json()


async def test_the_bookings_of_a_client_in_an_hour_are_limited(database: Database, database_url: str) -> None:
    await open_clinic(database)
    app = create_app(Settings(database_url, bookings_per_client=2), now=lambda: NOW)
    async with asgi_client(app) as http, asgi_client(app, address="203.0.113.7") as another:
        api = GraphQLClient(http)
        held = [(await api.hold(f"2026-11-24T{hour}:00:00-05:00"))["holdToken"] for hour in (10, 12, 14)]
        first = await api.book(held[0])
        assert (await api.book(held[1]))["problems"] == []
        refused = await api.book(held[2])
        assert refused["appointment"] is None
        [problem] = refused["problems"]
        assert problem["__typename"] == "TooManyBookings"
        assert 0 < problem["retryAfterSeconds"] <= 3600
        # What was booked can be changed, and others go on booking.
        assert (await api.cancel(first["manageToken"]))["problems"] == []
        assert (await GraphQLClient(another).book(held[2]))["problems"] == []


WRONG = 40
"""More wrong secrets than a person types, from one address."""


async def test_wrong_secrets_stop_nobody_behind_the_same_address(
    database: Database, database_url: str
) -> None:
    await open_clinic(database)
    async with database.write() as session:
        _, secret = await create_key(session, "Sample partner", ["catalogue"], now=NOW)
        feed = await create_feed(session, "sample-practitioner-a", renew=False, now=NOW)
    app = create_app(Settings(database_url), now=lambda: NOW)
    async with asgi_client(app) as http:
        api = GraphQLClient(http)
        token = (await api.hold_and_book("2026-11-24T10:00:00-05:00"))["manageToken"]
        for wrong in range(WRONG):
            assert await api.ask(APPOINTMENT, token=f"{wrong}{token}") == {"data": {"appointment": None}}
            [problem] = (await api.cancel(f"{wrong}{token}"))["problems"]
            assert problem["__typename"] == "NotFound"
            [problem] = (await api.book(f"{wrong}"))["problems"]
            assert problem["__typename"] == "NotFound"
            assert (await http.get(f"/feeds/{wrong}{feed}.ics")).status_code == 404
            headers = {"authorization": f"Bearer {secret}{wrong}"}
            assert (await http.post("/graphql", json=PAGE, headers=headers)).status_code == 401
        assert (await api.ask(APPOINTMENT, token=token))["data"]["appointment"]
        assert (await api.hold_and_book("2026-11-24T12:00:00-05:00"))["problems"] == []
        assert (await http.get(f"/feeds/{feed}.ics")).status_code == 200
        headers = {"authorization": f"Bearer {secret}"}
        assert (await http.post("/graphql", json=PAGE, headers=headers)).status_code == 200


async def test_a_right_feed_and_a_right_key_have_points_of_their_own(
    database: Database, database_url: str
) -> None:
    await open_clinic(database)
    async with database.write() as session:
        _, secret = await create_key(session, "Sample partner", ["catalogue"], now=NOW)
        feed = await create_feed(session, "sample-practitioner-a", renew=False, now=NOW)
    app = create_app(Settings(database_url, points_per_client=100), now=lambda: NOW)
    async with asgi_client(app) as http:
        statuses = [(await http.get(f"/feeds/{wrong}.ics")).status_code for wrong in range(WRONG)]
        assert statuses[0] == 404
        assert statuses[-1] == 429
        assert (await http.post("/graphql", json=PAGE)).status_code == 429
        assert (await http.get(f"/feeds/{feed}.ics")).status_code == 200
        headers = {"authorization": f"Bearer {secret}"}
        assert (await http.post("/graphql", json=PAGE, headers=headers)).status_code == 200


async def test_a_page_of_another_origin_can_read_how_long_to_wait(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json=PAGE, headers={"origin": "https://somewhere.example"})
    exposed = response.headers["access-control-expose-headers"].lower()
    assert "retry-after" in exposed
    assert "ratelimit" in exposed
