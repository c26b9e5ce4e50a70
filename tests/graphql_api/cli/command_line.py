"""The command `book-online`, run in a process of its own that is forked where its imports are done already.

An interpreter takes over a second to import the command. Apart from that a fork is a process as any other,
with its own folder, environment, path of imports, output and exit status.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 60
MODULE = "graphql_api.cli.main"


def run_command(
    *arguments: str,
    folder: Path,
    environment: Mapping[str, str],
    starts_anew: bool = False,
    user: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run in this folder, with these variables alone, and our modules on Python's path.

    One that `starts_anew` has an interpreter of its own, and imports the command itself. A `user`'s number
    needs a test that runs as root, and a command that does not start anew.
    """
    variables = {"PYTHONPATH": str(ROOT), **environment}
    if starts_anew:
        return subprocess.run(
            [sys.executable, "-m", MODULE, *arguments],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    with tempfile.TemporaryDirectory() as outputs:
        files = Path(outputs, "stdout"), Path(outputs, "stderr")
        job = {"arguments": arguments, "folder": str(folder), "variables": variables, "user": user}
        status = _ask_parent(json.dumps({**job, "outputs": [str(file) for file in files]}))
        stdout, stderr = (file.read_text("utf-8") for file in files)
    return subprocess.CompletedProcess(arguments, status, stdout, stderr)


def _ask_parent(job: str) -> int:
    parent = _parent()
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(job + "\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


@cache
def _parent() -> subprocess.Popen[str]:
    parent = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_end, parent)
    return parent


def _end(parent: subprocess.Popen[str]) -> None:
    parent.communicate()  # Its input ends, and so does it.


def _fork_for_each_job() -> None:
    """Answer each line, a job, with its exit status. Return in the forks, each prepared for its job."""
    for line in sys.stdin:
        job = json.loads(line)
        if not (pid := os.fork()):
            _prepare(job)
            return
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def _prepare(job: dict[str, Any]) -> None:
    signal.alarm(TIMEOUT_SECONDS)
    folder, variables = job["folder"], job["variables"]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    # As `python -m` has it: the folder, PYTHONPATH, and what the interpreter knows.
    sys.path[:2] = [folder, *variables["PYTHONPATH"].split(os.pathsep)]
    sys.argv = ["book-online", *job["arguments"]]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor, file in enumerate(job["outputs"], start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    if (user := job["user"]) is not None:
        os.setgid(user)
        os.setuid(user)


if __name__ == "__main__":
    from graphql_api.cli.main import main

    # The command imports them late, when another user may not read a checkout of root.
    for module in ("alembic.command", "encodings.idna", "gzip", "importlib.readers"):
        import_module(module)

    # At its end an interpreter looks through all objects for garbage, which takes half a second: not those.
    gc.collect()
    gc.freeze()
    _fork_for_each_job()
    main()
