"""The bulk feed of SMART Scheduling Links: a manifest, and NDJSON files of one resource a line."""

import json
from datetime import timedelta

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.feeds.bulk_client import (
    MANIFEST,
    SITE,
    SLOTS,
    practitioner_of,
    read_lines,
    resources_of,
    schedule_of,
    slot_starts,
)
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, SAMPLE, edit_file, open_clinic, practitioner, small_clinic
from tests.support.graphql_client import GraphQLClient, service_id
from tests.support.site import Clock
from tests.support.sql_statements import sql_statements

NEEDLING = "Dry needling, first visit"
A, B, C = (f"sample-practitioner-{letter}" for letter in "abc")


async def test_a_location_has_its_phone_number_and_its_address_in_parts(http: httpx.AsyncClient) -> None:
    [location] = await resources_of(http, "Location")

    [identifier] = location.pop("identifier")
    assert identifier["system"] == f"{SITE}/graphql"
    assert location == {
        "resourceType": "Location",
        "id": "main-street",
        "status": "active",
        "name": "Sample Health Services, Main Street clinic",
        "telecom": [
            {"system": "phone", "value": "+14165451881"},
            {"system": "url", "value": "https://example.com/"},
        ],
        "address": {
            "text": "1 Main Street, Suite 100, Toronto ON  M5X 1A1, Canada",
            "line": ["1 Main Street, Suite 100"],
            "city": "Toronto",
            "state": "ON",
            "postalCode": "M5X 1A1",
            "country": "CA",
        },
    }


async def test_a_schedule_is_a_service_by_a_practitioner_at_a_location(http: httpx.AsyncClient) -> None:
    schedules = await resources_of(http, "Schedule")

    served = [(schedule["serviceType"][0]["text"], practitioner_of(schedule)[-1]) for schedule in schedules]
    # Practitioner D's certificate has expired.
    assert [letter for name, letter in served if name == NEEDLING] == ["a", "b", "c"]
    assert "Dry needling, course of 3 follow-ups" not in dict(served)
    actors = [[actor["reference"] for actor in schedule["actor"]] for schedule in schedules]
    assert actors == [["Location/main-street"]] * len(schedules)
    published = {f"Practitioner/{row['id']}" for row in await resources_of(http, "Practitioner")}
    assert {practitioner_of(schedule) for schedule in schedules} <= published


async def test_the_feed_lists_the_slots_that_the_api_lists(
    http: httpx.AsyncClient, api: GraphQLClient
) -> None:
    schedule = schedule_of(await resources_of(http, "Schedule"), NEEDLING, C)
    listed = slot_starts(await resources_of(http, "Slot"), schedule)

    months = [("2026-11-23", "2026-11-30"), ("2026-12-01", "2026-12-31"), ("2027-01-01", "2027-01-31")]
    by_api = [slot for first, last in months for slot in await api.open_slots(first, last)]
    assert listed == [slot["startsAt"] for slot in by_api if slot["practitioner"]["slug"] == C]
    assert "2026-12-18" in listed[-1]  # the last day of the certificate


async def test_a_listed_slot_is_booked_by_its_identifiers(
    http: httpx.AsyncClient, api: GraphQLClient
) -> None:
    schedule = schedule_of(await resources_of(http, "Schedule"), NEEDLING, B)
    slot = next(
        slot
        for slot in await read_lines(http, SLOTS)
        if slot["schedule"]["reference"].endswith(schedule["id"])
    )
    published = await resources_of(http, "Practitioner")
    practitioner_b = next(row for row in published if row["id"] == B)
    [location] = await resources_of(http, "Location")
    node = "query ($id: ID!) { node(id: $id) { ... on OpenSlot { startsAt endsAt } } }"
    found = (await api.ask(node, id=slot["identifier"][0]["value"]))["data"]["node"]
    assert found == {"startsAt": slot["start"], "endsAt": slot["end"]}

    assert schedule["serviceType"][0]["coding"][0]["code"] == service_id("dry-needling")
    held = await api.hold(
        slot["start"],
        practitionerId=practitioner_b["identifier"][0]["value"],
        locationId=location["identifier"][0]["value"],
    )
    booked = await api.book(held["holdToken"])

    assert booked["problems"] == []
    assert slot["start"] not in slot_starts(await read_lines(http, SLOTS), schedule)


