"""A right secret works whatever came from its address before, through every door; wrong ones are bounded."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from booking.api_keys import create_key, new_secret_text
from booking.calendars.calendar_feed import create_feed
from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.limits.test_ways_in import ANSWERS, PATIENT
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database, out_of_order
from tests.support.graphql_client import APPOINTMENT, CANCEL, EXTEND, GraphQLClient, service_id
from tests.support.sql_statements import sql_statements

TUESDAY = "2026-11-24"
FLOOD = {"query": "{ services(first: 100) { edges { node { slug } } } }"}
HTML = {"accept": "text/html"}
MANAGED = """query ($manageToken: String!) {
  clinic { name { text } phone } appointment(manageToken: $manageToken) { status } }"""
TIMES_TO_MOVE = """query ($manageToken: String!) { openSlots(filter: {
  serviceId: "%s", from: "2026-11-24", to: "2026-11-24", moving: { manageToken: $manageToken }
}) { edges { cursor } } }"""
WITHIN = 'query { appointment(manageToken: "%s") { status } }'


@pytest.fixture
async def http(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    await open_clinic(database)
    app = create_app(Settings(database_url, points_per_client=1_200), now=lambda: NOW)
    async with asgi_client(app) as client:
        yield client


async def flood(http: httpx.AsyncClient) -> None:
    """Spend all points of the address, to the last."""
    for _ in range(100):
        if (await http.post("/graphql", json=FLOOD)).status_code == 429:
            break
    for wrong in range(400):
        if (await http.get(f"/feeds/{wrong}.ics")).status_code == 429:
            break
    while (await http.post("/graphql", json={"query": "{ __typename }"})).status_code != 429:
        pass


async def test_a_right_secret_works_behind_a_flood(http: httpx.AsyncClient) -> None:
    api = GraphQLClient(http)
    kept = await api.hold_and_book(f"{TUESDAY}T09:00:00-05:00")
    held = await api.hold(f"{TUESDAY}T10:00:00-05:00")
    key = {"idempotencyKey": "sample key of this very test"}
    repeated = await api.hold(f"{TUESDAY}T11:00:00-05:00", **key)
    released = await api.hold(f"{TUESDAY}T12:00:00-05:00")
    token = kept["manageToken"]
    await flood(http)

    assert (await api.ask(APPOINTMENT, token=token))["data"]["appointment"]["status"] == "BOOKED"
    assert (await api.ask(APPOINTMENT, token=f"%23{token.upper()}."))["data"]["appointment"]
    assert (await http.post("/graphql", json={"query": WITHIN % token})).json()["data"]["appointment"]
    assert (await api.ask(EXTEND, input={"holdToken": held["holdToken"]}))["data"]["extendHold"]["hold"]
    assert (await api.book(held["holdToken"]))["appointment"]
    assert await api.hold(f"{TUESDAY}T11:00:00-05:00", **key) == repeated
    assert (await api.reschedule(token, f"{TUESDAY}T14:00:00-05:00"))["appointment"]
    assert (await api.cancel(token))["appointment"]["status"] == "CANCELLED"
    release = "mutation ($input: ReleaseHoldInput!) { releaseHold(input: $input) { released } }"
    answer = await api.ask(release, input={"holdToken": released["holdToken"]})
    assert answer["data"]["releaseHold"]["released"]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (APPOINTMENT, {"token": "ab" * 32}),
        (CANCEL, {"input": {"manageToken": "ab" * 32}}),
        ("{ services(first: 20) { edges { node { slug } } } }", {"token": "{right}"}),
        (
            MANAGED.replace("clinic {", "services { edges { cursor } } clinic {"),
            {"manageToken": "{right}"},
        ),
        (TIMES_TO_MOVE % service_id(), {"manageToken": "{right}"}),
    ],
)
async def test_a_right_secret_pays_for_nothing_else_and_a_wrong_one_for_nothing(
    http: httpx.AsyncClient, document: str, variables: dict[str, Any]
) -> None:
    token = (await GraphQLClient(http).hold_and_book(f"{TUESDAY}T09:00:00-05:00"))["manageToken"]
    await flood(http)
    variables = {name: token if value == "{right}" else value for name, value in variables.items()}
    response = await http.post("/graphql", json={"query": document, "variables": variables})
    assert response.status_code == 429


async def test_a_right_secret_has_points_and_no_endless_ones(http: httpx.AsyncClient) -> None:
    token = (await GraphQLClient(http).hold_and_book(f"{TUESDAY}T09:00:00-05:00"))["manageToken"]
    await flood(http)
    ask = {"query": APPOINTMENT, "variables": {"token": token}}
    statuses = [(await http.post("/graphql", json=ask)).status_code for _ in range(300)]
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429


async def test_a_form_behind_a_flood_is_kept_while_the_database_is_out_of_order(sqlite_url: str) -> None:
    """Whether its secret is right can't be looked up either."""
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    app = create_app(Settings(sqlite_url, points_per_client=1_200), now=lambda: NOW)
    form = {"at": "2026-11-25T15:00Z@main-street", "key": "k" * 40}
    async with asgi_client(app) as http:
        assert (await http.post("/book/dry-needling/hold", data=form, headers=HTML)).status_code == 200
        await flood(http)
        typed = form | {"name": "Sample Patient", "email": "patient@example.com"}
        with out_of_order(Path(sqlite_url.removeprefix("sqlite:///"))):
            answer = await http.post("/book/dry-needling/finish", data=typed, headers=HTML)

    assert answer.status_code == 503
    assert "416.545.1881" in answer.text
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in answer.text


