"""Restarts a server at each change of a file that it was started from, for development."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from graphql_api.extensions.discovery import ENTRY_POINT_GROUP

ROOT = Path(__file__).parents[2]
FOLDERS = ("book_online", "booking", "build/widget", "feeds", "graphql_api", "locales", "web")
SUFFIXES = (".css", ".html", ".js", ".json", ".py", ".toml")
POLL_SECONDS = 0.3
STOP_SECONDS = 3
"""A server ends no sooner than its last connection; one that streams events may stay open for ever."""


def run_reloading(command: Sequence[str], clinic_file: Path) -> NoReturn:
    """Run the command; at each change end it and run it again, also one that failed to start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server ends too
    folders = [*(ROOT / name for name in FOLDERS), *_feature_folders()]
    while True:
        before = _modified(folders, clinic_file)
        server = subprocess.Popen(command)  # noqa: S603  (the very command that runs)
        try:
            while _modified(folders, clinic_file) == before:
                time.sleep(POLL_SECONDS)
        finally:
            _stop(server)
        print("  A file has changed: the server starts again.", flush=True)  # noqa: T201  (of the command `serve`)


def _feature_folders() -> Iterator[Path]:
    """The folders of installed features that are not in site-packages, as in a checkout."""
    for point in entry_points(group=ENTRY_POINT_GROUP):
        spec = find_spec(point.module.partition(".")[0])
        if spec and spec.origin and "site-packages" not in spec.origin:
            yield Path(spec.origin).parent


def _modified(folders: Iterable[Path], clinic_file: Path) -> dict[Path, int]:
    files = [
        Path(folder, name)
        for top in folders
        for folder, _, names in os.walk(top)
        for name in names
        if name.endswith(SUFFIXES)
    ]
    return {file: file.stat().st_mtime_ns for file in [*files, clinic_file] if file.is_file()}


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
