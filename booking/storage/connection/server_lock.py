"""Locks beside a SQLite file: the one of servers, which they share, and those for a single process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booking.storage.connection.sqlite_files import PRIVATE_MODE

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX = "-server"


@contextmanager
def server_lock(file: Path) -> Iterator[bool]:
    """Shared by all servers of a database until they end, however that is. Yields whether it is alone."""
    if fcntl is None:
        yield True
        return
    # A file of its own: to close one of SQLite's would end SQLite's locks of this process.
    descriptor = os.open(file.with_name(file.name + SUFFIX), os.O_RDWR | os.O_CREAT, PRIVATE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_alone = True
        except BlockingIOError:
            is_alone = False
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield is_alone
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_lock(file: Path, suffix: str) -> Iterator[bool]:
    """Held by one process until it ends, however that is. Yields whether it is this one."""
    if fcntl is None:
        yield True
        return
    lock = file.with_name(file.name + suffix)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, PRIVATE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
