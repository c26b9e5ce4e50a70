"""Any value for any argument is answered or refused: never an internal error, and nothing in the log.

The arguments are those of the schema, so a new field is tried too. What a type refuses is refused before any
field is asked, wherever the type stands: it is sent once for each type. What a type accepts is sent to each
argument, and to each field and item within it, on both databases.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import (
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLOutputType,
    Undefined,
    coerce_input_value,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from booking.storage.database import Database
from booking.storage.models.api_keys import Scope
from graphql_api.app import create_app
from graphql_api.schema.schema import BookingSchema
from graphql_api.settings import Settings
from graphql_api.types.relay import global_id
from tests.graphql_api.security.test_authentication import bearing, new_key
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database, sqlite_copy
from tests.support.graphql_client import PATIENT, practitioner_id, service_id
from tests.support.hostile_values import BODIES, LITERALS, VALUES, WRONG_FOR_MOST

ValuePath = tuple[str | int, ...]

ROOTS = ("query", "mutation", "subscription")
SCHEMA = BookingSchema()._schema
PLAUSIBLE: dict[str, Any] = {
    "serviceId": service_id(),
    "practitionerId": practitioner_id("a"),
    "locationId": global_id("Location", "downtown"),
    "appointmentId": global_id("Appointment", UUID(int=1)),
    "date": "2026-11-24",
    "from": "2026-11-24",
    "to": "2026-11-27",
    "startsAt": "2026-11-24T09:00:00-05:00",
    "slug": "dry-needling",
    "url": "https://partner.example/hooks",
    "idempotencyKey": "0123456789abcdef",
    **PATIENT,
}
"""A value by an argument's name, so that more is reached than the first check."""


