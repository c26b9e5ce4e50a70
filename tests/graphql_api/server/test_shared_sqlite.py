"""The SQLite files of a running server: what they keep, and other processes that use them."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.graphql_api.server.process import ServerProcess, running_server
from tests.support.graphql_client import GraphQLClient, problem_types

pytestmark = pytest.mark.processes

WRITER = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


@asynccontextmanager
async def frozen_writer(file: Path) -> AsyncIterator[int]:
    """The process that keeps the file locked."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, file, stdout=PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"locked\n"
    try:
        yield process.pid
    finally:
        process.kill()
        await process.wait()


async def problems_of_hold(server: ServerProcess) -> list[str]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
        api = GraphQLClient(http)
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        slots = await api.open_slots(str(tomorrow), str(tomorrow + timedelta(days=7)))
        return problem_types(await api.hold(slots[0]["startsAt"]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of processes")
async def test_a_frozen_process_is_named(tmp_path: Path) -> None:
    file = tmp_path / "clinic.sqlite3"
    async with (
        running_server(tmp_path, DATABASE_URL=f"sqlite:///{file}?timeout=0.3") as server,
        frozen_writer(file) as process,
    ):
        assert await problems_of_hold(server) == ["TryAgain"]
        assert await server.status("/readyz") == 503
        assert await server.status("/book") == 200, "readers go on"

    said = (tmp_path / "log").read_text()
    assert f"process {process} (python" in said
    assert f"which is stopped keeps the database {file} locked: wait for it, or end it" in said


async def test_a_second_server_is_told(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    url = f"sqlite:///{tmp_path}/clinic.sqlite3"
    async with running_server(tmp_path, DATABASE_URL=url) as first:
        assert "another server" not in (tmp_path / "log").read_text()
        async with running_server(tmp_path / "second", DATABASE_URL=url) as second:
            assert await second.status("/readyz") == 200
            said = (tmp_path / "second" / "log").read_text()
            assert f"another server works on {tmp_path}/clinic.sqlite3 too" in said
        first.process.send_signal(signal.SIGKILL)
        await first.process.wait()
    (tmp_path / "third").mkdir()
    async with running_server(tmp_path / "third", DATABASE_URL=url):
        assert "another server" not in (tmp_path / "third" / "log").read_text()
    assert (tmp_path / "clinic.sqlite3-server").stat().st_mode & 0o777 == 0o600


async def test_the_log_is_empty_soon_after_a_change(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        assert await problems_of_hold(server) == []
        log = tmp_path / "book-online.sqlite3-wal"
        assert log.stat().st_size
        async with asyncio.timeout(30):
            while log.stat().st_size:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.2)
