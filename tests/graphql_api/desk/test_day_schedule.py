"""The day over the API: what a clinic's own software sees of it, and what each look leaves behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.appointments.blocked_time.block import block_time
from booking.domain.actor import Actor, ActorKind
from booking.patients.erase import erase_patients
from booking.scheduling.blocked_time import BlockRequest
from booking.storage.database import Database
from booking.storage.models.desk.blocked_time import BlockKind
from booking.storage.queries.appointments import appointment_by_reference
from graphql_api.limits.limits import MAX_COST
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.graphql_api.desk.desk_software import (
    DAY,
    NINE,
    NOON,
    TEN,
    TUESDAY,
    A,
    DeskSoftware,
    desk_software,
    visits,
)
from tests.support.clinics import NOW, open_clinic, practitioner, small_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers, service_id
from tests.support.sql_statements import sql_statements

RECEPTION = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
SEEN = ("api-key", "read", "Appointment.patient")


async def test_a_day_shows_open_free_held_blocked_and_booked_time(
    desk: DeskSoftware, api: GraphQLClient, database: Database
) -> None:
    held = await api.hold(NINE, practitionerId=A)
    booked = await api.book(held["holdToken"], screening=screening_answers(needle_fear="YES"))
    assert booked["problems"] == []
    expires_at = (await api.hold(TEN, practitionerId=A))["hold"]["expiresAt"]
    noon = datetime.fromisoformat(NOON)
    request = BlockRequest(
        "sample-practitioner-a", noon, noon + timedelta(minutes=30), BlockKind.BREAK, "Lunch"
    )
    async with database.write() as session:
        [block] = (await block_time(session, request, actor=RECEPTION, now=NOW)).blocks

    day = (await desk.day(practitionerId=A))["sample-practitioner-a"]
    assert day["open"] == [
        {"startsAt": f"{TUESDAY}T07:00:00-05:00", "endsAt": f"{TUESDAY}T11:30:00-05:00"},
        {"startsAt": f"{TUESDAY}T12:00:00-05:00", "endsAt": f"{TUESDAY}T15:00:00-05:00"},
    ]
    assert day["blocked"] == [
        {
            "startsAt": f"{TUESDAY}T12:00:00-05:00",
            "endsAt": f"{TUESDAY}T12:30:00-05:00",
            "blockedTimeId": global_id("BlockedTime", block.id),
            "label": "Lunch",
        }
    ]
    [held_time] = day["held"]
    assert (held_time["startsAt"], held_time["expiresAt"]) == (TEN, expires_at)
    assert (held_time["byStaff"], held_time["isSqueezeIn"]) == (False, False)
    assert {"startsAt": f"{TUESDAY}T12:30:00-05:00", "endsAt": f"{TUESDAY}T15:00:00-05:00"} in day["free"]
    [visit] = visits(day)
    patient = visit.pop("patient")
    assert patient.pop("id")
    assert patient == {"name": PATIENT["name"], "email": PATIENT["email"], "phone": "+14165550123"}
    assert visit == {
        "id": booked["appointment"]["id"],
        "reference": booked["appointment"]["reference"],
        "status": "BOOKED",
        "version": 0,
        "startsAt": NINE,
        "service": {"slug": "dry-needling"},
        "isSqueezeIn": False,
        "hasTopics": True,
        "note": None,
        "hasNote": False,
        "impossibleSince": None,
    }


async def test_each_patient_shown_is_in_the_audit_trail_once_in_twelve_hours(
    desk: DeskSoftware, api: GraphQLClient, clock: Clock
) -> None:
    await api.hold_and_book(NINE)
    await api.hold_and_book(TEN)
    assert await desk.audit_rows() == []
    for _ in range(2):  # A screen that asks all day leaves no row for each time.
        await desk.day()
        assert await desk.audit_rows() == [SEEN] * 2
    clock.now += timedelta(hours=13)
    await desk.day()
    assert await desk.audit_rows() == [SEEN] * 4


async def test_an_erased_patient_is_null_and_the_visit_stays(
    desk: DeskSoftware, api: GraphQLClient, database: Database, clock: Clock
) -> None:
    reference = (await api.hold_and_book(NINE, practitionerId=A))["appointment"]["reference"]
    clock.now += timedelta(days=2)
    async with database.write() as session:
        row = await appointment_by_reference(session, reference)
        assert row is not None
        await erase_patients(session, [row.patient], now=clock.now)
    [visit] = visits((await desk.day())["sample-practitioner-a"])
    assert (visit["patient"], visit["reference"], visit["hasTopics"]) == (None, reference, False)
    assert await desk.audit_rows() == []


async def test_a_note_of_the_patient_is_something_to_talk_about(
    desk: DeskSoftware, api: GraphQLClient
) -> None:
    await api.hold_and_book(NINE, practitionerId=A)
    held = await api.hold(TEN, practitionerId=A)
    await api.book(held["holdToken"], note="The left shoulder")

    day = (await desk.day(practitionerId=A))["sample-practitioner-a"]
    assert [visit["hasTopics"] for visit in visits(day)] == [False, True]


async def test_a_visit_of_anybody_is_found_again_by_its_id(desk: DeskSoftware, api: GraphQLClient) -> None:
    booked = await api.hold_and_book(NINE)
    query = "query ($id: ID!) { node(id: $id) { ... on Appointment { version patient { name } } } }"
    answer = await desk.ask(query, id=booked["appointment"]["id"])
    assert answer["data"]["node"] == {"version": 0, "patient": {"name": PATIENT["name"]}}
    assert await desk.audit_rows() == [SEEN]
    api.http.headers.pop("Authorization", None)
    assert (await api.ask(query.replace("patient { name }", ""), id=booked["appointment"]["id"]))["data"] == {
        "node": None
    }


async def test_a_practitioners_day_is_found_again_by_its_id(desk: DeskSoftware) -> None:
    answer = await desk.ask(
        '{ daySchedule(date: "2026-11-24", first: 1) { edges { node { id date open { startsAt } } } } }'
    )
    [edge] = answer["data"]["daySchedule"]["edges"]
    query = "query ($id: ID!) { node(id: $id) { ... on PractitionerDay { id date open { startsAt } } } }"
    assert (await desk.ask(query, id=edge["node"]["id"]))["data"] == {"node": edge["node"]}
    assert edge["node"]["date"] == TUESDAY
    for nothing in (
        "nobody/2026-11-24",
        "sample-practitioner-a/2026-13-24",
        "sample-practitioner-a/1111-11-11",
    ):
        answer = await desk.ask(query, id=global_id("PractitionerDay", nothing))
        assert answer == {"data": {"node": None}}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"practitionerId": global_id("Practitioner", "nobody")}, "NOT_FOUND", ["practitionerId"]),
        ({"practitionerId": service_id()}, "INVALID_INPUT", ["practitionerId"]),
        ({"date": "1999-12-31"}, "INVALID_INPUT", ["date"]),
        ({"date": "2200-01-01"}, "INVALID_INPUT", ["date"]),
        ({"first": 0}, "INVALID_INPUT", ["first"]),
        ({"after": "x"}, "INVALID_INPUT", ["after"]),
    ],
)
async def test_what_can_not_be_shown_is_a_typed_error(
    desk: DeskSoftware, given: dict[str, Any], code: str, path: list[str]
) -> None:
    answer = await desk.ask(DAY, **({"date": TUESDAY} | given))
    assert answer["data"] == {"daySchedule": None}
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["path"]) == (code, path)


async def test_the_day_on_which_the_clocks_go_back_has_twenty_five_hours(
    desk: DeskSoftware, database: Database
) -> None:
    await open_clinic(database, small_clinic(hours="00:00-24:00"))
    day = (await desk.day("2026-11-01"))["one"]
    [span] = day["open"]
    assert span == {"startsAt": "2026-11-01T00:00:00-04:00", "endsAt": "2026-11-02T00:00:00-05:00"}
    length = datetime.fromisoformat(span["endsAt"]) - datetime.fromisoformat(span["startsAt"])
    assert length == timedelta(hours=25)


BUSY = """query ($date: LocalDate!) { daySchedule(date: $date, first: 20) { edges { node {
  practitioner { name } open { startsAt } free { startsAt } held { startsAt } blocked { label }
  appointments(first: 16) { edges { node { status isSqueezeIn hasTopics service { name } patient { name } } }
    pageInfo { hasNextPage } } } } pageInfo { hasNextPage } }
  rateLimit { cost } }"""


async def test_twenty_practitioners_with_sixteen_visits_each_can_be_asked_and_are_paid(
    desk: DeskSoftware, database: Database
) -> None:
    await desk.ask(BUSY, date=TUESDAY)  # From then on its text is known and costs nothing.
    answer = await desk.ask(BUSY, date=TUESDAY)
    assert "errors" not in answer
    # Each practitioner, and each visit with its service and its patient; the request, and its `rateLimit`.
    cost = 10 + 20 * (1 + 16 * 3)
    assert cost < MAX_COST
    assert answer["data"]["rateLimit"]["cost"] == cost + 2


async def test_a_busy_day_needs_no_more_statements_than_a_quiet_one(
    api: GraphQLClient, database: Database
) -> None:
    people = "".join(practitioner(f"person-{number}", "09:00-12:00") for number in range(6))
    await open_clinic(database, small_clinic(practitioners=people))
    desk = await desk_software(api.http, database)
    counted = []
    for number in range(6):
        given = {"serviceId": global_id("Service", "visit")}
        given["practitionerId"] = global_id("Practitioner", f"person-{number}")
        held = await api.hold(NINE, **given)
        assert (await api.book(held["holdToken"], screening=[]))["problems"] == []
        if number in (1, 5):
            await desk.day()  # The looks of this day are recorded.
            with sql_statements() as sent:
                assert len(await desk.day()) == 6
            counted.append(sorted(statement.partition(" IN (")[0] for statement in sent))
    assert counted[0] == counted[1]


async def test_pages_of_practitioners_and_of_visits_follow_each_other(
    desk: DeskSoftware, api: GraphQLClient
) -> None:
    names: list[str] = []
    after = None
    while True:
        answer = await desk.ask(DAY, date=TUESDAY, first=2, after=after)
        page = answer["data"]["daySchedule"]
        names += [edge["node"]["practitioner"]["slug"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert names == list(await desk.day())
    booked = [(await api.hold_and_book(at, practitionerId=A))["appointment"]["id"] for at in (NINE, NOON)]
    seen = []
    cursor = None
    for _ in booked:
        query = """query ($id: ID!, $after: String) { daySchedule(date: "2026-11-24", practitionerId: $id) {
          edges { node { appointments(first: 1, after: $after) {
            edges { node { id } } pageInfo { endCursor } } } } } }"""
        answer = await desk.ask(query, id=A, after=cursor)
        page = answer["data"]["daySchedule"]["edges"][0]["node"]["appointments"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
    assert seen == booked