@pytest.fixture
async def partner(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with partner_of(database, database_url) as client:
        yield client


@pytest.fixture(scope="module")
async def partner_of_all(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """Of one server, for what it refuses."""
    url = sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("refused"))
    async with partner_of(open_database(url), url) as client:
        yield client


@asynccontextmanager
async def partner_of(database: Database, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key for everything."""
    await open_clinic(database)
    _, secret = await new_key(database, *Scope)
    await database.close()
    app = create_app(Settings(url, points_per_client=10**9), now=lambda: NOW)
    async with asgi_client(app) as client:
        client.headers.update(bearing(secret) | {"content-type": "application/json"})
        yield client


FIELDS = [
    (root, name)
    for root in ROOTS
    for name, field in getattr(SCHEMA, f"{root}_type").fields.items()
    if field.args
]


def paths(field: GraphQLField) -> Iterator[tuple[ValuePath, GraphQLInputType]]:
    """Of each argument, and of each field and item within it, with its type."""

    def within(kind: GraphQLInputType, path: ValuePath) -> Iterator[tuple[ValuePath, GraphQLInputType]]:
        yield path, kind
        if is_non_null_type(kind):
            kind = kind.of_type
        if is_list_type(kind):
            yield from within(kind.of_type, (*path, 0))
        elif is_input_object_type(kind):
            for name, part in kind.fields.items():
                yield from within(part.type, (*path, name))

    for name, argument in field.args.items():
        yield from within(argument.type, (name,))


def places() -> dict[str, tuple[str, str, ValuePath, GraphQLInputType]]:
    """By type, as `[ID!]`, the first place where it stands: the root, the field, and the path within."""
    found: dict[str, tuple[str, str, ValuePath, GraphQLInputType]] = {}
    for root, name in FIELDS:
        for path, kind in paths(getattr(SCHEMA, f"{root}_type").fields[name]):
            found.setdefault(str(kind), (root, name, path, kind))
    return found


PLACES = places()


@pytest.mark.parametrize(("root", "name"), FIELDS)
async def test_no_value_that_a_type_accepts_is_an_internal_error(
    partner: httpx.AsyncClient, root: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    field = getattr(SCHEMA, f"{root}_type").fields[name]
    for path, kind in paths(field):
        for raw in values_for(kind):
            if accepts(kind, raw):
                await send_variables(partner, root, name, path, raw, caplog)


def values_for(kind: GraphQLInputType) -> list[str]:
    """Those that get beyond the coercion of the type, and a few that don't."""
    return WRONG_FOR_MOST + VALUES.get(get_named_type(kind).name, [])


def accepts(kind: GraphQLInputType, raw: str) -> bool:
    try:
        return coerce_input_value(json.loads(raw), kind) is not Undefined
    except (ValueError, GraphQLError):  # More digits than Python reads; a scalar's own refusal.
        return False


@pytest.mark.parametrize("type_", PLACES)
async def test_no_value_that_a_type_refuses_is_an_internal_error(
    partner_of_all: httpx.AsyncClient, type_: str, caplog: pytest.LogCaptureFixture
) -> None:
    root, name, path, kind = PLACES[type_]
    for raw in values_for(kind):
        if not accepts(kind, raw):
            await send_variables(partner_of_all, root, name, path, raw, caplog)


@pytest.mark.parametrize("type_", PLACES)
async def test_no_literal_of_a_type_is_an_internal_error(
    partner_of_all: httpx.AsyncClient, type_: str, caplog: pytest.LogCaptureFixture
) -> None:
    root, name, path, _ = PLACES[type_]
    field = getattr(SCHEMA, f"{root}_type").fields[name]
    arguments = {argument: plausible(argument, part) for argument, part in field.args.items()}
    for raw in LITERALS:
        written = literal(replaced(arguments, path, MARK)).strip("{}").replace(json.dumps(MARK), raw)
        document = f"{root} {{ {name}({written}) {selection(field.type)} }}"
        await check(partner_of_all, document, "{}", f"{name}{list(path)}: {raw[:80]}", caplog)


async def send_variables(
    client: httpx.AsyncClient,
    root: str,
    name: str,
    path: ValuePath,
    raw: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The field with plausible arguments, and this value at the path."""
    field = getattr(SCHEMA, f"{root}_type").fields[name]
    arguments = {argument: plausible(argument, part) for argument, part in field.args.items()}
    document, variables = as_variables(root, name, field, arguments, path, raw)
    await check(client, document, variables, f"{name}{list(path)} = {raw[:80]}", caplog)


async def check(
    client: httpx.AsyncClient, document: str, variables: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = f'{{"query": {json.dumps(document)}, "variables": {variables}}}'
    accept = {"accept": "application/graphql-response+json, text/event-stream;q=0.5"}
    if document.startswith("subscription"):
        accept = {"accept": "application/graphql-response+json"}  # Refused before it listens.
    response = await client.post("/graphql", content=body.encode("utf-8", "surrogatepass"), headers=accept)
    assert response.status_code in (200, 400, 413), (what, response.text)
    for error in response.json().get("errors", ()):
        code = error.get("extensions", {}).get("code")
        assert code not in ("INTERNAL", "FEATURE_FAILED"), (what, error)
        assert "digits" not in error["message"], (what, error)  # Python's own words
    errors = [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert errors == [], what


MARK = "the hostile value stands here"


def as_variables(
    root: str, name: str, field: GraphQLField, arguments: dict[str, Any], path: ValuePath, raw: str
) -> tuple[str, str]:
    """The document with a variable for each argument, and the variables as JSON."""
    declared = ", ".join(f"${argument}: {part.type}" for argument, part in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    document = f"{root} ({declared}) {{ {name}({given}) {selection(field.type)} }}"
    text = json.dumps(replaced(arguments, path, MARK))
    return document, text.replace(json.dumps(MARK), raw)


def replaced(value: Any, path: ValuePath, new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, list):
        return [replaced(each, path[1:], new) for each in value]
    return {**value, path[0]: replaced(value.get(path[0]), path[1:], new)}


def plausible(name: str, part: GraphQLArgument | GraphQLInputField) -> Any:
    known = PLAUSIBLE.get(name)
    if known is None:
        return of_type(part.type)
    kind = part.type.of_type if is_non_null_type(part.type) else part.type
    return [known] if is_list_type(kind) else known


def of_type(kind: GraphQLInputType) -> Any:
    if is_non_null_type(kind):
        return of_type(kind.of_type)
    if is_list_type(kind):
        return [of_type(kind.of_type)]
    if is_input_object_type(kind):
        return {name: plausible(name, field) for name, field in kind.fields.items()}
    if is_enum_type(kind):
        return next(iter(kind.values))
    return {"Int": 1, "Float": 1.0, "Boolean": True}.get(get_named_type(kind).name, "0123456789abcdef")


def selection(kind: GraphQLOutputType) -> str:
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if is_object_type(named) and "edges" in named.fields:
        return "{ edges { cursor node { __typename } } pageInfo { endCursor } }"
    if is_object_type(named) and "problems" in named.fields:
        return "{ problems { __typename message path } }"
    return "{ __typename }"


def literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, str) and value.isupper() and value.isalpha():
        return value  # an enum's
    return json.dumps(value)


@pytest.mark.parametrize("what", BODIES)
async def test_no_body_is_an_internal_error(
    http: httpx.AsyncClient, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    response = await http.post("/graphql", content=BODIES[what].encode(), headers=headers)
    assert response.status_code in (200, 400), response.text
    assert "INTERNAL" not in response.text
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
