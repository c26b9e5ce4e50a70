"""The API's pages are true: their examples are asked of the sample clinic, from top to bottom."""

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLInterfaceType, build_schema

from booking.api_keys import create_key
from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from graphql_api.app import create_app
from graphql_api.schema.schema import printed_schema
from graphql_api.settings import Settings
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import PATIENT
from tests.support.live_server import live_server

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("how-to/book-over-the-api.md", "how-to/desk-api.md", "reference/api.md")
TEXT = "".join((DOCS / page).read_text("utf-8") for page in PAGES)
GRAPHQL = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)
HTTP = re.findall(r"```http\n(\S+) (\S+)\n(.*?)\n\n(.*?)```\n```json\n(.*?)```", TEXT, re.DOTALL)
OPERATION = re.compile(r"^(?:query|mutation|subscription) (\w+)", re.MULTILINE)

PATIENCE_SECONDS = 20
REFUSED = {"HoldOrProblem": "NoticeTooShort", "Arrived": "InvalidInput"}
"""Examples that are refused, with their problem."""

OF_THE_DESK = {"Day", "BookForPatient", "Arrived", "Note", "MoveForPatient", "CancelForPatient"}
OF_THE_DESK |= {"WhoIsIt", "Block", "Unblock", "AddHours"}
WITH_A_KEY = OF_THE_DESK | {"OwnAppointments", "Changes", "AddEndpoint"}
Answers = dict[str, Any]
"""The data of each example's answer, by its operation's name."""


def service(answers: Answers, slug: str = "dry-needling") -> dict[str, Any]:
    services: list[dict[str, Any]] = [edge["node"] for edge in answers["Catalogue"]["services"]["edges"]]
    return next(service for service in services if service["slug"] == slug)


def course(answers: Answers) -> str:
    return str(service(answers, "dry-needling-course")["id"])


def start(answers: Answers, number: int) -> str:
    return str(answers["OpenSlots"]["openSlots"]["edges"][number]["node"]["startsAt"])


def booking_details(answers: Answers) -> dict[str, Any]:
    questions = service(answers)["screeningQuestions"]
    return {
        "patient": PATIENT,
        "screening": [{"questionId": question["id"], "answer": "NO"} for question in questions],
    }


def week(answers: Answers) -> dict[str, Any]:
    return {"service": service(answers)["id"], "from": "2026-11-30", "to": "2026-12-04"}


def manage_link(answers: Answers) -> dict[str, Any]:
    return {"manageToken": answers["Book"]["bookAppointment"]["manageToken"]}


def course_link(answers: Answers) -> dict[str, Any]:
    return {"manageToken": answers["BookCourse"]["bookCourse"]["manageToken"]}


def practitioner(answers: Answers) -> str:
    return str(answers["Practitioners"]["practitioners"]["edges"][0]["node"]["id"])


def phone_booking(answers: Answers) -> dict[str, Any]:
    return {"id": answers["BookForPatient"]["bookForPatient"]["appointment"]["id"]}


