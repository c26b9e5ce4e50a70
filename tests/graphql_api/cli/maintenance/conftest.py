"""A clinic with visits, empty databases of both kinds, and the commands of its operator."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from booking.storage.database import Database
from booking.storage.key_store.location import key_store_url
from tests.booking.notifications.bookings import make_booking
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.support.clinics import SAMPLE, open_clinic
from tests.support.databases import Postgres

NAME = "Zebra Patient"
EMPTY = "empty_clinic"
LONG_AGO = datetime(2020, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
async def clinic(database: Database, database_url: str, tmp_path: Path) -> ClinicCommands:
    """On both databases, the sample clinic with two visits. Commands on a copy find the same key store."""
    await open_clinic(database)
    for day in range(2):
        at = LONG_AGO + timedelta(days=day)
        await make_booking(
            database, at, email=f"zebra{day}@example.com", name=NAME, now=at - timedelta(days=1)
        )
    commands = ClinicCommands.on(database_url, tmp_path / "operator")
    commands.environment["BOOK_ONLINE_DATA_KEYS_URL"] = key_store_url(database_url)
    (commands.folder / "clinic.toml").write_text(SAMPLE, "utf-8")
    return commands


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    """The URL of a file that is not there."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def empty_postgresql(postgres: Postgres) -> Iterator[str]:
    postgres.run(f"CREATE DATABASE {EMPTY}")
    yield postgres.url(EMPTY)
    postgres.run(
        f"DROP DATABASE {EMPTY} WITH (FORCE)",
        f"DROP DATABASE IF EXISTS {EMPTY}_keys WITH (FORCE)",  # of a clinic that was moved
    )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database: the test runs with one of each kind."""
    url: str = request.getfixturevalue(f"empty_{request.param}")
    return url


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def tables_in(url: str) -> list[str]:
    """Of a SQLite file; a file that is not there has none."""
    file = file_of(url)
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        return [name for [name] in connection.execute("SELECT name FROM sqlite_master")]
