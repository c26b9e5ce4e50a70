"""Processes that keep a SQLite database locked, by Linux's own list of locks; elsewhere none is found.

The files are not opened for it: closing one would end SQLite's own locks of this process.
https://www.sqlite.org/src/artifact?ci=trunk&filename=src/os_unix.c (POSIX advisory locks)
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LOCKS = Path("/proc/locks")
"""`1: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120`: the process, and the device and inode of the file."""
STOPPED = ("T", "t")
"""https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""


def lock_holders(file: Path) -> list[str]:
    """`process 1234 (book-online), which is stopped`, for each other process with a lock to write."""
    with suppress(OSError):
        return [_described(process) for process in sorted(set(_writers(file)) - {os.getpid()})]
    return []


def _writers(file: Path) -> Iterator[int]:
    shared_memory = file.with_name(f"{file.name}-shm")
    inodes = {str(each.stat().st_ino) for each in (file, shared_memory) if each.exists()}
    for line in LOCKS.read_text().splitlines():
        match line.split():
            case [_, "POSIX", _, "WRITE", process, place, *_] if place.rpartition(":")[2] in inodes:
                yield int(process)


def _described(process: int) -> str:
    try:
        name, state = Path(f"/proc/{process}/stat").read_text().partition("(")[2].rsplit(")", 1)
    except OSError:
        return f"process {process}"
    return f"process {process} ({name}){', which is stopped' if state.split()[0] in STOPPED else ''}"
