"""Errors of the database: those that pass, those that must be repaired, and mistakes in a statement."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from booking.domain.error_text import one_line
from booking.domain.errors import OutOfOrder, TryAgain
from booking.encryption.cipher import UnreadableValue
from booking.encryption.key_ring import KeyProblem
from booking.storage.connection.error_causes import explain

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
SQLSTATES_OF_DAMAGE = ("XX001", "XX002")  # of data, of an index
SQLSTATES_TO_REPAIR = (
    *SQLSTATES_OF_DAMAGE,
    "28",  # not let in
    "3D",  # no such database
    "42501",  # no right to a table
)
SQLITE_CODES_OF_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SQLITE_CODES_TO_REPAIR = {*SQLITE_CODES_OF_DAMAGE, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_PERM}
PRIMARY_CODE_MASK = 0xFF  # SQLite puts details into the higher bytes.


@dataclass
class Unreadable(OutOfOrder):
    """Stored data that were altered outside this program. The log names the row."""

    message: str = "These data can't be read. Please call us."


@contextmanager
def database_errors_as_refusals(url: str) -> Iterator[None]:
    """Translate errors of the database that `url` names, and log their cause.

    The transaction was rolled back then, unless the connection was cut in the very moment of the commit: only
    a repeat with the same idempotency key makes certain.

    Raises:
        TryAgain: the database can't answer just now.
        OutOfOrder: nor will it, until its operator has repaired it.
    """
    try:
        yield
    except (DBAPIError, NoFreeConnection, OSError) as error:
        if (refusal := _refusal(error)) is None:
            raise
        reason = explain(error, url) or one_line(getattr(error, "orig", error))
        log.warning("the database can't answer just now: %s", reason)
        raise refusal from error


@contextmanager
def key_problems_as_refusals() -> Iterator[None]:
    """Log what is wrong with keys or ciphertexts. Nothing is written then.

    Raises:
        OutOfOrder: the operator has to put the keys right.
        Unreadable: a value in the database was altered.
    """
    try:
        yield
    except KeyProblem as problem:
        log.error("%s", problem)
        raise OutOfOrder from problem
    except UnreadableValue as reason:
        log.error("%s", reason)
        raise Unreadable from reason


def is_transient(error: Exception) -> bool:
    """Whether a repeat may succeed."""
    return type(_refusal(error)) is TryAgain


def _refusal(error: Exception) -> TryAgain | None:
    """None for a mistake in a statement."""
    if not isinstance(error, DBAPIError) or isinstance(error, InterfaceError) or error.connection_invalidated:
        return TryAgain()
    code, sqlstate = _codes(error)
    if code in TRANSIENT_SQLITE_CODES or sqlstate.startswith(TRANSIENT_SQLSTATES):
        return TryAgain()
    if code in SQLITE_CODES_TO_REPAIR or sqlstate.startswith(SQLSTATES_TO_REPAIR):
        return OutOfOrder()
    return None


def refuses_changes(error: DBAPIError) -> bool:
    """Whether the database reads and doesn't write: it is read-only, locked, or its disk is full."""
    code, sqlstate = _codes(error)
    return code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY) or sqlstate in (
        "25006",
        "53100",
    )


def is_damage(error: BaseException | None) -> bool:
    """Whether a part of the database can't be read as what it was."""
    if not isinstance(error, DBAPIError):
        return False
    code, sqlstate = _codes(error)
    return code in SQLITE_CODES_OF_DAMAGE or sqlstate.startswith(SQLSTATES_OF_DAMAGE)


def _codes(error: DBAPIError) -> tuple[int, str]:
    """SQLite's primary code, or 0; PostgreSQL's SQLSTATE, or an empty text."""
    code = getattr(error.orig, "sqlite_errorcode", None) or 0
    return code & PRIMARY_CODE_MASK, getattr(error.orig, "sqlstate", None) or ""
