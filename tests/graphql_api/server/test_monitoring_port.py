"""The monitoring port of a running server: its own, loopback unless another address is named."""

import socket
from pathlib import Path

import httpx
import pytest

from tests.graphql_api.cli.command_line import run_command
from tests.graphql_api.server.process import running_server
from tests.support.clinics import SAMPLE

pytestmark = pytest.mark.processes


async def test_a_server_answers_its_monitor_until_it_ends(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_METRICS="0", BOOK_ONLINE_DRAIN_SECONDS="10") as server:
        monitor = server.monitoring_url
        assert monitor.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient(timeout=10) as http:
            await http.post(f"{server.url}/graphql", json={"query": "{ clinic { phone } }"})
            metrics = (await http.get(f"{monitor}/metrics")).text
            server.terminate()
            await server.is_draining()
            readiness = await http.get(f"{monitor}/readyz")
    assert 'book_online_graphql_requests_total{operation="unnamed",outcome="ok"} 1.0' in metrics
    assert "book_online_database_up 1.0" in metrics
    assert (readiness.status_code, readiness.json()["parts"]["server"]) == (503, "about to stop")


async def test_a_server_that_is_stopped_leaves_no_monitoring_port(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_METRICS="0", BOOK_ONLINE_DRAIN_SECONDS="1") as server:
        server.terminate()
        assert await server.process.wait() == 0
        with pytest.raises(httpx.ConnectError):
            await httpx.AsyncClient().get(server.monitoring_url)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_port_in_use_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        environment = {"BOOK_ONLINE_METRICS": str(port)}
        done = run_command("serve", "--port", "0", folder=tmp_path, environment=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"book-online: port {port} of 127.0.0.1 is in use: "
        "stop the server that uses it, or choose another BOOK_ONLINE_METRICS\n"
    )


@pytest.mark.parametrize(
    "wrong", ["nowhere", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:9464", "::1:9464"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    done = run_command("doctor", folder=tmp_path, environment={"BOOK_ONLINE_METRICS": wrong})
    assert done.returncode == 1
    assert f"BOOK_ONLINE_METRICS is {wrong!r}; it must be a port, or an address with one" in done.stderr
