"""A server that is told to stop says so first, and ends in order; one that is told to reload goes on."""

import asyncio
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.server.process import running_server
from tests.support.clinics import SAMPLE, edit_file
from tests.support.graphql_client import service_id

pytestmark = pytest.mark.processes

SUBSCRIPTION = {
    "query": "subscription ($f: OpenSlotFilter!) { availabilityChanged(filter: $f) { date } }",
    "variables": {"f": {"serviceId": service_id("dry-needling"), "from": "2027-01-04", "to": "2027-01-08"}},
}


async def test_sigterm_is_told_to_health_checks_first_and_then_streams_end_in_order(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, BOOK_ONLINE_DRAIN_SECONDS="5", BOOK_ONLINE_STOP_SECONDS="20") as server,
        httpx.AsyncClient(base_url=server.url, timeout=20) as http,
    ):
        assert await server.status("/readyz") == 200
        accept = {"accept": "text/event-stream"}
        async with http.stream("POST", "/graphql", json=SUBSCRIPTION, headers=accept) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: next"
            server.terminate()
            await server.is_draining()
            assert await server.status("/readyz") == 503
            assert await server.status("/healthz") == 200
            assert await server.status("/book") == 200
            rest = [line async for line in lines]
        assert "event: complete" in rest
        assert any(line.startswith("retry: ") for line in rest)
        async with asyncio.timeout(30):
            assert await server.process.wait() == 0


async def test_a_second_sigterm_stops_at_once(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_DRAIN_SECONDS="20") as server:
        server.terminate()
        await server.is_draining()
        server.terminate()
        async with asyncio.timeout(15):
            await server.process.wait()


async def test_sighup_loads_the_clinics_file_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, BOOK_ONLINE_CLINIC_FILE_RULES="1") as server,
        httpx.AsyncClient(base_url=server.url) as http,
    ):

        async def phone_after(text: str) -> str:
            server.clinic_file.write_text(text, "utf-8")
            server.process.send_signal(signal.SIGHUP)
            for _ in range(100):
                if "loaded" in (tmp_path / "log").read_text():
                    break
                await asyncio.sleep(0.1)
            (tmp_path / "log").write_text("")
            answer = await http.post("/graphql", json={"query": "{ clinic { phoneShown } }"})
            return str(answer.json()["data"]["clinic"]["phoneShown"])

        assert await phone_after(edit_file({"416.545.1881": "416.545.1882"}, SAMPLE)) == "416.545.1882"
        assert await phone_after("this is no clinic") == "416.545.1882"
        assert server.process.returncode is None


def serve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "clinic.toml").write_text(SAMPLE, "utf-8")
    return run_command("serve", *arguments, folder=folder, environment={"PATH": ""})


def test_a_port_in_use_is_one_sentence_before_the_database_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = serve(tmp_path, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"book-online: port {port} of 127.0.0.1 is in use: "
        "stop the server that uses it, or choose another --port\n"
    )
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic.toml"]


@pytest.mark.parametrize("port", ["65536", "99999", "-1", "http", "8000.5", "٨٠"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    done = serve(tmp_path, f"--port={port}")
    assert done.returncode == 2
    assert "is no port: a number from 0 to 65535" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_this_machines_is_one_sentence(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no-such-host.invalid"):
        done = serve(tmp_path, "--host", host, "--port", "0")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"book-online: --host {host} is no address of this machine\n"