VARIABLES: dict[str, Callable[[Answers], dict[str, Any]]] = {
    "Catalogue": lambda answers: {},
    "Practitioners": lambda answers: {"service": service(answers)["id"]},
    "OpenSlots": week,
    "Soonest": lambda answers: {"service": service(answers)["id"]},
    "Month": week,
    "Hold": lambda answers: {
        "service": service(answers)["id"],
        "startsAt": start(answers, 0),
        "key": "a secret, new for each intention",
    },
    "Screen": lambda answers: {
        "service": service(answers)["id"],
        "screening": booking_details(answers)["screening"],
    },
    "Book": lambda answers: {
        "holdToken": answers["Hold"]["holdSlot"]["holdToken"],
        **booking_details(answers),
    },
    "AppointmentByLink": manage_link,
    "Move": lambda answers: {"startsAt": start(answers, 9), **manage_link(answers)},
    "Cancel": manage_link,
    "UndoCancellation": manage_link,
    "TimesToMove": lambda answers: {
        **week(answers),
        "practitioner": practitioner(answers),
        **manage_link(answers),
    },
    "Rhythm": lambda answers: {"course": course(answers), "startsAt": start(answers, 19)},
    "HoldCourse": lambda answers: {
        "course": course(answers),
        "times": [slot["startsAt"] for slot in answers["Rhythm"]["courseSlots"]],
    },
    "BookCourse": lambda answers: {
        "holdTokens": answers["HoldCourse"]["holdCourse"]["holdTokens"],
        **booking_details(answers),
    },
    "PlanMove": lambda answers: {"byDays": -1, **course_link(answers)},
    "MoveCourse": lambda answers: {
        **course_link(answers),
        "visits": [
            {"appointmentId": each["appointment"]["id"], "startsAt": each["slot"]["startsAt"]}
            for each in answers["PlanMove"]["courseMove"]
        ],
        "key": "a secret for moving a whole course",
    },
    "Day": lambda answers: {"date": start(answers, 0)[:10]},
    "WhoIsIt": lambda answers: {"search": PATIENT["phone"]},
    "BookForPatient": lambda answers: {
        "input": {
            "serviceId": service(answers)["id"],
            "startsAt": start(answers, 0),
            **booking_details(answers),
            "idempotencyKey": "a secret of yours, new for each call",
        }
    },
    "Arrived": phone_booking,  # the day is still to come
    "Note": phone_booking,
    "MoveForPatient": lambda answers: {**phone_booking(answers), "startsAt": start(answers, 5)},
    "CancelForPatient": phone_booking,
    "Block": lambda answers: {
        "practitioner": practitioner(answers),
        "from": "2026-12-21T09:00:00-05:00",
        "to": "2026-12-21T10:00:00-05:00",
    },
    "Unblock": lambda answers: {"id": answers["Block"]["blockTime"]["blockedTimes"][0]["id"]},
    "AddHours": lambda answers: {
        "practitioner": practitioner(answers),
        "location": answers["Catalogue"]["clinic"]["locations"][0]["id"],
        "from": "2026-12-19T09:00:00-05:00",
        "to": "2026-12-19T10:00:00-05:00",
    },
    "NodeById": lambda answers: {"id": service(answers)["id"]},
    "HoldOrProblem": lambda answers: {"service": service(answers)["id"], "startsAt": NOW.isoformat()},
    "OwnAppointments": lambda answers: {},
    "Changes": lambda answers: {"since": "2026-11-23T00:00:00Z"},
    "AddEndpoint": lambda answers: {"url": "http://127.0.0.1:9/hook"},
    "Live": week,
    "RateLimit": lambda answers: {},
}
"""The variables of each example, from the answers to those above it."""


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    await open_clinic(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def http(sqlite_url: str, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(sqlite_url, webhooks_to_private=True), now=lambda: NOW)
    async with live_server(app) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        yield client


async def ask(http: httpx.AsyncClient, document: str, variables: dict[str, Any], key: str | None) -> Any:
    """The whole answer; the first one to a subscription."""
    body = {"query": document, "variables": variables}
    if not document.startswith("subscription"):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return (await http.post("/graphql", json=body, headers=headers)).json()
    async with http.stream("POST", "/graphql", json=body, headers={"Accept": "text/event-stream"}) as answer:
        return json.loads(
            await anext(line[6:] async for line in answer.aiter_lines() if line[:7] == "data: {")
        )


def problem_types(data: dict[str, Any]) -> list[str]:
    """The problems of a mutation's answer; none for other operations."""
    (payload, *_) = data.values()
    problems = payload.get("problems", []) if isinstance(payload, dict) else []
    return [problem["__typename"] for problem in problems]


async def test_every_graphql_example_is_answered(http: httpx.AsyncClient, database: Database) -> None:
    async with database.write() as session:
        _, key = await create_key(session, "Sample Directory", list(Scope), now=NOW)
    answers: Answers = {}
    for document in GRAPHQL:
        (name,) = OPERATION.findall(document)
        assert name in VARIABLES, f"{name}: please add its variables above"
        answer = await ask(http, document, VARIABLES[name](answers), key if name in WITH_A_KEY else None)
        assert "errors" not in answer, answer
        answers[name] = answer["data"]
        assert None not in answers[name].values(), name
        assert problem_types(answers[name]) == ([REFUSED[name]] if name in REFUSED else []), name
    assert answers.keys() == VARIABLES.keys()


def test_the_fragment_to_copy_has_every_field_of_every_problem() -> None:
    schema = build_schema(printed_schema())
    problem = schema.type_map["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)
    (fragment,) = (text.partition("fragment ")[2] for text in GRAPHQL if "fragment ProblemFields" in text)
    fields = {field for kind in schema.get_implementations(problem).objects for field in kind.fields}
    assert "stillOpen" in fields
    assert {field for field in fields if not re.search(rf"\b{field}\b", fragment)} == set()


@pytest.mark.parametrize(("method", "path", "head", "body", "answer"), HTTP)
async def test_every_http_example_is_answered_as_it_says(
    http: httpx.AsyncClient, method: str, path: str, head: str, body: str, answer: str
) -> None:
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    response = await http.request(method, path, headers=headers, content=body)
    assert response.json() == json.loads(answer)
    assert response.headers["content-type"].startswith(headers["Accept"])


def test_the_pages_show_each_operation_of_a_partner() -> None:
    assert len(HTTP) == TEXT.count("```http") == 2
    fields = (
        "services practitioners openSlots holdSlot bookAppointment rescheduleAppointment cancelAppointment"
    )
    assert [field for field in fields.split() if f"  {field}(" not in "".join(GRAPHQL)] == []
