"""`openSlots` for an appointment that is to be moved: its own time counts as free, to whoever may move it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from booking.storage.database import Database
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import open_clinic, practitioner, small_clinic
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient, problem_types, service_id
from tests.support.sql_statements import sql_statements

DAY = "2026-11-25"
TEN, QUARTER_PAST = f"{DAY}T10:00:00-05:00", f"{DAY}T10:15:00-05:00"
ONE, TWO = (global_id("Practitioner", slug) for slug in ("one", "two"))
COUNT = "query ($filter: OpenSlotFilter!) { availability(filter: $filter) { date openSlotCount } }"
WANTED: dict[str, Any] = {"serviceId": service_id("visit"), "from": DAY, "to": DAY}


@pytest.fixture
async def booked(api: GraphQLClient, database: Database) -> dict[str, Any]:
    """A visit at ten with practitioner one. Both practitioners work from 9 to 12, two with a certificate
    that ends the day before."""
    lapsed = 'certifications = [{ kind = "paper", valid_until = 2026-11-24 }]'
    valid = lapsed.replace("2026-11-24", "2027-12-31")
    people = practitioner("one", "09:00-12:00", valid) + practitioner("two", "09:00-12:00", lapsed)
    await open_clinic(database, small_clinic(service='requires = "paper"', practitioners=people))
    held = await api.hold(TEN, service="visit", practitionerId=ONE)
    payload = await api.book(held["holdToken"], screening=[])
    assert payload["problems"] == []
    return payload


async def times(
    api: GraphQLClient, moving: dict[str, Any] | None, headers: dict[str, str] | None = None, **more: Any
) -> list[str]:
    """The clock times that are open on the day."""
    variables = {"filter": WANTED | {"moving": moving} | more}
    sent = {"query": OPEN_SLOTS, "variables": variables}
    answer = (await api.http.post("/graphql", json=sent, headers=headers)).json()
    assert "errors" not in answer, answer["errors"]
    return [edge["node"]["startsAt"][11:16] for edge in answer["data"]["openSlots"]["edges"]]


async def refused(api: GraphQLClient, headers: dict[str, str] | None = None, **filter: Any) -> dict[str, Any]:
    sent = {"query": OPEN_SLOTS, "variables": {"filter": WANTED | filter}}
    answer = (await api.http.post("/graphql", json=sent, headers=headers)).json()
    extensions: dict[str, Any] = answer["errors"][0]["extensions"]
    return extensions


async def test_times_that_overlap_the_visit_are_open_to_it(
    api: GraphQLClient, booked: dict[str, Any]
) -> None:
    without = await times(api, None)
    near = await times(api, {"manageToken": booked["manageToken"]})

    assert sorted(set(near) - set(without)) == ["09:45", "10:15"]
    assert set(without) < set(near)
    counted = await api.ask(COUNT, filter=WANTED | {"moving": {"manageToken": booked["manageToken"]}})
    assert counted["data"]["availability"] == [{"date": DAY, "openSlotCount": len(near)}]
    moved = await api.reschedule(booked["manageToken"], QUARTER_PAST)
    assert moved["appointment"]["startsAt"] == QUARTER_PAST


async def test_a_refused_move_offers_the_nearest_times_that_the_visit_can_have(
    api: GraphQLClient, booked: dict[str, Any]
) -> None:
    after = f"{DAY}T10:30:00-05:00"
    held = await api.hold(after, service="visit", practitionerId=ONE)
    assert held["problems"] == []

    refused = await api.reschedule(booked["manageToken"], QUARTER_PAST)

    assert problem_types(refused) == ["SlotTaken"]
    others = [slot["startsAt"][11:16] for slot in refused["problems"][0]["alternatives"]]
    assert others == ["09:30", "09:45", "11:00"], "one overlaps the visit, none is its own"


async def test_others_never_see_what_the_owner_of_the_visit_was_shown(
    api: GraphQLClient, booked: dict[str, Any], clock: Clock
) -> None:
    clock.now += timedelta(seconds=1)  # What is open at the stroke of a tick may be so for that moment only.
    own = {"manageToken": booked["manageToken"]}
    near = await times(api, own)
    with sql_statements() as sent:
        assert await times(api, own) == near
    # The answer is kept nowhere; one without a secret is.
    assert sent
    without = await times(api, None)
    with sql_statements() as sent:
        assert await times(api, None) == without
    assert not sent


async def test_a_wrong_secret_opens_nothing(api: GraphQLClient, booked: dict[str, Any]) -> None:
    path = ["filter", "moving", "manageToken"]
    assert await refused(api, moving={"manageToken": "ab" * 32}) == {"code": "NOT_FOUND", "path": path}
    assert (await refused(api, moving={"appointmentId": booked["appointment"]["id"]}))["code"] == "NOT_FOUND"


async def test_the_visit_is_of_the_service_that_is_asked_for(
    api: GraphQLClient, database: Database, booked: dict[str, Any]
) -> None:
    text = small_clinic() + '[[services]]\nslug = "other"\nname = "Other"\nduration = "10 min"\n'
    await open_clinic(database, text.replace('services = ["visit"]', 'services = ["visit", "other"]'))
    own = {"manageToken": booked["manageToken"]}
    assert await refused(api, serviceId=service_id("other"), moving=own) == {
        "code": "INVALID_INPUT",
        "path": ["filter", "serviceId"],
        "inputCode": "CONFLICT",
    }


async def test_a_key_sees_the_times_of_what_it_may_move(
    api: GraphQLClient, http: httpx.AsyncClient, database: Database, booked: dict[str, Any]
) -> None:
    moving = {"appointmentId": booked["appointment"]["id"]}
    _, desk = await new_key(database, "availability", "desk-manage", "desk-read")
    _, other = await new_key(database, "availability", "appointment-manage")
    _, reader = await new_key(database, "availability")

    assert "10:15" in await times(api, moving, bearing(desk))
    assert (await refused(api, bearing(other), moving=moving))["code"] == "NOT_FOUND"
    assert await refused(api, bearing(reader), moving=moving) == {
        "code": "FORBIDDEN",
        "scope": "APPOINTMENT_MANAGE",
    }


async def test_other_practitioners_are_offered_while_their_certificates_hold(
    api: GraphQLClient, booked: dict[str, Any]
) -> None:
    own = {"manageToken": booked["manageToken"]}
    assert await times(api, own, practitionerId=TWO) == []
    day_before: dict[str, Any] = {"from": "2026-11-24", "to": "2026-11-24"}
    assert "10:15" in await times(api, own, practitionerId=TWO, **day_before)

    moved = await api.reschedule(booked["manageToken"], "2026-11-24T10:15:00-05:00", practitionerId=TWO)
    assert moved["appointment"]["practitioner"]["slug"] == "two"
    assert problem_types(await api.reschedule(booked["manageToken"], TEN)) == ["NotQualified"]