async def test_the_manage_page_and_the_plain_forms_know_a_right_secret(http: httpx.AsyncClient) -> None:
    form = {"at": "2026-11-25T15:00Z@main-street", "key": "k" * 40}
    assert (await http.post("/book/dry-needling/hold", data=form, headers=HTML)).status_code == 200
    await flood(http)
    assert (await http.get("/manage?lang=fr", headers=HTML)).status_code == 200
    answers = {f"answer-{name}": "no" for name in ANSWERS}
    details = await http.post("/book/dry-needling/answers", data=form | answers, headers=HTML)
    assert (details.status_code, 'name="email"' in details.text) == (200, True)
    booked = await http.post("/book/dry-needling/finish", data=form | answers | PATIENT, headers=HTML)
    assert (booked.status_code, "Your visit is booked" in booked.text) == (200, True)
    token = re.search("[0-9a-f]{64}", booked.text)
    assert token
    file = await http.post("/book/dry-needling/calendar", data={"token": token[0]}, headers=HTML)
    assert file.text.startswith("BEGIN:VCALENDAR")
    for path, wrong in (("hold", form | {"key": "w" * 40}), ("calendar", {"token": "ab" * 32})):
        refused = await http.post(f"/book/dry-needling/{path}", data=wrong, headers=HTML)
        assert (refused.status_code, "416.545.1881" in refused.text) == (429, True)


async def test_a_right_feed_takes_nothing_from_its_address_and_a_wrong_one_is_charged_first(
    http: httpx.AsyncClient, database: Database
) -> None:
    async with database.write() as session:
        feed = await create_feed(session, "sample-practitioner-a", renew=False, now=NOW)

    async def left() -> int:
        limit = await http.post("/graphql", json={"query": "{ rateLimit { remaining } }"})
        return int(limit.json()["data"]["rateLimit"]["remaining"])

    before = await left()
    for _ in range(20):
        assert (await http.get(f"/feeds/{feed}.ics")).status_code == 200
    assert await left() >= before - 10
    await flood(http)
    assert (await http.get(f"/feeds/{feed}.ics")).status_code == 200
    with sql_statements() as sent:
        assert (await http.get("/feeds/none.ics")).status_code == 429
        assert (await http.get("/bulk/slots-2026-12.ndjson")).status_code == 429
        assert (await http.get("/$bulk-publish")).status_code == 429
    assert sent == []


async def test_wrong_keys_cost_points_and_a_right_one_is_never_refused_for_them(
    http: httpx.AsyncClient, database: Database
) -> None:
    async with database.write() as session:
        _, secret = await create_key(session, "Sample partner", [Scope.CATALOGUE], now=NOW)

    async def status(authorization: str) -> httpx.Response:
        return await http.post("/graphql", json=FLOOD, headers={"authorization": authorization})

    wrong = [
        "Bearer nonsense",
        "Basic abc",
        f"Bearer {secret}x",
        *(f"Bearer {new_secret_text('0')}" for _ in "abc"),
    ]
    statuses = [(await status(wrong[attempt % len(wrong)])).status_code for attempt in range(150)]
    assert statuses[:40] == [401] * 40
    assert statuses[-1] == 429
    refused = await status(wrong[-1])
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert int(refused.headers["retry-after"]) > 0
    assert (await http.post("/graphql", json=FLOOD)).status_code == 429
    assert (await status(f"Bearer {secret}")).status_code == 200
