"""The units in deploy/systemd, as systemd-analyze reads them, and held against the program."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from graphql_api.cli.main import command_parser
from graphql_api.settings import Settings, settings_from

UNITS = Path(__file__).parents[2] / "deploy/systemd"
SERVICE = (UNITS / "book-online.service").read_text("utf-8")
MOST_EXPOSED = "15"
"""Tenths, out of 100: systemd calls up to 25 "OK", and the safest service with a network has about 10."""


def value(key: str) -> str:
    [found] = re.findall(rf"^{key}=(.*)$", SERVICE, re.MULTILINE)
    return str(found)


def test_the_unit_starts_the_server_with_settings_that_exist() -> None:
    settings = settings_from(dict(pair.split("=") for pair in value("Environment").split()))
    assert settings == Settings(clinic_file=Path("/etc/book-online/clinic.toml"), mode="production")
    arguments = command_parser().parse_args(value("ExecStart").split()[1:])
    assert arguments.workers == 1


def test_systemd_waits_for_the_end_that_the_server_keeps_to() -> None:
    assert int(value("TimeoutStopSec")) > Settings().stop_seconds + 3


def test_the_backup_of_the_timer_has_the_sandbox_of_the_server() -> None:
    mark = "# It needs the network"
    backup = (UNITS / "book-online-backup.service").read_text("utf-8")
    of_server = SERVICE.partition(mark)[2].partition("[Install]")[0].strip().splitlines()[1:]
    of_backup = backup.partition(mark)[2].strip().splitlines()[1:]
    assert len(of_server) > 20
    assert of_server == of_backup
    assert value("EnvironmentFile") in backup
    for command in re.findall(r"book-online/bin/book-online (.+?)\'?$", backup, re.MULTILINE):
        command_parser().parse_args(shlex.split(command.replace("$$(date +%%a)", "Fri")))


@pytest.mark.processes
def test_systemd_finds_no_mistake_in_the_units_and_little_exposed(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("needs systemd-analyze")
    for file in UNITS.glob("*.*"):
        text = file.read_text("utf-8").replace("/opt/book-online/bin/book-online", "/bin/true")
        (tmp_path / file.name).write_text(text, "utf-8")
    files = sorted(map(str, tmp_path.iterdir()))
    verified = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    # It also reads the units of this machine, which may have mistakes of their own.
    assert [line for line in verified.stderr.splitlines() if "book-online" in line] == []
    security = [analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    for unit in ("book-online.service", "book-online-backup.service"):
        judged = subprocess.run(
            [*security, unit],
            env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout + judged.stderr
