"""The command `book-online` at a pseudo-terminal, as a person runs it."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.graphql_api.cli.command_line import MODULE, ROOT, TIMEOUT_SECONDS


def run_at_terminal(
    *arguments: str, folder: Path, answers: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """The exit status, and all that the terminal showed; the answers are typed ahead."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "TERM": "dumb", **(environment or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    shown = b""
    while piece := _read(ours):
        shown += piece
    os.close(ours)
    return process.wait(TIMEOUT_SECONDS), shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """Empty at the end, which Linux reports as an error once the other side is closed."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""
