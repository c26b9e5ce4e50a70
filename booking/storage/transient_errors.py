"""Transient errors of the database, as opposed to mistakes in a statement."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from booking.domain.errors import TryAgain

log = logging.getLogger("book_online")

# https://www.postgresql.org/docs/current/errcodes-appendix.html: classes, and two codes of their own.
TRANSIENT_SQLSTATES = (
    "08",  # connection
    "40",  # rolled back: deadlock, serialization
    "53",  # disk full, out of memory, too many connections
    "57",  # shutting down, cancelled
    "58",  # I/O
    "25006",  # read-only
    "55P03",  # lock timeout
)
TRANSIENT_SQLITE_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
PRIMARY_CODE_MASK = 0xFF  # SQLite puts details into the higher bytes.


@contextmanager
def transient_errors_as_try_again() -> Iterator[None]:
    """Translate errors that may pass. The transaction was rolled back then.

    Unless the connection was cut in the very moment of the commit: then only a repeat with the same
    idempotency key makes certain.

    Raises:
        TryAgain: the database can't answer just now.
    """
    try:
        yield
    except (DBAPIError, NoFreeConnection, OSError) as error:
        if not _is_transient(error):
            raise
        log.warning("the database can't answer just now: %s", error)
        raise TryAgain from error


def _is_transient(error: Exception) -> bool:
    if not isinstance(error, DBAPIError) or isinstance(error, InterfaceError) or error.connection_invalidated:
        return True
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & PRIMARY_CODE_MASK in TRANSIENT_SQLITE_CODES
    return sqlstate.startswith(TRANSIENT_SQLSTATES)


def refuses_changes(error: DBAPIError) -> bool:
    """Whether the database reads and doesn't write: it is read-only, or its disk is full."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & PRIMARY_CODE_MASK in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)
    return str(getattr(error.orig, "sqlstate", None)) in ("25006", "53100")
