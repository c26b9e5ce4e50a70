"""Causes: one table from errors of the database and of files to a sentence that says what to do.

The key of an error is its SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), the name
of its SQLite code (https://www.sqlite.org/rescode.html), or the name of its errno.
"""

import errno
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import gaierror

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from booking.domain.error_text import one_line
from booking.storage.connection.lock_holders import lock_holders
from booking.storage.connection.postgresql_url import DEFAULT_PORT, UnusableUrl
from booking.storage.connection.sqlite_dialect import DRIVER
from booking.storage.connection.sqlite_files import path_of
from booking.storage.connection.write_fence import MOVED, MOVING, refusal_in
from booking.storage.engine import PoolerUnexpected, database_url

MISTAKES = ("22", "23", "42", "SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_MISUSE")
"""Beginnings of keys whose cause is a statement, not the operator: their traceback is needed."""
RESTORE = "put the newest backup in its place (docs/how-to/run.md)"


@dataclass(frozen=True)
class Place:
    """What DATABASE_URL names, in words without the password."""

    url: URL

    @property
    def file(self) -> Path:
        return path_of(self.url.database or "") or Path()

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == DRIVER

    @property
    def folder(self) -> Path:
        return self.file.absolute().parent

    @property
    def address(self) -> str:
        hosts = (
            self.url.query.get("host") or f"{self.url.host or 'localhost'}:{self.url.port or DEFAULT_PORT}"
        )
        return hosts if isinstance(hosts, str) else ",".join(hosts)

    def fill(self, sentence: str, reason: str) -> str:
        """The sentence with these words in the places of their names."""
        words = {
            "file": self.file,
            "folder": self.folder,
            "address": self.address,
            "database": self.url.database or self.url.username,
            "user": self.url.username or "of the system",
            "reason": reason,
        }
        if "{holders}" in sentence:
            words["holders"] = " and ".join(lock_holders(self.file)) or "another process"
        filled = sentence.format_map(words)
        password = self.url.password
        return filled.replace(password, "***") if password and len(password) > 1 else filled


@dataclass(frozen=True)
class Cause:
    """`codes` are beginnings of keys; `applies` tells apart causes that have the same code."""

    codes: tuple[str, ...]
    sentence: str
    applies: Callable[[Place], bool] = lambda _place: True


def _is_missing_folder(place: Place) -> bool:
    return not place.folder.is_dir()


def _is_unreadable(place: Place) -> bool:
    return place.file.exists() and not os.access(place.file, os.R_OK | os.W_OK)


