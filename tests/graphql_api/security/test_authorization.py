"""Who sees what: every kind of object, for every kind of caller, by every way that leads to it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import GraphQLInterfaceType, build_schema

from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from booking.storage.queries.appointments import appointments_by_id
from booking.webhooks.endpoints import add_endpoint
from graphql_api.schema.schema import printed_schema
from graphql_api.security.authorization import PROTECTED_TYPES, PUBLIC_FIELDS
from graphql_api.types.relay import global_id, key_from_id
from tests.graphql_api.desk.desk_software import times_of_the_desk
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.clinics import NOW, asking_for_consent, open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, screening_answers, service_id

SCHEMA = build_schema(printed_schema())
NINE = "2026-11-24T09:00:00-05:00"
SECOND, THIRD = "2026-12-01T09:00:00-05:00", "2026-12-08T09:00:00-05:00"
NODE_SCOPES = {
    "Clinic": Scope.CATALOGUE,
    "ConsentText": Scope.CATALOGUE,
    "Location": Scope.CATALOGUE,
    "Practitioner": Scope.CATALOGUE,
    "ScreeningQuestion": Scope.CATALOGUE,
    "Service": Scope.CATALOGUE,
    "OpenSlot": Scope.AVAILABILITY,
    "Appointment": Scope.APPOINTMENT_READ,
    "Course": Scope.APPOINTMENT_READ,
    "WebhookEndpoint": Scope.WEBHOOK_MANAGE,
    "PractitionerDay": Scope.DESK_READ,
    "BlockedTime": Scope.DESK_READ,
    "ExtraHours": Scope.DESK_READ,
}
"""`Hold` is a Node too, but nothing looks one up: its secret is what it is asked by."""


@dataclass(frozen=True)
class Caller:
    """Sends what it is given, as somebody."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=self.headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


@dataclass(frozen=True)
class Scene:
    """A visit and a course that one partner booked, and everybody who might like to see them."""

    ids: dict[str, str]
    manage_token: str
    callers: dict[str, Caller]


BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { id patient { email } } manageToken problems { message } } }"""
BOOK_COURSE = """mutation ($input: BookCourseInput!) { bookCourse(input: $input) {
  course { id } problems { message } } }"""


@pytest.fixture
async def scene(http: httpx.AsyncClient, database: Database) -> Scene:
    callers = {"anonymous": Caller(http, {})}
    for scope in Scope:
        callers[f"key for {scope}"] = Caller(http, bearing((await new_key(database, scope))[1]))
    callers["owner"] = Caller(http, bearing((await new_key(database))[1]))
    callers["another partner"] = Caller(http, bearing((await new_key(database))[1]))
    owner, anybody = callers["owner"], GraphQLClient(http)

    held = (await anybody.hold(NINE))["holdToken"]
    given = {"holdToken": held, "patient": PATIENT, "screening": screening_answers()}
    booked = (await owner.ask(BOOK, input=given))["data"]["bookAppointment"]
    assert booked["problems"] == []
    holds = await anybody.hold_course([NINE.replace("09", "11", 1), SECOND, THIRD])
    given = {"holdTokens": holds["holdTokens"], "patient": PATIENT, "screening": screening_answers()}
    course = (await owner.ask(BOOK_COURSE, input=given))["data"]["bookCourse"]
    assert course["problems"] == []
    await open_clinic(database, asking_for_consent())
    data = (
        await callers["anonymous"].ask(
            "{ clinic { id consentText { id } locations { id } } "
            'service(slug: "dry-needling") { id screeningQuestions { id } '
            "practitioners(first: 1) { edges { node { id } } } } }"
        )
    )["data"]
    ids = {
        "Clinic": data["clinic"]["id"],
        "ConsentText": data["clinic"]["consentText"]["id"],
        "Location": data["clinic"]["locations"][0]["id"],
        "Service": data["service"]["id"],
        "ScreeningQuestion": data["service"]["screeningQuestions"][0]["id"],
        "Practitioner": data["service"]["practitioners"]["edges"][0]["node"]["id"],
        "OpenSlot": (await anybody.open_slots("2026-11-25", "2026-11-25"))[0]["id"],
        "Appointment": booked["appointment"]["id"],
        "Course": course["course"]["id"],
        "PractitionerDay": global_id("PractitionerDay", "sample-practitioner-a/2026-11-24"),
        **await times_of_the_desk(database),
        "WebhookEndpoint": await an_endpoint(database, booked["appointment"]["id"]),
    }
    return Scene(ids, booked["manageToken"], callers)


async def an_endpoint(database: Database, appointment: str) -> str:
    """Of the key that booked the appointment."""
    async with database.write() as session:
        [visit] = await appointments_by_id(session, [UUID(key_from_id(appointment, "Appointment"))])
        endpoint, _ = await add_endpoint(
            session, "https://partner.example/hook", "Sample", key_id=visit.booked_by, now=NOW
        )
    return global_id("WebhookEndpoint", endpoint.id)


def may_see(caller: str, kind: str) -> bool:
    scope = NODE_SCOPES[kind]
    is_owned = scope in (Scope.APPOINTMENT_READ, Scope.WEBHOOK_MANAGE, Scope.DESK_READ)
    if caller == "anonymous":
        return not is_owned
    if caller == f"key for {Scope.DESK_READ}":
        return scope is Scope.DESK_READ or kind in ("Appointment", "Course")
    if caller in ("owner", "another partner"):
        return not is_owned or (caller == "owner" and scope is not Scope.DESK_READ)
    return caller == f"key for {scope}" and not is_owned


def test_the_matrix_knows_every_kind_of_node() -> None:
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {kind.name for kind in SCHEMA.get_implementations(node).objects} == {*NODE_SCOPES, "Hold"}


async def test_every_node_is_seen_by_those_who_may_and_is_gone_for_others(scene: Scene) -> None:
    expected, one_by_one, together = {}, {}, {}
    kinds = list(scene.ids)
    for name, caller in scene.callers.items():
        answer = await caller.ask(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", ids=list(scene.ids.values())
        )
        assert "errors" not in answer
        for kind, found in zip(kinds, answer["data"]["nodes"], strict=True):
            expected[name, kind] = may_see(name, kind)
            together[name, kind] = found == {"__typename": kind}
            one = await caller.ask("query ($id: ID!) { node(id: $id) { __typename } }", id=scene.ids[kind])
            assert "errors" not in one
            one_by_one[name, kind] = one["data"]["node"] == {"__typename": kind}
    assert together == expected
    assert one_by_one == expected


LIST = "{ appointments { edges { node { id patient { email } } } } }"


async def test_a_partner_lists_its_own_bookings_and_no_others(scene: Scene) -> None:
    seen = {}
    for name, caller in scene.callers.items():
        answer = await caller.ask("{ appointments { edges { node { id } } } }")
        found = answer["data"]["appointments"]
        if found is None:
            assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "scope": "APPOINTMENT_READ"}
        seen[name] = found and len(found["edges"])
    assert seen == {
        name: 4 if name == "owner" else 0 if name in ("another partner", "key for appointment-read") else None
        for name in scene.callers
    }


async def test_the_patient_is_shown_to_the_key_that_booked_and_has_the_scope(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    answer = await scene.callers["owner"].ask(LIST)
    assert answer["data"]["appointments"]["edges"][0]["node"]["patient"] == {"email": PATIENT["email"]}

    by_link = "query ($token: String!) { appointment(manageToken: $token) { reference patient { email } } }"
    for name, caller in scene.callers.items():
        answer = await caller.ask(by_link, token=scene.manage_token)
        if name == "another partner":  # has the link, but did not book
            assert answer["data"]["appointment"]["patient"] is None
            assert answer["data"]["appointment"]["reference"]
        elif name != "owner":
            assert PATIENT["email"] not in str(answer)


async def test_a_key_allows_its_scopes_and_nothing_else(scene: Scene) -> None:
    asked = {
        Scope.CATALOGUE: "{ clinic { name } services { edges { cursor } } }",
        Scope.AVAILABILITY: f'''{{ availability(filter: {{serviceId: "{service_id()}", from: "2026-11-25",
          to: "2026-11-25"}}) {{ date }} }}''',
        Scope.BOOK: 'mutation { releaseHold(input: {holdToken: "x"}) { released } }',
        Scope.APPOINTMENT_READ: "{ appointments { edges { cursor } } }",
        Scope.DESK_READ: '{ daySchedule(date: "2026-11-25") { edges { cursor } } }',
        Scope.DESK_MANAGE: (
            'mutation { cancelForPatient(input: {appointmentId: "x", reason: CLINIC}) '
            "{ problems { message } } }"
        ),
        Scope.APPOINTMENT_MANAGE: "mutation { cancelAppointment(input: {}) { problems { message } } }",
    }
    allowed = {}
    for held in Scope:
        for needed, document in asked.items():
            answer = await scene.callers[f"key for {held}"].ask(document)
            codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
            assert codes <= {"FORBIDDEN"}
            allowed[held, needed] = not codes
    assert allowed == {(held, needed): held == needed for held in Scope for needed in asked}


MOVE = """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { startsAt } problems { __typename } } }"""
CANCEL = """mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
  appointment { status } problems { __typename } } }"""


async def test_a_partner_moves_and_cancels_what_it_booked_without_the_patients_link(scene: Scene) -> None:
    which = {"appointmentId": scene.ids["Appointment"]}
    move = which | {"startsAt": NINE.replace("09", "14", 1)}
    for name in ("anonymous", "another partner"):
        for document, field, given in (
            (MOVE, "rescheduleAppointment", move),
            (CANCEL, "cancelAppointment", which),
        ):
            answer = (await scene.callers[name].ask(document, input=given))["data"][field]
            assert answer == {"appointment": None, "problems": [{"__typename": "NotFound"}]}
    owner = scene.callers["owner"]
    moved = (await owner.ask(MOVE, input=move))["data"]["rescheduleAppointment"]
    assert moved == {"appointment": {"startsAt": move["startsAt"]}, "problems": []}
    cancelled = (await owner.ask(CANCEL, input=which))["data"]["cancelAppointment"]
    assert cancelled == {"appointment": {"status": "CANCELLED"}, "problems": []}


PAGE = """query ($after: String) { appointments(first: 2, after: $after) {
  edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""


async def test_pages_neither_skip_nor_repeat_while_others_book_and_cancel(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    owner, anybody = scene.callers["owner"], GraphQLClient(http)
    there = {edge["node"]["id"] for edge in (await owner.ask(LIST))["data"]["appointments"]["edges"]}
    first = (await owner.ask(PAGE))["data"]["appointments"]
    assert first["pageInfo"]["hasNextPage"]
    assert not first["pageInfo"]["hasPreviousPage"]
    # One of the first page is cancelled, and another is booked.
    await owner.ask(CANCEL, input={"appointmentId": first["edges"][0]["node"]["id"]})
    held = (await anybody.hold(NINE.replace("09", "16", 1)))["holdToken"]
    await owner.ask(BOOK, input={"holdToken": held, "patient": PATIENT, "screening": screening_answers()})

    seen = [edge["node"]["id"] for edge in first["edges"]]
    after = first["pageInfo"]["endCursor"]
    while after:
        page = (await owner.ask(PAGE, after=after))["data"]["appointments"]
        assert page["pageInfo"]["hasPreviousPage"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize(
    "wrong", [{"first": -1}, {"first": 0}, {"first": 101}, {"after": "x"}, {"after": "WzFd"}]
)
async def test_an_invalid_cursor_or_page_size_is_refused(scene: Scene, wrong: dict[str, Any]) -> None:
    asked = "appointments(first: $first, after: $after) { edges { cursor } }"
    query = f"query ($first: Int! = 2, $after: String) {{ {asked} }}"
    answer = await scene.callers["owner"].ask(query, **wrong)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


def test_the_list_of_public_fields_names_existing_fields() -> None:
    there = {
        f"{kind}.{name}"
        for kind in PROTECTED_TYPES
        for name in SCHEMA.type_map[kind].fields  # type: ignore[attr-defined]
    }
    assert there >= PUBLIC_FIELDS
