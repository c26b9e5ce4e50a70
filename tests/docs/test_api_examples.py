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
from tests.support.graphql_client import PATIENT
from tests.support.live_server import live_server

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("how-to/book-over-the-api.md", "reference/api.md")
TEXT = "".join((DOCS / page).read_text("utf-8") for page in PAGES)
GRAPHQL = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)
HTTP = re.findall(r"```http\n(\S+) (\S+)\n(.*?)\n\n(.*?)```\n```json\n(.*?)```", TEXT, re.DOTALL)
OPERATION = re.compile(r"^(?:query|mutation|subscription) (\w+)", re.MULTILINE)

PATIENCE_SECONDS = 20
REFUSED = {"HoldOrWhyNot": "NoticeTooShort"}
"""Examples that show how it says no."""

WITH_A_KEY = {"Own", "Hear"}
Told = dict[str, Any]
"""By example, what its first field was answered with."""


def service(told: Told, slug: str = "dry-needling") -> dict[str, Any]:
    found: list[dict[str, Any]] = [edge["node"] for edge in told["Catalogue"]["services"]["edges"]]
    return next(one for one in found if one["slug"] == slug)


def course(told: Told) -> str:
    return str(service(told, "dry-needling-course")["id"])


def start(told: Told, number: int) -> str:
    return str(told["OpenSlots"]["openSlots"]["edges"][number]["node"]["startsAt"])


def details(told: Told) -> dict[str, Any]:
    questions = service(told)["screeningQuestions"]
    return {"patient": PATIENT, "screening": [{"questionId": one["id"], "answer": "NO"} for one in questions]}


def week(told: Told) -> dict[str, Any]:
    return {"service": service(told)["id"], "from": "2026-11-30", "to": "2026-12-04"}


def link(told: Told) -> dict[str, Any]:
    return {"manageToken": told["Book"]["bookAppointment"]["manageToken"]}


GIVEN: dict[str, Callable[[Told], dict[str, Any]]] = {
    "Catalogue": lambda told: {},
    "Practitioners": lambda told: {"service": service(told)["id"]},
    "OpenSlots": week,
    "Month": week,
    "Hold": lambda told: {
        "service": service(told)["id"],
        "startsAt": start(told, 0),
        "key": "a secret, new for each intention",
    },
    "Screen": lambda told: {"service": service(told)["id"], "screening": details(told)["screening"]},
    "Book": lambda told: {"holdToken": told["Hold"]["holdSlot"]["holdToken"], **details(told)},
    "Visit": link,
    "Move": lambda told: {"startsAt": start(told, 9), **link(told)},
    "Cancel": link,
    "Rhythm": lambda told: {"course": course(told), "startsAt": start(told, 9)},
    "HoldCourse": lambda told: {
        "course": course(told),
        "times": [slot["startsAt"] for slot in told["Rhythm"]["courseSlots"]],
    },
    "BookCourse": lambda told: {
        "holdTokens": told["HoldCourse"]["holdCourse"]["holdTokens"],
        **details(told),
    },
    "Again": lambda told: {"id": service(told)["id"]},
    "HoldOrWhyNot": lambda told: {"service": service(told)["id"], "startsAt": NOW.isoformat()},
    "Own": lambda told: {},
    "Hear": lambda told: {"url": "http://127.0.0.1:9/hook"},
    "Live": week,
    "Left": lambda told: {},
}
"""What each example is asked with, by what those above it were told."""


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    await open_clinic(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def http(sqlite_url: str, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(sqlite_url, webhooks_to_private=True), now=lambda: NOW)
    async with live_server(app) as url, httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) as client:
        yield client


async def ask(http: httpx.AsyncClient, document: str, variables: dict[str, Any], key: str | None) -> Any:
    """The whole answer; of a subscription, the first one."""
    body = {"query": document, "variables": variables}
    if not document.startswith("subscription"):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return (await http.post("/graphql", json=body, headers=headers)).json()
    async with http.stream("POST", "/graphql", json=body, headers={"Accept": "text/event-stream"}) as answer:
        return json.loads(
            await anext(line[6:] async for line in answer.aiter_lines() if line[:7] == "data: {")
        )


def problems(data: dict[str, Any]) -> list[str]:
    """Of an answer's mutation, if it was one."""
    (payload, *_) = data.values()
    found = payload.get("problems", []) if isinstance(payload, dict) else []
    return [problem["__typename"] for problem in found]


async def test_every_graphql_example_is_answered(http: httpx.AsyncClient, database: Database) -> None:
    async with database.write() as session:
        _, key = await create_key(session, "Sample Directory", list(Scope), now=NOW)
    told: Told = {}
    for document in GRAPHQL:
        (name,) = OPERATION.findall(document)
        assert name in GIVEN, f"{name}: please say above what it is asked with"
        answer = await ask(http, document, GIVEN[name](told), key if name in WITH_A_KEY else None)
        assert "errors" not in answer, answer
        told[name] = answer["data"]
        assert None not in told[name].values(), name
        assert problems(told[name]) == ([REFUSED[name]] if name in REFUSED else []), name
    assert told.keys() == GIVEN.keys()


def test_the_fragment_to_copy_has_all_that_a_refusal_tells() -> None:
    schema = build_schema(printed_schema())
    problem = schema.type_map["Problem"]
    assert isinstance(problem, GraphQLInterfaceType)
    (copied,) = (text.partition("fragment ")[2] for text in GRAPHQL if "fragment WhyNot" in text)
    told = {field for kind in schema.get_implementations(problem).objects for field in kind.fields}
    assert "stillOpen" in told
    assert {field for field in told if not re.search(rf"\b{field}\b", copied)} == set()


@pytest.mark.parametrize(("method", "path", "head", "body", "answer"), HTTP)
async def test_every_http_example_is_answered_as_it_says(
    http: httpx.AsyncClient, method: str, path: str, head: str, body: str, answer: str
) -> None:
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    got = await http.request(method, path, headers=headers, content=body)
    assert got.json() == json.loads(answer)
    assert got.headers["content-type"].startswith(headers["Accept"])


def test_the_pages_show_each_operation_of_a_partner() -> None:
    assert len(HTTP) == TEXT.count("```http") == 2
    fields = (
        "services practitioners openSlots holdSlot bookAppointment rescheduleAppointment cancelAppointment"
    )
    assert [field for field in fields.split() if f"  {field}(" not in "".join(GRAPHQL)] == []