CAUSES = (
    Cause(
        (MOVING.sqlstate,),
        "the clinic is being moved to another database, and takes no change meanwhile: wait until it is "
        "done, or `book-online move --give-up`",
    ),
    Cause(
        (MOVED.sqlstate,),
        "the clinic was moved to another database, which `book-online doctor` names: correct DATABASE_URL",
    ),
    Cause(
        ("SQLITE_CANTOPEN",),
        "there is no folder {folder} for the database: make it, or change DATABASE_URL",
        _is_missing_folder,
    ),
    Cause(
        ("SQLITE_CANTOPEN", "SQLITE_IOERR"),
        "{file} is a folder: DATABASE_URL must name a file",
        lambda place: place.file.is_dir(),
    ),
    Cause(
        ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM"),
        "{file} can't be read and written by the user that runs this: make that user its owner (chown)",
        _is_unreadable,
    ),
    Cause(
        ("SQLITE_CANTOPEN",),
        "there is no file {file} any more: put it back, or the newest backup in its place",
        lambda place: not place.file.exists() and os.access(place.folder, os.W_OK),
    ),
    Cause(
        ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM"),
        "the folder {folder} can't be written by the user that runs this, and SQLite needs files beside "
        "{file}: make that user its owner (chown), or change DATABASE_URL",
    ),
    Cause(("SQLITE_NOTADB",), "{file} is no database of Book Online: DATABASE_URL names another file"),
    Cause(
        ("SQLITE_CORRUPT",),
        "the database {file} is damaged (`book-online database check` says where): stop the server, and "
        + RESTORE,
    ),
    Cause(("SQLITE_FULL", "53100"), "the disk of the database is full: make room, and start again"),
    Cause(
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "{holders} keeps the database {file} locked: wait for it, or end it",
    ),
    Cause(
        ("ETIMEDOUT",),
        "changes of the database {file} wait too long for their turn: another one takes long",
        lambda place: place.is_sqlite,
    ),
    Cause(
        ("SQLITE_IOERR", "58", "XX001", "XX002"),
        "the disk of the database fails or its files are damaged ({reason}): check the disk, and restore the "
        "newest backup if needed",
    ),
    Cause(
        ("no such table", "42P01", "42703"),
        "the database has not the tables of this version ({reason}): `book-online load` makes them",
    ),
    # PostgreSQL
    Cause(("28P01",), "PostgreSQL at {address} refuses the password of user {user}: correct DATABASE_URL"),
    Cause(
        ("28",),
        "PostgreSQL at {address} does not let user {user} in ({reason}): correct DATABASE_URL, or make the "
        "user and allow it in pg_hba.conf",
    ),
    Cause(
        ("3D000",),
        "PostgreSQL at {address} has no database {database}: make it (createdb --owner={user} {database}), "
        "or correct DATABASE_URL",
    ),
    Cause(
        ("42501", "3F000"),
        "user {user} may not make or use tables in the database {database}: make that user its owner "
        "(ALTER DATABASE {database} OWNER TO {user})",
    ),
    Cause(
        ("53300",),
        "PostgreSQL at {address} has no connection left: raise max_connections, or run fewer servers (each "
        "takes 20 at most)",
    ),
    Cause(
        ("25006",),
        "PostgreSQL at {address} is read-only, as a standby is: name the primary server in DATABASE_URL, or "
        "several with target_session_attrs=primary",
    ),
    Cause(
        ("no host matches",),
        "no server at {address} is of the kind that target_session_attrs in DATABASE_URL asks for: start it, "
        "or name another one",
    ),
    Cause(
        ("pooler", "42P05", "26000"),
        "a pooler such as PgBouncer stands in front of PostgreSQL at {address}: add pgbouncer=true to "
        "DATABASE_URL",
    ),
    Cause(
        ("statement pooling",),
        "PgBouncer at {address} has pool_mode = statement, which allows no transaction: set transaction",
    ),
    Cause(("57P",), "PostgreSQL at {address} is starting or stopping: wait a moment, and start again"),
    Cause(
        ("55P03", "57014"),
        "another process keeps a table of the database {database} locked: wait for it or stop it, and "
        "start again",
    ),
    Cause(
        ("no TLS",),
        "PostgreSQL at {address} offers no TLS, and DATABASE_URL demands it: turn `ssl` on there, or change "
        "sslmode",
    ),
    Cause(
        ("TLS",),
        "the certificate or TLS of PostgreSQL at {address} is not accepted ({reason}): correct sslmode or "
        "sslrootcert in DATABASE_URL",
    ),
    Cause(("unknown host",), "no host is called as DATABASE_URL says ({address}): correct its name"),
    Cause(
        ("ECONNREFUSED", "ENOENT", "ENOTSOCK"),
        "nothing listens at {address}: start PostgreSQL there, or correct DATABASE_URL",
    ),
    Cause(
        ("ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ECONNRESET", "EPIPE", "08", "network"),
        "PostgreSQL at {address} gives no answer ({reason}): is it the right address in DATABASE_URL, and "
        "may this machine reach it?",
    ),
)
FILE_CAUSES = {
    "ENOENT": "there is no file {file}: make it, or name another one",
    "EACCES": "{file} can't be opened by the user that runs this: let that user read it (chown, chmod)",
    "EPERM": "{file} can't be opened by the user that runs this: let that user read it (chown, chmod)",
    "EISDIR": "{file} is a folder: name a file",
    "ENOTDIR": "{file} can't be: a part of its path is a file, not a folder",
    "ELOOP": "{file} is a link that leads to itself: name the file",
    "ENOSPC": "the disk is full, so that {file} can't be written: make room",
    "EROFS": "{file} is on a disk that can't be written",
}


def explain(error: BaseException, url: str) -> str | None:
    """The sentence for an error of a file, or of the database that the URL names; None for any other."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, OSError) and each.filename is not None and not isinstance(each, ssl.SSLError):
            sentence = FILE_CAUSES.get(_errno_name(each), "{file} can't be used: {reason}")
            return sentence.format(file=each.filename, reason=each.strerror)
    try:
        place = Place(database_url(url))
    except UnusableUrl as unusable:
        return str(unusable)
    for each in chain:
        key, reason = _key(each), one_line(each)
        for cause in CAUSES if key else ():
            if key.startswith(cause.codes) and cause.applies(place):
                return place.fill(cause.sentence, reason)
    if any(_key(each).startswith(MISTAKES) for each in chain):
        return None
    if unexplained := [each for each in chain if isinstance(each, (DBAPIError, NoFreeConnection, OSError))]:
        innermost = getattr(unexplained[-1], "orig", None) or unexplained[-1]
        where = "{file}" if place.is_sqlite else "{database} at {address}"
        return place.fill(f"the database {where} can't be used: {{reason}}", one_line(innermost))
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from; a driver's error comes after SQLAlchemy's."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "orig", None) or error.__cause__


def _key(error: BaseException) -> str:
    """Empty if the error has none, and for SQLAlchemy's, whose text holds a statement."""
    if isinstance(error, DBAPIError):
        return ""
    if refusal := refusal_in(error):
        return refusal.sqlstate
    if isinstance(error, PoolerUnexpected) or "unsupported startup parameter" in str(error):
        return "pooler"
    if "statement pooling mode" in str(error):
        return "statement pooling"
    if str(error).startswith(("no such table", "no such column")):
        return "no such table"
    if name := getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None):
        return str(name)
    match error:
        case gaierror():
            return "unknown host"
        case ssl.SSLError():
            return "TLS"
        case asyncpg.TargetServerAttributeNotMatched():
            return "no host matches"
        case ConnectionError() if "rejected SSL" in str(error):
            return "no TLS"
        case TimeoutError():
            return "ETIMEDOUT"
        case OSError():
            # An error for several addresses has no number, and tells those of all.
            is_refused = error.errno is None and "Connect call failed" in str(error)
            return "ECONNREFUSED" if is_refused else _errno_name(error) or "network"
    return ""


def _errno_name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "")
