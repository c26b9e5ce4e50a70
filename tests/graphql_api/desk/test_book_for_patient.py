"""Booking for a patient over the API: by the desk's rules, for new patients and regulars, once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from booking.domain.events import EventKind
from booking.patients.contacts import notes_of_patients
from booking.storage.database import Database
from graphql_api.types.relay import global_id
from tests.booking.appointments.by_staff.front_desk import mails, open_desk
from tests.booking.patients.stored_contacts import all_contacts
from tests.graphql_api.desk.desk_software import NINE, NOON, TUESDAY, A, DeskSoftware, desk_software, visits
from tests.support.clinics import NOW, SAMPLE, asking_for_consent, open_clinic
from tests.support.graphql_client import GraphQLClient, practitioner_id, screening_answers, service_id

CALLER = {"name": "Sample Caller", "phone": "416 555 0100"}
OFF_THE_GRID = f"{TUESDAY}T09:05:00-05:00"
KEY = "a key of the phone system, new for each call"


def booking(**other: Any) -> dict[str, Any]:
    given = {"serviceId": service_id(), "startsAt": NINE, "practitionerId": A, "patient": CALLER}
    return given | {"screening": screening_answers()} | other


async def test_a_name_and_a_number_are_enough_and_the_audit_trail_says_who_booked(
    desk: DeskSoftware, database: Database
) -> None:
    done = await desk.change("bookForPatient", **booking(startsAt=OFF_THE_GRID))
    assert done["problems"] == []
    assert done["manageToken"]
    patient = done["appointment"].pop("patient")
    assert (patient["name"], patient["email"], patient["phone"]) == ("Sample Caller", "", "+14165550100")
    assert done["appointment"].pop("id")
    assert done["appointment"] == {
        "startsAt": OFF_THE_GRID,
        "practitioner": {"slug": "sample-practitioner-a"},
        "isSqueezeIn": False,
    }
    assert await desk.audit_rows() == [
        ("api-key", "create", "appointment booked"),
        ("api-key", "read", "Appointment.patient"),
    ]


async def test_who_calls_for_the_patient_is_kept(desk: DeskSoftware, database: Database) -> None:
    caller = {"name": "Sample Child", "phone": "416 555 0100", "contactName": "Sample Parent"}
    done = await desk.change("bookForPatient", **booking(patient=caller, note="Left knee"))
    assert done["problems"] == []
    [contact] = await all_contacts(database)
    assert (contact.name, contact.contact_name) == ("Sample Child", "Sample Parent")
    async with database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {contact.id: "Left knee"}


async def test_a_regular_is_booked_by_id_with_what_changed(desk: DeskSoftware, api: GraphQLClient) -> None:
    await api.hold_and_book(NINE, practitionerId=A)
    [visit] = visits((await desk.day())["sample-practitioner-a"])
    given = booking(startsAt=NOON, patientId=visit["patient"]["id"], patient={"phone": "416 555 0199"})
    done = await desk.change("bookForPatient", **given)
    assert done["problems"] == []
    regular, again = visit["patient"], done["appointment"]["patient"]
    assert (again["name"], again["email"]) == (regular["name"], regular["email"])
    assert again["phone"] == "+14165550199"
    assert again["id"] != regular["id"]


async def test_a_repeat_with_the_same_idempotency_key_books_nothing_again(desk: DeskSoftware) -> None:
    first = await desk.change("bookForPatient", **booking(idempotencyKey=KEY))
    again = await desk.change("bookForPatient", **booking(idempotencyKey=KEY))
    assert first["problems"] == again["problems"] == []
    assert again == first
    assert len(visits((await desk.day())["sample-practitioner-a"])) == 1
    assert [row[1] for row in await desk.audit_rows()].count("create") == 1
    for other in ({"startsAt": NOON}, {"notify": False}, {"patient": CALLER | {"name": "Sample Other"}}):
        given = booking(idempotencyKey=KEY) | other
        refusal = await desk.refusal("bookForPatient", **given)
        assert refusal == ("IdempotencyKeyReused", ["input", "idempotencyKey"])


async def test_the_patient_hears_of_it_unless_the_software_says_no(
    desk: DeskSoftware, database: Database
) -> None:
    await open_desk(database, SAMPLE)
    reachable = CALLER | {"email": "caller@example.com"}
    for given, told in ({"notify": False}, []), ({"startsAt": NOON}, [EventKind.BOOKED]):
        done = await desk.change("bookForPatient", **booking(patient=reachable, **given))
        assert done["problems"] == []
        assert [kind for kind, _ in await mails(database, at=NOW + timedelta(minutes=5))] == told


async def test_a_taken_time_is_refused_unless_it_is_a_squeeze_in(desk: DeskSoftware) -> None:
    assert (await desk.change("bookForPatient", **booking()))["problems"] == []
    assert await desk.refusal("bookForPatient", **booking()) == ("SlotTaken", ["input", "startsAt"])
    done = await desk.change("bookForPatient", **booking(squeezeIn=True))
    assert (done["problems"], done["appointment"]["isSqueezeIn"]) == ([], True)
    assert len(visits((await desk.day())["sample-practitioner-a"])) == 2


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, list[str]]]] = {
    "an expired certificate": (
        {"startsAt": f"{TUESDAY}T13:00:00-05:00", "practitionerId": practitioner_id("d")},
        ("NotQualified", ["practitionerId"]),
    ),
    "a screening answer that blocks": (
        {"screening": screening_answers(pacemaker="YES")},
        ("CallTheClinic", ["screening"]),
    ),
    "no screening answers": ({"screening": []}, ("ScreeningIncomplete", ["screening"])),
    "a day that is over": ({"startsAt": "2026-11-20T09:00:00-05:00"}, ("NoticeTooShort", ["startsAt"])),
    "the first of all times": ({"startsAt": "0001-01-01T00:00:00Z"}, ("NoticeTooShort", ["startsAt"])),
    "the last of all times": ({"startsAt": "9999-12-31T23:59:59Z"}, ("BeyondHorizon", ["startsAt"])),
    "the middle of the night": ({"startsAt": f"{TUESDAY}T03:00:00-05:00"}, ("NotOpen", ["startsAt"])),
    "no language": ({"language": "English"}, ("InvalidInput", ["language"])),
    "nobody": ({"patient": {}}, ("InvalidInput", ["patient", "name"])),
    "an unknown patient": (
        {"patientId": global_id("Patient", uuid4()), "patient": {}},
        ("NotFound", ["patientId"]),
    ),
    "another type's id for the patient": ({"patientId": A}, ("InvalidInput", ["patientId"])),
    "no id for the patient": ({"patientId": ""}, ("InvalidInput", ["patientId"])),
    "an unknown service": ({"serviceId": service_id("nothing")}, ("NotFound", ["serviceId"])),
    "an idempotency key that can be guessed": ({"idempotencyKey": "1"}, ("InvalidInput", ["idempotencyKey"])),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_each_refusal_is_typed_and_leaves_no_hold(desk: DeskSoftware, what: str) -> None:
    given, (kind, path) = REFUSED[what]
    done = await desk.change("bookForPatient", **booking(**given))
    assert done["appointment"] is None
    assert (kind, ["input", *path]) in [(each["__typename"], each["path"]) for each in done["problems"]]
    day = (await desk.day())["sample-practitioner-a"]
    assert (day["held"], visits(day)) == ([], [])
    assert await desk.audit_rows() == []


async def test_consent_is_asked_for_as_on_the_phone(
    desk: DeskSoftware, database: Database, api: GraphQLClient
) -> None:
    await open_clinic(database, asking_for_consent())
    assert (await desk.refusal("bookForPatient", **booking()))[0] == "ConsentRequired"
    assert (await desk.change("bookForPatient", **booking(consents=True)))["problems"] == []


async def test_what_the_desk_books_is_no_partners(
    desk: DeskSoftware, database: Database, api: GraphQLClient
) -> None:
    assert (await desk.change("bookForPatient", **booking()))["problems"] == []
    partner = await desk_software(api.http, database, "appointment-read")
    answer = await partner.ask("{ appointments { totalCount } }")
    assert answer["data"]["appointments"]["totalCount"] == 0
