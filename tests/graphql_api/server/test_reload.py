"""`book-online serve --reload` restarts the server at a change of a file; production refuses it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.clinics import SAMPLE, edit_file
from tests.support.live_server import reserved_port

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[3]
SERVE = [sys.executable, "-m", "graphql_api.cli.main", "serve", "--reload"]
PATIENCE_SECONDS = 60


@pytest.fixture
def reloader(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process that serves the sample clinic with --reload, and its server's address."""
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    with (
        reserved_port() as port,
        subprocess.Popen([*SERVE, "--port", str(port)], cwd=tmp_path, env=environment) as process,
    ):
        yield process, f"http://127.0.0.1:{port}"
        process.terminate()


def clinic_name(address: str) -> str | None:
    try:
        answer = httpx.post(f"{address}/graphql", json={"query": "{ clinic { name } }"}, timeout=5)
    except httpx.TransportError:
        return None
    name: str = answer.json()["data"]["clinic"]["name"]
    return name


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_server_restarts_when_the_clinics_file_changes_and_ends_with_its_reloader(
    reloader: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    process, address = reloader
    wait_until(lambda: clinic_name(address) == "Sample Health Services")

    (tmp_path / "clinic.toml").write_text("no clinic", "utf-8")
    wait_until(lambda: clinic_name(address) is None)
    (tmp_path / "clinic.toml").write_text(edit_file({"Sample Health Services": "Changed Clinic"}), "utf-8")
    wait_until(lambda: clinic_name(address) == "Changed Clinic")

    process.terminate()
    assert process.wait(PATIENCE_SECONDS) == 0
    assert clinic_name(address) is None


def test_a_server_in_production_is_not_reloaded(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    environment = {"PYTHONPATH": str(ROOT), "BOOK_ONLINE_MODE": "production"}

    done = subprocess.run(SERVE, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        1,
        "book-online: serve --reload is for development, and BOOK_ONLINE_MODE is production\n",
    )
