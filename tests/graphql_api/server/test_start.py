"""What a server prints when it starts."""

import re
from pathlib import Path

import httpx
import pytest

from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.server.process import running_server

pytestmark = pytest.mark.processes


async def test_a_playground_is_announced_only_where_it_is(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server, httpx.AsyncClient(base_url=server.url) as http:
        page = await http.get("/graphql", headers={"accept": "text/html"})
    assert "Demo clinic page" in server.printed
    assert "playground" not in server.printed
    assert "The playground is not built here." in page.text

    built = tmp_path / "built"
    built.mkdir()
    (built / "playground.js").touch()
    async with running_server(tmp_path, BOOK_ONLINE_PLAYGROUND=str(built)) as server:
        assert f"GraphQL playground   {server.url}/graphql\n" in server.printed


async def test_the_desk_of_a_sample_day_is_announced_with_a_link_that_signs_in(tmp_path: Path) -> None:
    async with running_server(tmp_path, "--sample-desk") as server, httpx.AsyncClient() as http:
        [link] = re.findall(r"^  Front desk, once     (\S+)$", server.printed, re.MULTILINE)
        address, _, secret = link.partition("#")
        signed_in = await http.post(address, data={"link": secret}, headers={"sec-fetch-site": "same-origin"})

    assert address == f"{server.url}/desk/sign-in/link"
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/desk/day")


@pytest.mark.parametrize(("site", "is_warned"), [("", True), ("https://book.clinic.example", False)])
async def test_a_production_server_without_its_site_says_so(
    tmp_path: Path, site: str, is_warned: bool
) -> None:
    run_command("data-keys", "init", folder=tmp_path, environment={})
    async with running_server(tmp_path, BOOK_ONLINE_MODE="production", BOOK_ONLINE_SITE=site):
        said = (tmp_path / "log").read_text()
    assert ("BOOK_ONLINE_SITE is http://127.0.0.1:8000: links in mails" in said) == is_warned
