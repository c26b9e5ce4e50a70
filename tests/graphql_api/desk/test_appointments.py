"""What a clinic's own software does with visits: statuses, notes, moves and cancellations, as staff do."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking.domain.events import EventKind
from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from graphql_api.types.relay import global_id
from tests.booking.appointments.by_staff.front_desk import mails, open_desk
from tests.graphql_api.conftest import Clock
from tests.graphql_api.desk.desk_software import (
    NINE,
    NOON,
    TEN,
    TUESDAY,
    A,
    B,
    DeskSoftware,
    desk_software,
    visits,
)
from tests.support.clinics import SAMPLE, edit_file, load_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id, service_id

ON_THE_DAY = datetime.fromisoformat(f"{TUESDAY}T08:50:00-05:00")
EARLY = f"{TUESDAY}T07:05:00-05:00"
"""Off the grid of starts, and inside the notice on the day itself."""


@pytest.fixture
async def visit(api: GraphQLClient) -> str:
    """A patient has booked it online, for Tuesday at nine with practitioner a."""
    return str((await api.hold_and_book(NINE, practitionerId=A))["appointment"]["id"])


async def test_the_rooms_of_a_visit_are_shown_to_the_desk_alone(
    api: GraphQLClient, desk: DeskSoftware, database: Database
) -> None:
    room = '[[resources]]\nslug = "room-1"\nname = "Sample room"\nkind = "treatment-room"\n'
    needs = {'# needs = ["treatment-room"]': 'needs = ["treatment-room"]'}
    await load_clinic(
        database, edit_file({"[[locations.closures]]": f"{room}[[locations.closures]]"} | needs, SAMPLE)
    )
    booked = await api.hold_and_book(NINE, practitionerId=A)
    query = "query ($id: ID!) { node(id: $id) { ... on Appointment { resources { slug name kind } } } }"

    answer = await desk.ask(query, id=booked["appointment"]["id"])

    shown = {"slug": "room-1", "name": "Sample room", "kind": "treatment-room"}
    assert answer["data"]["node"]["resources"] == [shown]
    token = booked["manageToken"]
    asked = "query ($token: String!) { appointment(manageToken: $token) { resources { slug } } }"
    refused = await api.ask(asked, token=token)
    assert refused["data"]["appointment"]["resources"] is None


async def test_a_status_is_set_on_the_day_and_recorded(desk: DeskSoftware, visit: str, clock: Clock) -> None:
    clock.now = ON_THE_DAY
    done = await desk.change("setAppointmentStatus", appointmentId=visit, status="ARRIVED", version=0)
    assert done == {"appointment": {"id": visit, "status": "ARRIVED", "version": 1}, "problems": []}
    again = await desk.change("setAppointmentStatus", appointmentId=visit, status="ARRIVED", version=0)
    assert again == done
    assert await desk.audit_rows() == [("api-key", "update", "appointment arrived")]


async def test_a_note_is_written_read_and_removed(desk: DeskSoftware, visit: str) -> None:
    done = await desk.change("setAppointmentNote", appointmentId=visit, text=" Comes with a walker ")
    assert done["appointment"] == {"id": visit, "note": "Comes with a walker", "version": 1}
    done = await desk.change("setAppointmentNote", appointmentId=visit, text="", version=1)
    assert done["appointment"] == {"id": visit, "note": None, "version": 2}
    rows = [row for row in await desk.audit_rows() if row[1] == "update"]
    assert rows == [("api-key", "update", "note written"), ("api-key", "update", "note removed")]


@pytest.mark.parametrize(("notify", "told"), [(True, [EventKind.MOVED]), (False, [])])
async def test_a_move_overrides_notice_and_grid_and_the_patient_hears_of_it_or_not(
    desk: DeskSoftware, visit: str, clock: Clock, database: Database, notify: bool, told: list[EventKind]
) -> None:
    await open_desk(database, SAMPLE)
    clock.now = ON_THE_DAY - timedelta(hours=2)
    done = await desk.change("rescheduleForPatient", appointmentId=visit, startsAt=EARLY, notify=notify)
    assert done["problems"] == []
    assert done["appointment"] == {
        "id": visit,
        "startsAt": EARLY,
        "practitioner": {"slug": "sample-practitioner-a"},
        "version": 1,
        "isSqueezeIn": False,
    }
    assert [kind for kind, _ in await mails(database, at=clock.now + timedelta(minutes=5))] == told
    assert await desk.audit_rows() == [("api-key", "update", "appointment moved")]


async def test_a_move_into_a_taken_time_is_refused_unless_it_is_a_squeeze_in(
    desk: DeskSoftware, visit: str, api: GraphQLClient
) -> None:
    await api.hold_and_book(NOON, practitionerId=A)
    move: dict[str, Any] = {"appointmentId": visit, "startsAt": NOON}
    assert await desk.refusal("rescheduleForPatient", **move) == ("SlotTaken", ["input", "startsAt"])
    [first, _] = visits((await desk.day(practitionerId=A))["sample-practitioner-a"])
    assert (first["id"], first["startsAt"], first["version"]) == (visit, NINE, 0)
    done = await desk.change("rescheduleForPatient", **move, squeezeIn=True)
    assert (done["appointment"]["startsAt"], done["appointment"]["isSqueezeIn"]) == (NOON, True)


async def test_a_cancellation_says_on_whose_part_and_frees_the_time(
    desk: DeskSoftware, visit: str, api: GraphQLClient
) -> None:
    given: dict[str, Any] = {"appointmentId": visit, "reason": "CLINIC", "notify": False}
    done = await desk.change("cancelForPatient", **given, version=0)
    assert done["appointment"] == {
        "id": visit,
        "status": "CANCELLED",
        "cancellationReason": "CLINIC",
        "version": 1,
    }
    assert await desk.change("cancelForPatient", **given) == done
    assert await desk.audit_rows() == [("api-key", "update", "appointment cancelled")]
    assert (await api.hold(NINE, practitionerId=A))["problems"] == []


UNKNOWN = global_id("Appointment", uuid4())
EACH: dict[str, dict[str, Any]] = {
    "setAppointmentStatus": {"status": "ARRIVED"},
    "setAppointmentNote": {"text": "x"},
    "rescheduleForPatient": {"startsAt": TEN},
    "cancelForPatient": {"reason": "CLINIC"},
}


@pytest.mark.parametrize("mutation", EACH)
async def test_a_change_of_what_somebody_has_changed_meanwhile_is_refused(
    desk: DeskSoftware, visit: str, clock: Clock, mutation: str
) -> None:
    clock.now = ON_THE_DAY
    assert (await desk.change("setAppointmentNote", appointmentId=visit, text="Meanwhile"))["problems"] == []
    given = {"appointmentId": visit, "version": 0} | EACH[mutation]
    assert await desk.refusal(mutation, **given) == ("ChangedMeanwhile", ["input", "version"])
    given["version"] = 1
    assert (await desk.change(mutation, **given))["problems"] == []


@pytest.mark.parametrize("mutation", EACH)
async def test_ids_that_lead_nowhere_are_refused_alike(desk: DeskSoftware, mutation: str) -> None:
    path = ["input", "appointmentId"]
    given = {"appointmentId": UNKNOWN} | EACH[mutation]
    assert await desk.refusal(mutation, **given) == ("NotFound", path)
    for wrong in (service_id(), "17", global_id("Appointment", "x")):
        given = {"appointmentId": wrong} | EACH[mutation]
        assert await desk.refusal(mutation, **given) == ("InvalidInput", path)


REFUSED: dict[str, tuple[str, dict[str, Any], tuple[str, list[str]]]] = {
    "a status before the day": ("setAppointmentStatus", {"status": "NOSHOW"}, ("InvalidInput", ["status"])),
    "cancelled as a status": ("setAppointmentStatus", {"status": "CANCELLED"}, ("InvalidInput", ["status"])),
    "a note that is too long": ("setAppointmentNote", {"text": "x" * 501}, ("InvalidInput", ["text"])),
    "a time when nobody is there": (
        "rescheduleForPatient",
        {"startsAt": f"{TUESDAY}T03:00:00-05:00"},
        ("NotOpen", ["startsAt"]),
    ),
    "a time between two ticks": (
        "rescheduleForPatient",
        {"startsAt": f"{TUESDAY}T10:02:00-05:00"},
        ("NotOpen", ["startsAt"]),
    ),
    "a day that is over": (
        "rescheduleForPatient",
        {"startsAt": "2026-11-20T09:00:00-05:00"},
        ("NoticeTooShort", ["startsAt"]),
    ),
    "the first of all times": (
        "rescheduleForPatient",
        {"startsAt": "0001-01-01T00:00:00Z"},
        ("NoticeTooShort", ["startsAt"]),
    ),
    "the last of all times": (
        "rescheduleForPatient",
        {"startsAt": "9999-12-31T23:59:59Z"},
        ("BeyondHorizon", ["startsAt"]),
    ),
    "an expired certificate": (
        "rescheduleForPatient",
        {"startsAt": f"{TUESDAY}T13:00:00-05:00", "practitionerId": practitioner_id("d")},
        ("NotQualified", ["practitionerId"]),
    ),
    "nobody's id": (
        "rescheduleForPatient",
        {"startsAt": NOON, "practitionerId": practitioner_id("z")},
        ("NotFound", ["practitionerId"]),
    ),
    "another type's id": (
        "rescheduleForPatient",
        {"startsAt": NOON, "locationId": B},
        ("InvalidInput", ["locationId"]),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_each_refusal_is_typed_and_changes_nothing(desk: DeskSoftware, visit: str, what: str) -> None:
    mutation, given, (kind, path) = REFUSED[what]
    assert await desk.refusal(mutation, appointmentId=visit, **given) == (kind, ["input", *path])
    seen = await desk.ask("query ($id: ID!) { node(id: $id) { ... on Appointment { version } } }", id=visit)
    assert seen["data"]["node"] == {"version": 0}
    assert await desk.audit_rows() == []


@pytest.mark.parametrize("mutation", ["rescheduleForPatient", "cancelForPatient"])
async def test_a_visit_of_a_day_that_is_over_is_neither_moved_nor_cancelled(
    desk: DeskSoftware, visit: str, clock: Clock, mutation: str
) -> None:
    clock.now = ON_THE_DAY + timedelta(days=1)
    given = {"appointmentId": visit} | EACH[mutation] | ({"startsAt": "2026-11-26T09:00:00-05:00"})
    given.pop("startsAt" if mutation == "cancelForPatient" else "", None)
    assert (await desk.refusal(mutation, **given))[0] == "TooLateToChange"


async def test_no_other_scope_changes_anything(api: GraphQLClient, database: Database, visit: str) -> None:
    others = await desk_software(
        api.http, database, *(scope for scope in Scope if scope is not Scope.DESK_MANAGE)
    )
    for mutation in (*EACH, "bookForPatient"):
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ problems {{ message }} }} }}"
        given = {"appointmentId": visit} | EACH.get(mutation, {})
        if mutation == "bookForPatient":
            given = {"serviceId": service_id(), "startsAt": TEN}
        for answer in (await others.ask(document, input=given), await api.ask(document, input=given)):
            assert answer["data"] == {mutation: None}
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": "DESK_MANAGE"}
    assert await others.audit_rows() == []
