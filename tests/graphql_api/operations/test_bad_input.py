"""Whatever is sent, the answer names the input, nothing is written, and nothing breaks."""

from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.errors import InvalidInputCode
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.holds import Hold
from booking.storage.models.ticks import Tick
from graphql_api.types.relay import global_id
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import (
    HOLD,
    OPEN_SLOTS,
    PATIENT,
    GraphQLClient,
    practitioner_id,
    problem_types,
    screening_answers,
    service_id,
)

TUESDAY = "2026-11-24T09:00:00-05:00"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What these tests are about is decided before a database is asked."""
    return sqlite_url


async def written(database: Database) -> list[int]:
    """How many rows visitors have made."""
    async with database.read() as session:
        tables = (Hold, Tick, Patient, Appointment)
        return [(await session.scalar(select(func.count()).select_from(table))) or 0 for table in tables]


HOLDS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"serviceId": "nonsense"}, "InvalidInput", ["input", "serviceId"]),
    ({"serviceId": ""}, "InvalidInput", ["input", "serviceId"]),
    ({"serviceId": "ü" * 500}, "InvalidInput", ["input", "serviceId"]),
    ({"serviceId": practitioner_id("a")}, "InvalidInput", ["input", "serviceId"]),
    ({"serviceId": service_id("no-such")}, "NotFound", ["input", "serviceId"]),
    ({"practitionerId": service_id()}, "InvalidInput", ["input", "practitionerId"]),
    ({"practitionerId": practitioner_id("z")}, "NotFound", ["input", "practitionerId"]),
    ({"locationId": global_id("Location", "elsewhere")}, "NotFound", ["input", "locationId"]),
    ({"startsAt": "2026-11-24T09:05:00-05:00"}, "NotOpen", ["input", "startsAt"]),
    ({"startsAt": "2026-11-24T09:00:01-05:00"}, "NotOpen", ["input", "startsAt"]),
    ({"startsAt": "2026-11-24T05:00:00-05:00"}, "NotOpen", ["input", "startsAt"]),
    ({"startsAt": "2026-11-28T09:00:00-05:00"}, "NotOpen", ["input", "startsAt"]),
    ({"startsAt": "2026-12-28T09:00:00-05:00"}, "NotOpen", ["input", "startsAt"]),
    ({"startsAt": "2026-11-16T09:00:00-05:00"}, "NoticeTooShort", ["input", "startsAt"]),
    ({"startsAt": "0001-01-02T00:00:00Z"}, "NoticeTooShort", ["input", "startsAt"]),
    ({"startsAt": "2026-11-23T08:45:00-05:00"}, "NoticeTooShort", ["input", "startsAt"]),
    ({"startsAt": "2027-01-25T09:00:00-05:00"}, "BeyondHorizon", ["input", "startsAt"]),
    ({"startsAt": "2027-03-14T02:30:00-05:00"}, "BeyondHorizon", ["input", "startsAt"]),
    ({"startsAt": "9999-12-31T00:00:00Z"}, "BeyondHorizon", ["input", "startsAt"]),
    ({"practitionerId": practitioner_id("d")}, "NotQualified", ["input", "practitionerId"]),
    ({"practitionerId": practitioner_id("e")}, "NotQualified", ["input", "practitionerId"]),
]


@pytest.mark.parametrize(("wrong", "kind", "path"), HOLDS)
async def test_an_impossible_hold_is_refused_with_the_problem_of_its_reason(
    api: GraphQLClient, database: Database, wrong: dict[str, Any], kind: str, path: list[str]
) -> None:
    given = {"serviceId": service_id(), "startsAt": TUESDAY} | wrong
    answer = await api.ask(HOLD, input=given)

    payload = answer["data"]["holdSlot"]
    assert problem_types(payload) == [kind]
    assert payload["problems"][0]["path"] == path
    assert payload["hold"] is None
    assert payload["holdToken"] is None
    assert await written(database) == [0, 0, 0, 0]


async def test_refusals_say_what_to_do_next(api: GraphQLClient) -> None:
    async def refused(starts_at: str, **more: Any) -> dict[str, Any]:
        problem: dict[str, Any] = (await api.hold(starts_at, **more))["problems"][0]
        return problem

    soon = await refused("2026-11-23T08:00:00-05:00")
    assert soon["earliest"] == "2026-11-23T09:00:00-05:00"
    far = await refused("2027-02-01T09:00:00-05:00")
    assert far["latest"] == "2027-01-22"
    not_certified = await refused(TUESDAY, practitionerId=practitioner_id("d"))
    assert not_certified["practitioners"] == [{"slug": f"sample-practitioner-{one}"} for one in "abc"]
    closed = await refused("2026-11-29T09:00:00-05:00", practitionerId=practitioner_id("a"))
    assert [slot["startsAt"] for slot in closed["alternatives"]] == [
        "2026-11-30T07:00:00-05:00",
        "2026-11-30T07:15:00-05:00",
        "2026-11-30T07:30:00-05:00",
    ]


DETAILS: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "x" * 10_000}, "name"),
    ({"name": "😀😀"}, "name"),
    ({"name": "Sample 😀"}, "name"),
    ({"name": "12345"}, "name"),
    ({"name": "Sample\u0000Patient"}, "name"),
    ({"name": "Sample\ud800"}, "name"),
    ({"email": ""}, "email"),
    ({"email": "sample"}, "email"),
    ({"email": "sample@"}, "email"),
    ({"email": "@example.com"}, "email"),
    ({"email": "sample@localhost"}, "email"),
    ({"email": "sample@exam ple.com"}, "email"),
    ({"phone": ""}, "phone"),
    ({"phone": "12"}, "phone"),
    ({"phone": "+999 123 456 789"}, "phone"),
    ({"phone": "000 000 0000"}, "phone"),
    ({"phone": "call me"}, "phone"),
]


@pytest.mark.parametrize(("wrong", "detail"), DETAILS)
async def test_details_that_cannot_be_used_are_named_and_the_hold_stays(
    api: GraphQLClient, wrong: dict[str, str], detail: str
) -> None:
    held = await api.hold(TUESDAY)

    refused = await api.book(held["holdToken"], patient=PATIENT | wrong)

    assert problem_types(refused) == ["InvalidInput"]
    assert refused["problems"][0]["path"] == ["input", "patient", detail]
    assert (await api.book(held["holdToken"]))["problems"] == []


async def test_all_invalid_details_are_reported_at_once(api: GraphQLClient, database: Database) -> None:
    held = await api.hold(TUESDAY)
    before = await written(database)

    refused = await api.book(held["holdToken"], patient={"name": "", "email": "", "phone": ""})

    assert [problem["path"][-1] for problem in refused["problems"]] == ["name", "email", "phone"]
    assert await written(database) == before


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "محمد نمونه", "山田 太郎", "O’Neil-Sample", "Nguyễn Văn A", "Sample Jr."]
)
async def test_names_of_the_whole_world_are_names(api: GraphQLClient, name: str) -> None:
    held = await api.hold(TUESDAY)

    assert (await api.book(held["holdToken"], patient=PATIENT | {"name": name}))["problems"] == []


@pytest.mark.parametrize("phone", ["+1 (416) 555-0123", "4165550123", "416.555.0123", "+44 20 7946 0958"])
async def test_phone_numbers_of_any_style_are_stored_in_one(
    api: GraphQLClient, database: Database, phone: str
) -> None:
    held = await api.hold(TUESDAY)

    assert (await api.book(held["holdToken"], patient=PATIENT | {"phone": phone}))["problems"] == []
    [contact] = await all_contacts(database)
    assert contact.phone in ("+14165550123", "+442079460958")


async def test_unknown_secrets_and_ids_of_another_booking_open_nothing(
    api: GraphQLClient, database: Database
) -> None:
    mine, theirs = await api.hold_and_book(TUESDAY), await api.hold_and_book("2026-11-24T13:00:00-05:00")
    before = await written(database)

    assert problem_types(await api.book("nobody's")) == ["NotFound"]
    assert problem_types(await api.cancel("nobody's")) == ["NotFound"]
    assert problem_types(await api.cancel("")) == ["NotFound"]
    assert await api.appointment("nobody's") is None
    other = theirs["appointment"]["id"]
    assert problem_types(await api.cancel(mine["manageToken"], appointmentId=other)) == ["NotFound"]
    assert await api.appointment(mine["manageToken"], other) is None
    assert problem_types(await api.cancel(mine["manageToken"], appointmentId=service_id())) == [
        "InvalidInput"
    ]
    garbled = global_id("Appointment", "not-a-uuid")
    assert problem_types(await api.cancel(mine["manageToken"], appointmentId=garbled)) == ["InvalidInput"]
    assert await written(database) == before


async def test_a_secret_is_stored_as_a_hash_alone(api: GraphQLClient, database: Database) -> None:
    held = await api.hold(TUESDAY)
    booked = await api.book(held["holdToken"])

    async with database.read() as session:
        hold = (await session.scalars(select(Hold))).one()
        appointment = (await session.scalars(select(Appointment))).one()

    stored = f"{vars(hold)} {vars(appointment)}"
    assert held["holdToken"] not in stored
    assert booked["manageToken"] not in stored


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T09:00:00",
        "2026-11-24 09:00:00-05:00",
        "2026-11-24",
        "2026-11-24T09:00-05:00",
        "2026-11-24T25:00:00-05:00",
        "2026-02-30T09:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "tomorrow",
        "",
        1_795_000_000,
        None,
    ],
)
async def test_a_time_that_is_invalid_or_without_an_offset_is_refused(api: GraphQLClient, value: Any) -> None:
    answer = await api.ask(HOLD, input={"serviceId": service_id(), "startsAt": value})

    assert "data" not in answer
    assert "startsAt" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"serviceId": practitioner_id("a")}, "INVALID_INPUT", ["filter", "serviceId"]),
        ({"serviceId": service_id("no-such")}, "NOT_FOUND", ["filter", "serviceId"]),
        ({"practitionerId": practitioner_id("z")}, "NOT_FOUND", ["filter", "practitionerId"]),
        ({"to": "2026-11-22"}, "INVALID_INPUT", ["filter", "to"]),
        ({"to": "2026-12-25"}, "INVALID_INPUT", ["filter", "to"]),
        ({"first": 0}, "INVALID_INPUT", ["first"]),
        ({"first": -1}, "INVALID_INPUT", ["first"]),
        ({"first": 101}, "INVALID_INPUT", ["first"]),
        ({"after": "nonsense"}, "INVALID_INPUT", ["after"]),
        ({"after": "WzFd"}, "INVALID_INPUT", ["after"]),
        ({"after": "ü"}, "INVALID_INPUT", ["after"]),
    ],
)
async def test_a_query_that_cannot_be_answered_names_the_input(
    api: GraphQLClient, wrong: dict[str, Any], code: str, path: list[str]
) -> None:
    wanted = {"serviceId": service_id(), "from": "2026-11-24", "to": "2026-11-30"}
    paging = {key: value for key, value in wrong.items() if key in ("first", "after")}
    other = {key: value for key, value in wrong.items() if key not in paging}

    answer = await api.ask(OPEN_SLOTS, filter=wanted | other, **paging)

    assert answer["data"] == {"openSlots": None}
    extensions = answer["errors"][0]["extensions"]
    input_code = extensions.pop("inputCode", None)
    assert extensions == {"code": code, "path": path}
    assert (input_code in InvalidInputCode.__members__) == (code == "INVALID_INPUT")


@pytest.mark.parametrize(("day", "last"), [("0001-01-01", "0001-01-20"), ("9999-12-01", "9999-12-31")])
async def test_days_at_the_ends_of_time_have_nothing_open(api: GraphQLClient, day: str, last: str) -> None:
    assert await api.open_slots(day, last) == []


async def test_screening_answers_must_match_the_questions(api: GraphQLClient) -> None:
    held = await api.hold(TUESDAY)
    surplus = {"questionId": global_id("ScreeningQuestion", "no-such"), "answer": "NO"}

    missing = await api.book(held["holdToken"], screening=screening_answers()[1:])
    assert problem_types(missing) == ["ScreeningIncomplete"]
    assert missing["problems"][0]["missing"] == [{"slug": "pregnancy"}]
    too_many = await api.book(held["holdToken"], screening=[*screening_answers(), surplus])
    assert problem_types(too_many) == ["ScreeningIncomplete"]
    assert too_many["problems"][0]["surplus"] == [surplus["questionId"]]
    twice = await api.book(held["holdToken"], screening=[*screening_answers(), screening_answers()[0]])
    assert problem_types(twice) == ["InvalidInput"]
    assert twice["problems"][0]["path"] == ["input", "screening", "6", "questionId"]
    other = await api.book(held["holdToken"], screening=[{"questionId": service_id(), "answer": "NO"}])
    assert problem_types(other) == ["InvalidInput"]


@pytest.mark.parametrize(
    ("country", "clinics_number", "typed", "kept"),
    [
        ("LI", "+41 44 668 18 00", "237 5555", "+4232375555"),
        ("GB", "+800 1234 5678", "020 7946 0958 ext. 45", "+442079460958;ext=45"),
    ],
)
async def test_a_patients_number_is_of_the_clinics_country(
    api: GraphQLClient, database: Database, country: str, clinics_number: str, typed: str, kept: str
) -> None:
    """Whatever country the clinic's own number is from."""
    edits = {'"416.545.1881"': f'"{clinics_number}"', 'country = "CA"': f'country = "{country}"'}
    await open_clinic(database, edit_file(edits))
    held = await api.hold(TUESDAY)

    booked = await api.book(held["holdToken"], patient=PATIENT | {"phone": typed})

    assert booked["problems"] == []
    assert [contact.phone for contact in await all_contacts(database)] == [kept]
