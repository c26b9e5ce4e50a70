"""Servers that come and go under constant load: no request fails."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from graphql_api.settings import Settings
from tests.graphql_api.server.constant_load import constant_load
from tests.graphql_api.server.process import running_server, running_server_on

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 60


async def test_no_request_fails_when_a_server_on_a_socket_of_systemd_is_started_anew(tmp_path: Path) -> None:
    """Meanwhile no process serves: visitors wait in the queue of the socket."""
    quick = {"BOOK_ONLINE_DRAIN_SECONDS": "1", "BOOK_ONLINE_POINTS_PER_CLIENT": "1000000"}
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with running_server_on(listening, tmp_path, **quick) as former:
            assert former.url == url
            async with constant_load(url) as load:
                await load.grows()
                former.terminate()
                async with asyncio.timeout(PATIENCE_SECONDS):
                    assert await former.process.wait() == 0
                async with running_server_on(listening, tmp_path, **quick):
                    await load.grows()
                    await load.end()
    assert load.failures == []


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


async def test_workers_share_a_port_and_one_that_ends_is_replaced(
    tmp_path: Path, postgresql_url: str
) -> None:
    environment = {
        "BOOK_ONLINE_DRAIN_SECONDS": "1",
        "BOOK_ONLINE_KEY_FILE": str(Settings(postgresql_url).key_encryption_file.path.absolute()),
        "BOOK_ONLINE_METRICS": "0",
        "BOOK_ONLINE_POINTS_PER_CLIENT": "1000000",
        "DATABASE_URL": postgresql_url,
    }
    async with running_server(tmp_path, "--workers", "2", **environment) as server:
        both = children(server.process.pid)
        assert len(both) == server.printed.count("/metrics") == 2
        async with constant_load(server.url) as load:
            await load.grows()
            os.kill(both[0], signal.SIGTERM)  # It drains, and its answers say so; the other one goes on.
            async with asyncio.timeout(PATIENCE_SECONDS):
                while both[0] in children(server.process.pid):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await load.grows(200)
            await load.end()
        assert load.failures == []

        server.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await server.process.wait() == 0
    assert (
        f"worker 1 (process {both[0]}) ended with status 0: it is started again"
        in (tmp_path / "log").read_text()
    )
