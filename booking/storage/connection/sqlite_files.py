"""The files of a SQLite database, which hold patients' names: for the server's user alone."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

PRIVATE_MODE = 0o600
SUFFIXES = ("", "-wal", "-shm")


def create_private(file: str) -> None:
    """Create the file that SQLite is about to open, unless it is there, for its owner alone.

    SQLite gives the files beside it the same mode. A failure is left to SQLite, which tells the reason.
    """
    if (path := path_of(file, creates=True)) is None:
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_MODE)
        try:
            os.fchmod(descriptor, PRIVATE_MODE)  # The umask took bits away, perhaps the owner's own.
        finally:
            os.close(descriptor)


def path_of(file: str, *, creates: bool = False) -> Path | None:
    """The path in the name or URI that SQLite opens; None without a file, or if one must not be created."""
    if not file.startswith("file:"):
        return Path(file)
    parts = urlsplit(file)
    mode = parse_qs(parts.query).get("mode", ["rwc"])[-1]
    if mode == "memory" or (creates and mode != "rwc"):
        return None
    return Path(unquote(parts.path))


def uri_of_existing(file: str) -> str:
    """The URI by which SQLite opens the file and creates none."""
    uri = file if file.startswith("file:") else f"file:{quote(str(Path(file).absolute()))}"
    return uri if "mode=" in uri else f"{uri}{'&' if '?' in uri else '?'}mode=rw"


def identity_of(file: str) -> tuple[int, int] | None:
    """Device and inode of the file; None if there is none.

    SQLite goes on to write into a file that was moved or deleted, where the next start does not find it.
    """
    try:
        found = Path(path_of(file) or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def files_readable_by_others(file: str) -> list[Path]:
    """The database's file and those beside it that other users of the machine may read or write."""
    path = path_of(file)
    found = [path.with_name(path.name + suffix) for suffix in SUFFIXES] if path else []
    return [each for each in found if each.exists() and stat.S_IMODE(each.stat().st_mode) & 0o077]
