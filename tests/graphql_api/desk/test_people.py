"""Search for people over the API: whom a caller's number or name finds, and who may search."""

from datetime import timedelta
from typing import Any

import pytest

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.graphql_api.desk.desk_software import NINE, NOON, A, DeskSoftware, desk_software
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers, service_id

PEOPLE = """query ($search: String!, $first: Int) { people(search: $search, first: $first) {
  patient { id name phone } visitCount noShowCount
  lastAppointment { id } nextAppointment { id startsAt } usualService { slug } usualPractitioner { slug }
} }"""
LOOK = ("api-key", "read", "search")


async def found(desk: DeskSoftware, search: str, **more: Any) -> list[dict[str, Any]]:
    answer = await desk.ask(PEOPLE, search=search, **more)
    assert "errors" not in answer, answer
    people: list[dict[str, Any]] = answer["data"]["people"]
    return people


async def test_a_caller_is_found_by_number_name_address_or_reference_and_booked(
    desk: DeskSoftware, api: GraphQLClient, clock: Clock
) -> None:
    booked = (await api.hold_and_book(NINE, practitionerId=A))["appointment"]
    ways = ["(416) 555-0123", "sam pat", PATIENT["email"], booked["reference"]]
    assert await desk.audit_rows() == []
    answers = [await found(desk, way) for way in ways]
    assert all(answer == answers[0] for answer in answers)
    [person] = answers[0]
    patient = person.pop("patient")
    assert (patient["name"], patient["phone"]) == (PATIENT["name"], "+14165550123")
    assert person == {
        "visitCount": 0,
        "noShowCount": 0,
        "lastAppointment": None,
        "nextAppointment": {"id": booked["id"], "startsAt": NINE},
        "usualService": {"slug": "dry-needling"},
        "usualPractitioner": {"slug": "sample-practitioner-a"},
    }
    assert await desk.audit_rows() == [LOOK]
    clock.now += timedelta(minutes=1)
    given = {"serviceId": service_id(), "startsAt": NOON, "patientId": patient["id"]}
    assert (await desk.change("bookForPatient", **given, screening=screening_answers()))["problems"] == []
    [again] = await found(desk, "sam pat")
    assert again["patient"]["id"] != patient["id"]  # of the newest booking


@pytest.mark.parametrize("nobody", ["%", "_", "", "zz", "416 555 0199", "'; --", "x" * 200])
async def test_what_nobody_has_finds_nobody(desk: DeskSoftware, api: GraphQLClient, nobody: str) -> None:
    await api.hold_and_book(NINE)
    assert len(await found(desk, "sam")) == 1
    assert await found(desk, nobody) == []
    assert await desk.audit_rows() == [LOOK]


@pytest.mark.parametrize(
    ("given", "path"),
    [({"search": "x" * 201}, ["search"]), ({"first": 0}, ["first"]), ({"first": -1}, ["first"])],
)
async def test_a_search_that_can_not_be_made_is_a_typed_error(
    desk: DeskSoftware, given: dict[str, Any], path: list[str]
) -> None:
    answer = await desk.ask(PEOPLE, **({"search": "sam"} | given))
    assert answer["data"] == {"people": None}
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    assert answer["errors"][0]["extensions"]["path"] == path


async def test_a_search_needs_both_scopes(api: GraphQLClient, database: Database) -> None:
    await api.hold_and_book(NINE)
    for scope, missing in (("patient-read", "DESK_READ"), ("desk-read", "PATIENT_READ")):
        software = await desk_software(api.http, database, scope, "desk-manage", "appointment-read")
        answer = await software.ask(PEOPLE, search="sam")
        assert answer["data"] == {"people": None}
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": missing}
        assert await software.audit_rows() == []
