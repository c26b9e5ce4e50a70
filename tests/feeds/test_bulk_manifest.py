"""The manifest of the bulk feed, and what a client that polls is sent again."""

from datetime import datetime, timedelta

import httpx

from tests.feeds.bulk_client import MANIFEST, SITE, SLOTS
from tests.support.graphql_client import GraphQLClient
from tests.support.site import Clock
from tests.support.sql_statements import sql_statements


async def test_the_manifest_names_a_slot_file_for_each_month_that_can_be_booked(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get(MANIFEST)

    ontario = {"extension": {"state": ["ON"]}}
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "transactionTime": "2026-11-23T12:00:00+00:00",
        "request": "https://booking.example.com/$bulk-publish",
        "requiresAccessToken": False,
        "output": [
            {"type": kind, "url": f"https://booking.example.com/bulk/{file}.ndjson"} | ontario
            for kind, file in [
                ("Location", "locations"),
                ("Practitioner", "practitioners"),
                ("Schedule", "schedules"),
                ("Slot", "slots-2026-11"),
                ("Slot", "slots-2026-12"),
                ("Slot", "slots-2027-01"),
            ]
        ],
        "error": [],
    }


async def test_the_manifest_is_the_same_until_a_file_changes(
    http: httpx.AsyncClient, clock: Clock, api: GraphQLClient
) -> None:
    clock.now += timedelta(hours=14)  # The clinic is closed for the night.
    first = await http.get(MANIFEST)
    clock.now += timedelta(hours=1)
    later = await http.get(MANIFEST)
    cached = await http.get(MANIFEST, headers={"if-none-match": first.headers["etag"]})

    assert later.content == first.content
    assert (cached.status_code, cached.headers["etag"]) == (304, first.headers["etag"])
    assert first.json()["transactionTime"] == "2026-11-24T02:00:00+00:00"

    await api.hold("2026-11-24T07:00:00-05:00")
    changed = await http.get(MANIFEST, headers={"if-none-match": first.headers["etag"]})

    assert changed.json() == first.json() | {"transactionTime": "2026-11-24T03:00:00+00:00"}


async def test_an_unchanged_file_is_not_sent_again(http: httpx.AsyncClient, api: GraphQLClient) -> None:
    manifest = (await http.get(MANIFEST)).json()
    paths = [MANIFEST, *(file["url"].removeprefix(SITE) for file in manifest["output"])]
    etags = {path: (await http.get(path)).headers["etag"] for path in paths}

    async def poll(path: str) -> httpx.Response:
        return await http.get(path, headers={"if-none-match": etags[path]})

    for path in paths:
        response = await poll(path)
        assert (response.status_code, response.content) == (304, b""), path
        assert response.headers["etag"] == etags[path]
        assert response.headers["cache-control"] == "public, max-age=60"

    held = await api.hold("2026-11-24T07:00:00-05:00")
    assert [path for path in paths if (await poll(path)).status_code == 200] == [MANIFEST, SLOTS]
    await api.release(held["holdToken"])
    assert (await poll(SLOTS)).status_code == 304


async def test_a_file_has_an_etag_before_its_times_are_looked_up(
    http: httpx.AsyncClient, api: GraphQLClient
) -> None:
    """A large clinic's first byte waited for all open times, of which its ETag was made."""
    with sql_statements() as whole:
        first = await http.get(SLOTS)
    for _ in range(2):
        with sql_statements() as sent:
            again = await http.get(SLOTS, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, len(again.content)) == (304, 0)
        assert len(sent) < len(whole)

    held = await api.hold("2026-11-24T07:00:00-05:00")
    changed = await http.get(SLOTS, headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert changed.content == (await http.get(SLOTS)).content
    await api.release(held["holdToken"])
    back = await http.get(SLOTS, headers={"if-none-match": first.headers["etag"]})
    assert (back.status_code, back.headers["etag"]) == (304, first.headers["etag"])


async def test_time_alone_makes_a_new_etag_where_it_closes_times(
    http: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = datetime.fromisoformat("2026-11-24T08:00:00-05:00")
    first = await http.get(SLOTS)
    clock.now += timedelta(days=3)
    later = await http.get(SLOTS, headers={"if-none-match": first.headers["etag"]})
    assert later.status_code == 200
    assert later.content != first.content
