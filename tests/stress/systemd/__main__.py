"""`make systemd`: the units of deploy/systemd on a real systemd, and a table that says what came of it.

Debian is installed into a folder, from its mirror, and booted in namespaces of its own: no process outlives
the run.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.stress.systemd.machine import Machine
from tests.stress.systemd.steps import Steps
from tests.stress.systemd.visitor import SITE

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter")
PACKAGES = "mmdebstrap systemd-container util-linux"
SETTINGS = f"BOOK_ONLINE_SITE={SITE}\nBOOK_ONLINE_POINTS_PER_CLIENT=1000000\nBOOK_ONLINE_DRAIN_SECONDS=1\n"
INSIDE = "--inside"


def main() -> int:
    if sys.argv[1:2] == [INSIDE]:
        turn, *on_machine = sys.argv[2:]
        return asyncio.run(_play(turn, Steps(on_machine)))
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if sys.platform != "linux" or os.geteuid() != 0:
        sys.exit("make systemd boots a system in namespaces: it needs Linux and root.")
    if missing:
        sys.exit(f"make systemd needs {', '.join(missing)}. On Debian: apt-get install {PACKAGES}")
    with tempfile.TemporaryDirectory(prefix="book-online-systemd-", dir="/var/tmp") as folder:
        machine = Machine(Path(folder))
        _say("Installing Debian and Book Online, as docs/how-to/run.md says ...")
        machine.install(SETTINGS)
        _say("| step | | seconds |\n|---|---|--:|")
        return next((status for turn in ("first", "second") if (status := _booted(machine, turn))), 0)


def _booted(machine: Machine, turn: str) -> int:
    """Boot the machine and go through the steps of this turn, with its network alone."""
    machine.boot()
    try:
        steps = (sys.executable, "-m", "tests.stress.systemd", INSIDE, turn, *machine.command())
        return subprocess.run(machine.in_its_network(*steps), check=False).returncode
    finally:
        machine.shut_down()


async def _play(turn: str, steps: Steps) -> int:
    turns: dict[str, list[Callable[[], Awaitable[str]]]] = {
        "first": [
            steps.start,
            steps.sandbox,
            steps.visit,
            steps.restart_under_load,
            steps.kill,
            steps.hang,
            steps.photo,
            steps.backup,
            steps.reload,
            steps.stop,
        ],
        "second": [steps.after_boot, steps.workers],
    }
    for step in turns[turn]:
        began = time.monotonic()
        try:
            said = await step()
        except Exception as reason:
            _say(f"| {step.__doc__} | **WRONG** {reason!r} | |")
            _say(await steps.shell("journalctl --unit='book-online*' --no-pager | tail -n 40"))
            return 1
        _say(f"| {step.__doc__} | {said} | {time.monotonic() - began:.1f} |")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
