"""Who sees what of the desk over the API: the scopes of its keys, and the notes on visits."""

import pytest

from booking.appointments.notes import write_note
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.queries.appointments import appointment_by_reference
from tests.graphql_api.desk.desk_software import DAY, NINE, TUESDAY, A, DeskSoftware, desk_software, visits
from tests.support.clinics import NOW
from tests.support.graphql_client import PATIENT, GraphQLClient

RECEPTION = Actor(ActorKind.STAFF, "reception", "192.0.2.1")
SEEN = ("api-key", "read", "Appointment.patient")
SCOPED = {
    "schedule": '{ daySchedule(date: "2026-11-24") { edges { node { practitioner { slug } } } } }',
    "that there is a note": "query ($id: ID!) { node(id: $id) { ... on Appointment { hasNote } } }",
    "topics": "query ($id: ID!) { node(id: $id) { ... on Appointment { hasTopics } } }",
    "squeeze-in": "query ($id: ID!) { node(id: $id) { ... on Appointment { isSqueezeIn } } }",
    "impossible": "query ($id: ID!) { node(id: $id) { ... on Appointment { impossibleSince } } }",
}
FORBIDDEN = {"code": "FORBIDDEN", "scope": "DESK_READ"}


@pytest.mark.parametrize("what", SCOPED)
async def test_a_partner_that_booked_the_visit_sees_nothing_of_the_desk(
    api: GraphQLClient, database: Database, what: str
) -> None:
    others = "book", "appointment-read", "appointment-manage", "patient-read", "desk-manage"
    partner = await desk_software(api.http, database, *others)
    api.http.headers.update({"Authorization": f"Bearer {partner.secret}"})
    booked = await api.hold_and_book(NINE)
    answer = await api.ask(SCOPED[what], id=booked["appointment"]["id"])
    assert answer["errors"][0]["extensions"] == FORBIDDEN
    del api.http.headers["Authorization"]
    desk = await desk_software(api.http, database, "desk-read")
    assert "errors" not in await desk.ask(SCOPED[what], id=booked["appointment"]["id"])


async def test_without_patient_read_a_key_of_the_desk_sees_nobody(
    api: GraphQLClient, database: Database
) -> None:
    booked = await api.hold_and_book(NINE, practitionerId=A)
    desk = await desk_software(api.http, database, "desk-read")
    answer = await desk.ask(DAY, date=TUESDAY, practitionerId=A)
    [visit] = visits(answer["data"]["daySchedule"]["edges"][0]["node"])
    assert (visit["id"], visit["patient"]) == (booked["appointment"]["id"], None)
    assert {error["extensions"]["scope"] for error in answer["errors"]} == {"PATIENT_READ"}
    assert await desk.audit_rows() == []


async def test_a_note_is_shown_and_the_look_is_recorded(
    desk: DeskSoftware, api: GraphQLClient, database: Database
) -> None:
    reference = (await api.hold_and_book(NINE, practitionerId=A))["appointment"]["reference"]
    async with database.write() as session:
        row = await appointment_by_reference(session, reference)
        assert row is not None
        await write_note(session, row.id, "Comes with a walker", version=None, actor=RECEPTION, now=NOW)
    [visit] = visits((await desk.day())["sample-practitioner-a"])
    assert (visit["hasNote"], visit["note"]) == (True, "Comes with a walker")
    assert sorted(await desk.audit_rows()) == [("api-key", "read", "Appointment.note"), SEEN]

    query = "query ($id: ID!) { node(id: $id) { ... on Appointment { hasNote note } } }"
    screen = await desk_software(desk.http, database, "desk-read")
    answer = await screen.ask(query, id=visit["id"])
    assert answer["data"]["node"] == {"hasNote": True, "note": None}
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": "PATIENT_READ"}


async def test_a_partner_reads_no_note_on_what_it_booked(api: GraphQLClient, database: Database) -> None:
    partner = await desk_software(api.http, database, "book", "appointment-read", "patient-read")
    desk = await desk_software(api.http, database)
    api.http.headers.update({"Authorization": f"Bearer {partner.secret}"})
    visit = (await api.hold_and_book(NINE))["appointment"]["id"]
    noted = await desk.change("setAppointmentNote", appointmentId=visit, text="Comes with a walker")
    assert noted["appointment"]["note"] == "Comes with a walker"
    query = "query ($id: ID!) { node(id: $id) { ... on Appointment { note patient { name } } } }"
    answer = await partner.ask(query, id=visit)
    assert answer["data"]["node"] == {"note": None, "patient": {"name": PATIENT["name"]}}


async def test_no_cookie_opens_the_day(api: GraphQLClient) -> None:
    api.http.cookies.set("__Host-book-online-desk", "x")
    answer = await api.ask(DAY, date=TUESDAY)
    assert answer["data"] == {"daySchedule": None}
    assert answer["errors"][0]["extensions"] == FORBIDDEN
