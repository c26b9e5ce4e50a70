"""Requests are counted by what is known beforehand; nothing that a visitor sends becomes a label."""

import httpx
import pytest
from sqlalchemy import text

from booking.storage.database import Database
from tests.graphql_api.http.monitoring.conftest import MeasuredServer, measured_server, scraped
from tests.support.clinics import open_clinic
from tests.support.graphql_client import service_id
from web.built_widget import widget_documents

OPERATIONS = "book_online_graphql_requests_total"
REFUSALS = "book_online_refusals_total"
CATALOGUE = {"query": widget_documents()["Catalogue"]}
PHONE = "{ clinic { phone } }"
NINE = "2026-11-24T09:00:00-05:00"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def test_the_widgets_operations_have_their_names_and_all_others_share_one(
    server: MeasuredServer,
) -> None:
    await server.http.post("/graphql", json=CATALOGUE)
    for number in range(20):
        await server.http.post("/graphql", json={"query": f"query Sample{number} {PHONE}"})
    await server.http.post("/graphql", json={"query": PHONE})
    await server.http.post("/graphql", content=b"{")

    assert await server.values(OPERATIONS) == {
        ("Catalogue", "ok"): 1,
        ("other", "ok"): 20,
        ("unnamed", "ok"): 1,
        ("invalid", "refused"): 1,
    }
    durations = await server.values("book_online_graphql_request_duration_seconds_count")
    assert durations == {("Catalogue",): 1, ("other",): 20, ("unnamed",): 1, ("invalid",): 1}


async def test_a_cached_answer_counts_for_its_operation(server: MeasuredServer) -> None:
    practitioners = {"query": widget_documents()["Practitioners"], "variables": {"serviceId": service_id()}}
    for _ in range(3):
        await server.http.post("/graphql", json=practitioners)

    assert await server.values(OPERATIONS) == {("Practitioners", "ok"): 3}
    assert await server.values("book_online_graphql_cached_responses_total") == {(): 2}


async def test_what_is_refused_counts_by_its_code(server: MeasuredServer) -> None:
    held = [await server.api.hold(NINE, practitionerId=None) for _ in range(9)]
    assert [each["problems"] for each in held[-1:]] != [[]]
    await server.http.post("/graphql", json={"query": "query Hold { clinc { name } }"})
    await server.http.post("/graphql", json={"query": "{"})
    await server.http.request("PUT", "/graphql", json=CATALOGUE)

    refusals = await server.values(REFUSALS)
    assert refusals["SLOT_TAKEN",] >= 1
    assert refusals["INVALID_DOCUMENT",] == 2
    assert refusals["HTTP_405",] == 1
    operations = await server.values(OPERATIONS)
    assert operations["Hold", "refused"] == 1
    assert operations["invalid", "refused"] == 2


async def test_a_failure_of_ours_is_no_refusal(server: MeasuredServer, database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("ALTER TABLE services RENAME TO gone"))
    await server.http.post("/graphql", json=CATALOGUE)

    assert await server.values(OPERATIONS) == {("Catalogue", "failed"): 1}
    assert await server.values(REFUSALS) == {("INTERNAL",): 1}


async def test_a_limit_counts_by_whichever_way_in(database: Database, database_url: str) -> None:
    await open_clinic(database)
    async with measured_server(database_url, points_per_client=30) as server:
        for _ in range(5):
            await server.http.get("/book")
        await server.http.post("/graphql", json=CATALOGUE)
        limits = await server.values("book_online_limit_refusals_total")
        refusals = await server.values(REFUSALS)
        areas = await server.values("book_online_http_requests_total")

    assert limits["points",] >= 3
    assert refusals == {("RATE_LIMITED",): 1}
    assert areas["book", "4xx"] >= 2
    assert areas["graphql", "4xx"] == 1


async def test_a_path_is_never_a_label(server: MeasuredServer) -> None:
    secret = "5ec2e7" * 10
    for path in (f"/visits/{secret}", f"/{secret}", f"//{secret}", f"/feeds/{secret}.ics", "/", "/book"):
        await server.http.get(path)

    areas = await server.values("book_online_http_requests_total")
    assert {area for area, _ in areas} == {"visits", "other", "feeds", "home", "book"}
    assert secret not in (await server.monitor.get("/metrics")).text


async def test_without_the_setting_nothing_is_measured_and_nothing_new_is_public(
    http: httpx.AsyncClient,
) -> None:
    assert (await http.get("/metrics")).status_code == 404
    assert (await http.get("/readyz")).text == "ok\n"


async def test_what_is_scraped_twice_counts_no_scrape(server: MeasuredServer) -> None:
    first = await scraped(server.monitor)
    second = await scraped(server.monitor)
    for name in ("book_online_http_requests_total", OPERATIONS):
        assert first.get(name) == second.get(name)
