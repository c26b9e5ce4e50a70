"""What `make release` makes: complete, with a wheel that needs no checkout, no Node and no network."""

import hashlib
import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
from datetime import timedelta
from email.utils import parsedate_to_datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import IO

import httpx
import pytest

from tests.support.clinics import open_on_any_day
from tests.support.graphql_client import GraphQLClient
from tests.support.wheels import run

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/release.py"
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "PATH": ""}


def release_script() -> ModuleType:
    spec = spec_from_file_location("release", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed_alone(wheel: Path, folder: Path) -> Path:
    """The Python of an environment with the wheel, whose requirements are those of the tests."""
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin/python"
    pip = (sys.executable, "-m", "pip", "--python", str(python), "--quiet", "install")
    run(*pip, "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel))
    [packages] = folder.glob("lib/python*/site-packages")
    # The folder is added, and not what its own .pth files add, such as this checkout.
    (packages / "requirements.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return python


def address_of(output: IO[str]) -> str:
    for line in output:
        if "Hosted booking page" in line:
            return line.split()[-1].removesuffix("/book")
    raise AssertionError("it did not start")


@pytest.mark.processes
async def test_a_release_is_complete_and_its_wheel_alone_takes_a_booking(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    run(sys.executable, str(SCRIPT), "--draft", "--to", str(dist))

    listed = (line.split() for line in (dist / "SHA256SUMS").read_text().splitlines())
    sums = {name: checksum for checksum, name in listed}
    files = {file.name: file for file in dist.iterdir() if file.name != "SHA256SUMS"}
    assert sums == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
    assert (dist / "RELEASE-NOTES.md").read_text("utf-8").startswith("The first version: ")
    [sdist], [wheel], [lock] = (list(dist.glob(kind)) for kind in ("*.tar.gz", "*.whl", "*requirements.lock"))
    assert lock.read_bytes() == (ROOT / "requirements.lock").read_bytes()
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "hatch_build.py", "widget/bundle.mjs", "desk/bundle.mjs", "locales/fr.json"} <= names
    assert [name for name in names if name.startswith((".venv", "node_modules", "build/", ".git/"))] == []

    python = installed_alone(wheel, tmp_path / "environment")
    clinic = tmp_path / "clinic"
    clinic.mkdir()
    (clinic / "clinic.toml").write_text(open_on_any_day(), "utf-8")
    command = [str(python), "-I", "-m", "graphql_api.cli.main", "serve", "--port", "0"]
    with subprocess.Popen(  # noqa: ASYNC220
        command, cwd=clinic, env=NO_NETWORK, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            address = address_of(server.stdout)
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                for path in ("/book", "/widget/book-online.js", "/desk/sign-in", "/graphql/schema.graphql"):
                    assert (await http.get(path)).status_code == 200, path
                answer = await http.get("/healthz")
                today = parsedate_to_datetime(answer.headers["date"]).date()
                client = GraphQLClient(http)
                days = (today + timedelta(days=count) for count in (7, 21))
                slots = await client.open_slots(*map(str, days))
                booked = await client.hold_and_book(slots[0]["startsAt"])
                assert booked["appointment"]["startsAt"] == slots[0]["startsAt"]
        finally:
            os.kill(server.pid, signal.SIGKILL)


def test_the_notes_of_a_release_are_those_of_its_version() -> None:
    notes = release_script().release_notes
    changelog = (
        "## Unreleased\n\n## 1.1.0 (2031-01-02)\n\n- New.\n\n### Schema\n- More.\n\n## 1.0.0\n- Old.\n"
    )
    assert notes(changelog, "1.1.0") == "- New.\n\n### Schema\n- More.\n"
    assert notes(changelog, "1.0.0") == "- Old.\n"
    for missing in ("Unreleased", "1.1", "2.0.0"):
        with pytest.raises(SystemExit, match=f"nothing below a heading `## {missing}`"):
            notes(changelog, missing)
