"""Where a clinic's key store is, unless a setting names another place; a new database on PostgreSQL."""

import re
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from booking.encryption.key_ring import KeyProblem
from booking.storage.engine import database_url, engine_for

INSUFFICIENT_PRIVILEGE = "42501"
MADE_MEANWHILE = ("42P04", "23505")
DEFAULT_KEY_FILE = "book-online.key"
URL = re.compile(r"(?P<kind>[a-z0-9+]+)(?P<server>://[^/?]*/)(?P<name>[^?]*)(?P<query>(?:\?.*)?)", re.DOTALL)
"""Several hosts are no URL to SQLAlchemy; the key store is at the same ones."""


def key_store_url(url: str) -> str:
    """Beside the clinic's database: `clinic-keys.sqlite3`, or `clinic_keys` on the same server."""
    parts = URL.fullmatch(url)
    if parts is None:
        return url  # Opening the clinic's database says what is wrong with it.
    name = Path(parts["name"])
    beside = f"{parts['name']}_keys"
    if parts["kind"].startswith("sqlite"):
        beside = str(name.with_name(f"{name.stem}-keys{name.suffix}")) if name.name else ""
    return f"{parts['kind']}{parts['server']}{beside}{parts['query']}"


def key_file_path(url: str) -> Path:
    """Beside a SQLite file, `clinic.key`; with PostgreSQL, `book-online.key` in the current folder."""
    parts = URL.fullmatch(url)
    if parts and parts["kind"].startswith("sqlite") and Path(parts["name"]).name:
        return Path(parts["name"].removeprefix("file:")).with_suffix(".key")
    return Path(DEFAULT_KEY_FILE)


async def make_key_database(clinic_url: str, store_url: str) -> None:
    """Make the key store's database on the clinic's PostgreSQL server, if it isn't there.

    Raises:
        KeyProblem: the server doesn't allow it.
    """
    clinic, store = database_url(clinic_url), database_url(store_url)
    is_same_server = (clinic.host, clinic.port, clinic.query) == (store.host, store.port, store.query)
    if store.drivername.startswith("sqlite") or not is_same_server or clinic.database == store.database:
        return
    engine = engine_for(clinic_url)
    try:
        await _create(engine, str(store.database))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != INSUFFICIENT_PRIVILEGE:
            raise
        raise KeyProblem(
            f"the data keys need a database of their own, and {clinic.username} may not make it: run "
            f"`CREATE DATABASE {store.database} OWNER {clinic.username}` as an administrator, or name "
            "another place in BOOK_ONLINE_DATA_KEYS_URL"
        ) from error
    finally:
        await engine.dispose()


async def _create(engine: AsyncEngine, name: str) -> None:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        is_there = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if await connection.scalar(is_there, {"name": name}):
            return
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        try:
            await connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in MADE_MEANWHILE:
                raise
