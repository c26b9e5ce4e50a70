"""Holds: kept longer once, and no more of them than one may have."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.graphql_api.conftest import Clock
from tests.support.asgi_client import asgi_client
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id, problem_types

DAY = "2026-11-24"
NINE = f"{DAY}T09:00:00-05:00"
WITH_A = {"practitionerId": practitioner_id("a")}


async def test_a_hold_is_extended_from_now_on(api: GraphQLClient, clock: Clock) -> None:
    held = await api.hold(NINE, **WITH_A)
    assert held["hold"]["expiresInSeconds"] == 300
    clock.now += timedelta(minutes=4)

    extended = await api.extend(held["holdToken"])

    assert extended["problems"] == []
    assert extended["hold"]["expiresInSeconds"] == 300
    assert extended["hold"]["id"] == held["hold"]["id"]
    assert extended["hold"]["expiresAt"] == "2026-11-23T07:09:00-05:00"
    clock.now += timedelta(minutes=4)
    assert problem_types(await api.hold(NINE, **WITH_A)) == ["SlotTaken"]
    assert (await api.book(held["holdToken"]))["problems"] == []


async def test_a_hold_is_extended_once(api: GraphQLClient, clock: Clock) -> None:
    held = await api.hold(NINE, **WITH_A)
    await api.extend(held["holdToken"])

    assert problem_types(await api.extend(held["holdToken"])) == ["AlreadyExtended"]

    clock.now += timedelta(minutes=5)
    assert (await api.hold(NINE, **WITH_A))["problems"] == [], "it ended when it was to end"


async def test_an_expired_hold_is_not_extended(api: GraphQLClient, clock: Clock) -> None:
    first = await api.hold(NINE, **WITH_A)
    clock.now += timedelta(minutes=5)

    refused = await api.extend(first["holdToken"])
    assert problem_types(refused) == ["HoldExpired"]
    assert refused["problems"][0]["stillOpen"] is True

    await api.hold(NINE, **WITH_A)
    refused = await api.extend(first["holdToken"])
    assert refused["problems"][0]["stillOpen"] is False
    assert refused["problems"][0]["alternatives"]


CERTIFICATE_A = '[{ kind = "dry-needling", valid_from = 2024-01-15, valid_until = 2031-12-31 }]'
SERVICES_A = 'services = ["dry-needling", "dry-needling-follow-up", "dry-needling-course", "physiotherapy-ass'
AWAY = "time_off = [{ from = 2026-11-24, to = 2026-11-24 }]"
CHANGES = {
    "no certificate": ({CERTIFICATE_A: "[]"}, "NotQualified"),
    "a certificate that ended": ({"2031-12-31": "2026-11-01"}, "NotQualified"),
    "not offered": ({SERVICES_A: 'services = ["dry-needling-follow-up", "physiotherapy-ass'}, "NotQualified"),
    "away": ({CERTIFICATE_A: f"{CERTIFICATE_A}\n{AWAY}"}, "NotOpen"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_hold_that_the_clinic_has_ruled_out_is_not_extended(
    api: GraphQLClient, database: Database, clock: Clock, change: str
) -> None:
    edits, refusal = CHANGES[change]
    held = await api.hold(f"{DAY}T10:00:00-05:00", **WITH_A)
    await open_clinic(database, edit_file(edits))
    clock.now += timedelta(minutes=4)

    refused = await api.extend(held["holdToken"])
    assert (refused["hold"], problem_types(refused)) == (None, [refusal])
    assert refused["problems"][0]["path"] == ["input", "holdToken"]

    await open_clinic(database)
    assert (await api.extend(held["holdToken"]))["problems"] == []


async def test_a_booked_released_or_unknown_hold_is_not_extended(api: GraphQLClient) -> None:
    booked = await api.hold(NINE)
    await api.book(booked["holdToken"])
    released = await api.hold(NINE)
    await api.release(released["holdToken"])

    assert problem_types(await api.extend(booked["holdToken"])) == ["InvalidInput"]
    assert problem_types(await api.extend(released["holdToken"])) == ["HoldExpired"]
    assert problem_types(await api.extend("nobody's")) == ["NotFound"]


@pytest.fixture
def holds_per_client() -> int:
    return 3


@pytest.fixture
async def http(
    database: Database, database_url: str, clock: Clock, holds_per_client: int
) -> AsyncIterator[httpx.AsyncClient]:
    """Of a server that lets a client hold little."""
    await open_clinic(database)
    settings = Settings(database_url=database_url, holds_per_client=holds_per_client)
    async with asgi_client(create_app(settings, now=clock)) as client:
        yield client


async def test_a_client_can_not_hold_a_whole_week(api: GraphQLClient, clock: Clock) -> None:
    hours = [f"{DAY}T{hour:02}:00:00-05:00" for hour in (8, 9, 10, 13)]
    tokens = [(await api.hold(time, **WITH_A))["holdToken"] for time in hours[:3]]
    clock.now += timedelta(minutes=1)

    refused = await api.hold(hours[3], **WITH_A)
    assert problem_types(refused) == ["TooManyHolds"]
    assert refused["problems"][0]["retryAfterSeconds"] == 240

    await api.release(tokens[0])
    assert (await api.hold(hours[3], **WITH_A))["problems"] == []


async def test_a_booked_hold_does_not_count_as_held(api: GraphQLClient) -> None:
    hours = [f"{DAY}T{hour:02}:00:00-05:00" for hour in (8, 9, 10, 13)]
    for time in hours:
        await api.hold_and_book(time, **WITH_A)


async def test_a_course_counts_as_its_visits(api: GraphQLClient) -> None:
    times = ["2026-11-24T09:00:00-05:00", "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"]
    await api.hold(f"{DAY}T13:00:00-05:00")

    assert problem_types(await api.hold_course(times)) == ["TooManyHolds"]


async def test_the_holds_of_one_client_do_not_limit_another(
    api: GraphQLClient, database_url: str, clock: Clock, holds_per_client: int
) -> None:
    for hour in (8, 9, 10):
        await api.hold(f"{DAY}T{hour:02}:00:00-05:00", **WITH_A)
    app = create_app(Settings(database_url=database_url, holds_per_client=holds_per_client), now=clock)
    async with asgi_client(app, address="192.0.2.7") as other:
        assert (await GraphQLClient(other).hold(f"{DAY}T13:00:00-05:00", **WITH_A))["problems"] == []
