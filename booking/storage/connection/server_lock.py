"""The lock by which a server finds out that another one works on the same SQLite file."""

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