async def test_a_booking_removes_every_slot_that_it_touches(
    http: httpx.AsyncClient, api: GraphQLClient
) -> None:
    schedules = await resources_of(http, "Schedule")
    other = schedule_of(schedules, "Physiotherapy follow-up", A)
    assert "2026-11-24T07:30:00-05:00" in slot_starts(await read_lines(http, SLOTS), other)

    booked = await api.hold_and_book("2026-11-24T07:00:00-05:00")
    assert booked["appointment"]["practitioner"]["slug"] == A
    left = [
        start
        for start in slot_starts(await read_lines(http, SLOTS), other)
        if start.startswith("2026-11-24T07")
    ]
    assert left == []  # 45 minutes, and 10 to clean up

    await api.cancel(booked["manageToken"])
    assert "2026-11-24T07:30:00-05:00" in slot_starts(await read_lines(http, SLOTS), other)


async def test_a_revoked_certificate_removes_its_slots(http: httpx.AsyncClient, database: Database) -> None:
    schedule = schedule_of(await resources_of(http, "Schedule"), NEEDLING, C)
    assert slot_starts(await read_lines(http, SLOTS), schedule)

    await open_clinic(database, edit_file({"valid_until = 2026-12-18": "valid_until = 2026-11-22"}))

    assert slot_starts(await resources_of(http, "Slot"), schedule) == []
    assert schedule["id"] not in {row["id"] for row in await resources_of(http, "Schedule")}


@pytest.mark.parametrize(
    ("day", "month", "before", "after"),
    [
        ("2027-03-14", "2027-03", "-05:00", "-04:00"),
        ("2026-11-01", "2026-11", "-04:00", "-05:00"),
    ],
)
async def test_on_a_day_when_the_clocks_change_each_time_has_its_own_offset(
    database: Database, database_url: str, day: str, month: str, before: str, after: str
) -> None:
    clock = Clock(NOW - timedelta(days=60))
    await open_clinic(database, small_clinic(hours="00:00-04:00", policy={"slot_step": "60 min"}))
    app = create_app(Settings(database_url=database_url), now=clock)
    async with asgi_client(app) as http:
        slots = await read_lines(http, f"/bulk/slots-{month}.ndjson")

    found = [slot["start"].removeprefix(f"{day}T") for slot in slots if slot["start"].startswith(day)]
    skipped = [f"03:00:00{after}"] if month == "2027-03" else []
    repeated = [f"01:00:00{after}", f"02:00:00{after}", f"03:00:00{after}"] if not skipped else []
    assert found == [f"00:00:00{before}", f"01:00:00{before}", *skipped, *repeated]


async def test_a_service_has_its_code_of_the_standard_list(database: Database, database_url: str) -> None:
    price = 'price = "120.00"\ncurrency = "CAD"\n'
    await open_clinic(database, edit_file({price: price + 'service_type = "65"\n'}))
    async with asgi_client(create_app(Settings(database_url=database_url), now=lambda: NOW)) as http:
        schedules = await read_lines(http, "/bulk/schedules.ndjson")

    codings = {row["serviceType"][0]["text"]: row["serviceType"][0]["coding"] for row in schedules}
    physiotherapy = {"system": "http://terminology.hl7.org/CodeSystem/service-type", "code": "65"}
    assert codings["Physiotherapy assessment"][1:] == [physiotherapy]
    assert codings["Physiotherapy follow-up"][1:] == []


async def test_slots_within_the_notice_leave_the_list(http: httpx.AsyncClient, clock: Clock) -> None:
    first = await read_lines(http, SLOTS)
    clock.now += timedelta(minutes=15)
    later = await read_lines(http, SLOTS)

    assert first[0]["start"] == "2026-11-23T09:00:00-05:00"
    assert first[0] not in later
    assert [slot for slot in first if slot in later] == later


async def test_files_are_for_pages_of_any_origin(http: httpx.AsyncClient) -> None:
    response = await http.get(SLOTS, headers={"origin": "https://directory.example"})

    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"] == "application/fhir+ndjson"


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "2026", "11", "x-y", "99999-01"])
async def test_a_file_of_no_month_is_not_found(http: httpx.AsyncClient, month: str) -> None:
    assert (await http.get(f"/bulk/slots-{month}.ndjson")).status_code == 404


