"""The log of a running server: for a person unless it is asked to be for a machine."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.server.process import ServerProcess, running_server
from tests.support.databases import open_database

pytestmark = pytest.mark.processes

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
TOKEN = "5ec2e7a1" * 8
CATALOGUE = {"query": "{ services { edges { cursor } } }"}


@asynccontextmanager
async def failing_server(
    folder: Path, **environment: str
) -> AsyncIterator[tuple[ServerProcess, httpx.AsyncClient]]:
    """A server that fails at each question about services; it has ended in order afterwards."""
    async with running_server(folder, BOOK_ONLINE_DRAIN_SECONDS="1", **environment) as server:
        database = open_database(f"sqlite:///{folder}/book-online.sqlite3")
        async with database.write() as session:
            await session.execute(text("ALTER TABLE services RENAME TO gone"))
        await database.close()
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as http:
            yield server, http
        server.terminate()
        await server.process.wait()


def lines(folder: Path) -> list[dict[str, Any]]:
    """Each line is an object."""
    return [json.loads(line) for line in (folder / "log").read_text("utf-8").splitlines()]


async def test_a_line_is_an_object_with_its_time_level_and_version(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_LOG="json", BOOK_ONLINE_DRAIN_SECONDS="1") as server:
        server.terminate()
        await server.process.wait()

    told = lines(tmp_path)
    events = [line["event"].partition(":")[0] for line in told]
    assert [events[0], *events[-3:]] == ["migrated", "started", "stopping", "stopped"]
    for line in told:
        assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
        assert (line["level"], line["logger"]) in (("info", "book_online"), ("warning", "book_online"))
        assert line["version"] == version("book-online")
        assert "request" not in line


async def test_a_start_that_migrates_nothing_says_nothing_of_it(tmp_path: Path) -> None:
    for _ in range(2):
        async with running_server(tmp_path, BOOK_ONLINE_LOG="json"):
            pass
    assert [line["event"].partition(":")[0] for line in lines(tmp_path)] == ["started"]


def failures_in(folder: Path) -> list[dict[str, Any]]:
    """Without that of the reminders, which are looked for some seconds after the start."""
    errors = [line for line in lines(folder) if line["level"] == "error"]
    return [line for line in errors if not line["event"].startswith("reminders could not be taken")]


async def test_a_failure_has_the_ids_of_its_request_and_its_traceback(tmp_path: Path) -> None:
    async with failing_server(tmp_path, BOOK_ONLINE_LOG="json") as (_, http):
        named = await http.post("/graphql", json=CATALOGUE, headers={"x-request-id": "partner-7"})
        both = {"x-request-id": "partner-8", "traceparent": TRACEPARENT}
        await http.post("/graphql", json=CATALOGUE, headers=both)
        traced = await http.post("/graphql", json=CATALOGUE, headers={"traceparent": TRACEPARENT})
        untraced = await http.post("/graphql", json=CATALOGUE, headers={"traceparent": f"00-{'0' * 32}-x-01"})
        page = await http.get("/book", headers={"x-request-id": "page-9"})

    failures = failures_in(tmp_path)
    ids = [(line["request"], line.get("trace")) for line in failures]
    assert ids[:3] == [("partner-7", None), ("partner-8", TRACE), (TRACE, TRACE)]
    assert ids[3] == (untraced.headers["x-request-id"], None)
    assert (named.headers["x-request-id"], traced.headers["x-request-id"]) == ("partner-7", TRACE)
    assert page.status_code == 500
    assert failures[-1]["request"] == "page-9"  # uvicorn's own line
    assert all("Traceback" in line["error"] and "no such table" in line["error"] for line in failures)


async def test_an_id_that_is_a_secret_is_not_logged(tmp_path: Path) -> None:
    async with failing_server(tmp_path, BOOK_ONLINE_LOG="json") as (_, http):
        for wrong in (TOKEN, f"/visits/{TOKEN}", f"/feeds/{TOKEN}.ics", "https://me:secret/word"):
            await http.post("/graphql", json=CATALOGUE, headers={"x-request-id": wrong})
    failures = [line["request"] for line in failures_in(tmp_path)]
    assert failures == ["…", "/visits/…", "/feeds/…", "https://me:secret/word"]
    assert TOKEN not in (tmp_path / "log").read_text("utf-8")


async def test_without_the_setting_a_line_is_for_a_person(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_DRAIN_SECONDS="1") as server:
        server.terminate()
        await server.process.wait()
    told = (tmp_path / "log").read_text("utf-8").splitlines()
    assert told[0] == f"migrated: the database has the tables of Book Online {version('book-online')}"
    assert told[-1] == "stopped"


async def test_lines_are_counted_by_their_level(tmp_path: Path) -> None:
    async with failing_server(tmp_path, BOOK_ONLINE_METRICS="0") as (server, http):
        await http.post("/graphql", json=CATALOGUE)
        metrics = (await http.get(f"{server.monitoring_url}/metrics")).text
    assert re.search(r'book_online_log_records_total{level="error"} [12]\.0', metrics)


def test_a_format_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run_command("doctor", folder=tmp_path, environment={"BOOK_ONLINE_LOG": "xml"})
    assert done.returncode == 1
    assert "BOOK_ONLINE_LOG is 'xml'; it must be text or json" in done.stderr
