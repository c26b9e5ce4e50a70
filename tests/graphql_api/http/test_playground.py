"""The playground: our own files, and examples that run as they are."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate
from playwright.async_api import ConsoleMessage, Page, Response, expect
from starlette.applications import Starlette

from graphql_api.app import create_app
from graphql_api.playground.page import playground_page
from graphql_api.schema.schema import printed_schema
from graphql_api.settings import Settings
from tests.support.browsers import TIMEOUT_MS
from tests.support.clinics import NOW, open_clinic
from tests.support.databases import open_database
from tests.support.graphql_client import GraphQLClient
from tests.support.live_server import live_server

HOUSE = Path(__file__).parents[3]
EXAMPLES = sorted((HOUSE / "graphql_api" / "playground").glob("*.graphql"))
HTML = {"accept": "text/html"}
RUNS = [["LookAround"], ["OpenSlots"], ["Hold"], ["Book"], ["Look", "Move", "Cancel"]]
"""The operations of each tab but the last, which is a subscription."""


@pytest.fixture
async def app(sqlite_url: str) -> Starlette:
    """The app, with the sample clinic and with the playground that `make playground` built."""
    database = open_database(sqlite_url)
    await open_clinic(database)
    await database.close()
    built = HOUSE / "build" / "playground"
    return create_app(Settings(database_url=sqlite_url, playground=built), now=lambda: NOW)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid(example: Path) -> None:
    document = parse(example.read_text("utf-8"))
    assert len(document.definitions) >= 1
    assert validate(build_schema(printed_schema()), document) == []


def test_the_examples_show_the_whole_journey() -> None:
    shown = "".join(example.read_text("utf-8") for example in EXAMPLES)
    journey = ["clinic", "services", "practitioners", "openSlots", "holdSlot", "bookAppointment"]
    journey += ["rescheduleAppointment", "cancelAppointment"]
    assert [field for field in journey if field not in shown] == []


async def test_a_playground_without_a_bundle_says_how_to_build_one(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(Settings(database_url=sqlite_url, playground=tmp_path / "not-built"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://clinic.example"
    ) as http:
        page = await http.get("/graphql", headers=HTML)

    assert "make playground" in page.text
    assert "/playground/playground." not in page.text
    assert "/graphql/schema.graphql" in page.text


async def test_production_has_no_playground(sqlite_url: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, mode="production"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://clinic.example"
    ) as http:
        script = await http.get("/playground/playground.js")

    assert script.status_code == 404
    assert "text/html" not in script.headers["content-type"]


def test_the_page_runs_no_script_but_our_own(tmp_path: Path) -> None:
    (tmp_path / "playground.js").touch()
    page = playground_page(tmp_path, endpoint='/graphql"><script>alert(1)</script>')
    assert page.count("<script") == 1
    assert '<script type="module" src="/playground/playground.js"></script>' in page
    assert "script-src 'self';" in page


async def test_the_examples_run_as_they_are_left_to_right(app: Starlette, page: Page) -> None:
    said: list[ConsoleMessage] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message))
    page.on("request", lambda request: asked.append(request.url))

    async with opened(app, page) as base:
        await expect(page.get_by_role("tab")).to_have_count(len(EXAMPLES))
        for number, operations in enumerate(RUNS):
            await choose(page, number)
            for operation in operations:
                answer = await run(page, operation, chosen=len(operations) > 1)
                assert "errors" not in answer, answer
                field, told = next(iter(answer["data"].items()))
                assert told.get("problems", []) == []
                await expect(page.locator(".result-window")).to_contain_text(field)
        # The editor's workers are still on their way: the server must outlive them.
        await page.wait_for_load_state("networkidle", timeout=6 * TIMEOUT_MS)

    assert [message.text for message in said if message.type == "error"] == []
    assert [url for url in asked if not url.startswith((base, "data:", "blob:"))] == []


async def test_the_last_tab_shows_each_change(app: Starlette, page: Page) -> None:
    day = r'"2026-11-26",\s+"openSlotCount":\s'
    result = page.locator(".result-window")
    async with opened(app, page) as base, httpx.AsyncClient(base_url=base) as http:
        await choose(page, len(RUNS))
        await page.locator(".graphiql-execute-button").click()
        await expect(result).to_contain_text(re.compile(day + "52"))

        (slot, *_) = await GraphQLClient(http).open_slots("2026-11-26", "2026-11-26")
        assert (await GraphQLClient(http).hold(slot["startsAt"]))["hold"]

        await expect(result).to_contain_text(re.compile(day + "48"))
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_role("button", name="Execute")).to_be_visible()


def test_every_operation_of_the_examples_is_run() -> None:
    operation = re.compile(r"^(?:query|mutation|subscription) (\w+)", re.MULTILINE)
    assert [operation.findall(example.read_text("utf-8")) for example in EXAMPLES] == [*RUNS, ["Listen"]]


@asynccontextmanager
async def opened(app: Starlette, page: Page) -> AsyncIterator[str]:
    """The playground in the browser, at the tests' time; the address of its server."""
    await page.clock.set_fixed_time(NOW)
    async with live_server(app) as base:
        await page.goto(f"{base}/graphql")
        await expect(page.locator(".graphiql-query-editor")).to_contain_text(RUNS[0][0])
        yield base


async def choose(page: Page, number: int) -> None:
    """Opens a tab and waits until the editor has its text."""
    await page.get_by_role("tab").nth(number).click()
    first_line = EXAMPLES[number].read_text("utf-8").splitlines()[0]
    await expect(page.locator(".graphiql-query-editor")).to_contain_text(first_line)


async def run(page: Page, operation: str, *, chosen: bool) -> dict[str, Any]:
    """Presses the triangle, chooses from its menu if there is one, and reads the server's answer."""
    async with page.expect_response(lambda response: is_answer_to(operation, response)) as answered:
        triangle = page.locator(".graphiql-execute-button")
        if chosen:
            await expect(triangle).to_have_attribute("aria-haspopup", "menu")
        await triangle.click()
        if chosen:
            await page.get_by_role("menuitem", name=operation).click()
    answer: dict[str, Any] = await (await answered.value).json()
    return answer


def is_answer_to(operation: str, response: Response) -> bool:
    asked = response.request.post_data_json or {}
    return f" {operation}" in asked.get("query", "") and asked.get("operationName", operation) == operation