@pytest.mark.parametrize("month", ["2026-10", "2027-02", "9999-12", "0001-01"])
async def test_a_month_that_can_not_be_booked_has_no_slots(http: httpx.AsyncClient, month: str) -> None:
    assert await read_lines(http, f"/bulk/slots-{month}.ndjson") == []


async def test_a_client_out_of_points_has_to_wait(database: Database, database_url: str) -> None:
    await open_clinic(database)
    app = create_app(Settings(database_url=database_url, points_per_client=150), now=lambda: NOW)
    async with asgi_client(app) as http:
        assert (await http.get(SLOTS)).status_code == 200
        refused = await http.get(SLOTS)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 50


async def test_the_number_of_statements_does_not_grow_with_practitioners(
    database: Database, database_url: str
) -> None:
    counted: dict[int, dict[str, int]] = {}
    for number in (1, 20):
        text = small_clinic(
            practitioners="".join(practitioner(f"p{n}", "09:00-17:00") for n in range(number))
        )
        await open_clinic(database, text)
        async with asgi_client(create_app(Settings(database_url=database_url), now=lambda: NOW)) as http:
            counted[number] = {}
            for path in (MANIFEST, "/bulk/schedules.ndjson", "/bulk/practitioners.ndjson", SLOTS):
                with sql_statements() as sent:
                    assert len((await http.get(path)).text.splitlines()) >= min(number, 1)
                counted[number][path] = len(sent)

    assert counted[1] == counted[20]
    assert max(counted[20].values()) <= 19


async def test_an_address_of_another_country_stays_whole(database: Database, database_url: str) -> None:
    address = '["1 Main Street, Suite 100", "Toronto ON  M5X 1A1", "Canada"]'
    await open_clinic(database, edit_file({address: '["Hoofdstraat 1", "1234 AB Utrecht"]'}, SAMPLE))
    async with asgi_client(create_app(Settings(database_url=database_url), now=lambda: NOW)) as http:
        [location] = await read_lines(http, "/bulk/locations.ndjson")
        manifest = await http.get(MANIFEST)

    assert location["address"] == {
        "text": "Hoofdstraat 1, 1234 AB Utrecht",
        "line": ["Hoofdstraat 1", "1234 AB Utrecht"],
    }
    assert "state" not in json.dumps(manifest.json())


async def test_a_slot_file_may_be_asked_for_in_part(http: httpx.AsyncClient) -> None:
    schedules = await resources_of(http, "Schedule")
    all_slots = await read_lines(http, SLOTS)
    needling = {f"Schedule/{row['id']}" for row in schedules if row["serviceType"][0]["text"] == NEEDLING}

    part = await read_lines(http, f"{SLOTS}?service=dry-needling&location=main-street")

    assert part == [slot for slot in all_slots if slot["schedule"]["reference"] in needling]
    assert 0 < len(part) < len(all_slots)


@pytest.mark.parametrize("wanted", ["service=nothing", "location=nowhere"])
async def test_a_slot_file_of_something_unknown_is_not_found(http: httpx.AsyncClient, wanted: str) -> None:
    assert (await http.get(f"{SLOTS}?{wanted}")).status_code == 404


async def test_a_schedule_stands_while_its_hours_are_within_the_horizon(
    database: Database, database_url: str
) -> None:
    hours = '[[practitioners.hours]]\nweek = { wed-fri = ["07:00-14:00"] }'

    async def practitioners(said: str) -> set[str]:
        await open_clinic(database, edit_file({hours: hours.replace("week =", f"{said}\nweek =")}))
        async with asgi_client(create_app(Settings(database_url=database_url), now=lambda: NOW)) as http:
            return {practitioner_of(row) for row in await read_lines(http, "/bulk/schedules.ndjson")}

    everybody = await practitioners("")
    assert await practitioners("until = 2026-11-23") == everybody
    [gone] = everybody - await practitioners("until = 2026-11-22")
    assert gone.endswith("sample-practitioner-e")
    assert await practitioners("from = 2027-01-22") == everybody
    assert await practitioners("from = 2027-01-23") == everybody - {gone}
