"""`book-online backup` and `restore`, on both databases and from one to the other."""

import asyncio
import signal
import subprocess
import sys

import pytest
from sqlalchemy import Connection, text

from booking.storage.copies.set_aside import FOREIGN_KEYS, TRIGGERS_OF_POSTGRESQL
from booking.storage.migrations.upgrade import with_connection
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.command_line import ROOT, TIMEOUT_SECONDS
from tests.graphql_api.cli.maintenance.conftest import NAME

pytestmark = pytest.mark.processes

SQLITE_SCHEMA = text("SELECT name, sql FROM sqlite_master")


def definitions(connection: Connection) -> list[list[str]]:
    """Of triggers, foreign keys and, on SQLite, all else; a migration may write constraints in any order."""
    is_sqlite = connection.dialect.name == "sqlite"
    queries = [SQLITE_SCHEMA] if is_sqlite else [TRIGGERS_OF_POSTGRESQL, FOREIGN_KEYS]
    rows = [tuple(map(str, row)) for query in queries for row in connection.execute(query)]
    return sorted([*names, *sorted(sql.split(","))] for *names, sql in rows)


async def test_a_restored_clinic_has_all_its_visits_and_reads_its_patients(
    clinic: ClinicCommands, empty_url: str
) -> None:
    await clinic.lines("backup", "clinic.backup")

    [line] = await clinic.lines("restore", "clinic.backup", DATABASE_URL=empty_url)

    assert line.startswith("Restored ")
    find = ("patients", "find", "--email", "zebra1@example.com")
    found, restored = await clinic.lines(*find), await clinic.lines(*find, DATABASE_URL=empty_url)
    assert restored == found
    assert restored[0].split("\t")[1] == NAME
    assert await clinic.lines("load", "--dry-run", DATABASE_URL=empty_url) == ["Nothing would change."]
    assert await clinic.lines("database", "check", DATABASE_URL=empty_url) == ["The database is whole."]
    assert (await clinic.run("audit", "verify", DATABASE_URL=empty_url)).returncode == 0


async def test_a_restored_database_is_defined_as_any_other(clinic: ClinicCommands, empty_url: str) -> None:
    if clinic.url.partition(":")[0] != empty_url.partition(":")[0]:
        pytest.skip("each kind is compared with itself")
    await clinic.lines("backup", "clinic.backup")
    await clinic.lines("restore", "clinic.backup", DATABASE_URL=empty_url)

    before = await asyncio.to_thread(with_connection, clinic.url, definitions)
    after = await asyncio.to_thread(with_connection, empty_url, definitions)

    assert before
    assert after == before


async def test_an_erased_patient_stays_erased_in_an_older_backup(
    clinic: ClinicCommands, empty_url: str
) -> None:
    await clinic.lines("backup", "older.backup")
    await clinic.lines("patients", "erase", "--email", "zebra1@example.com", "--yes")

    await clinic.lines("restore", "older.backup", DATABASE_URL=empty_url)
    await clinic.lines("retention", DATABASE_URL=empty_url)

    find = ("patients", "find", "--email")
    said = await clinic.sentence(*find, "zebra1@example.com", DATABASE_URL=empty_url)
    assert "No booking is stored" in said
    assert len(await clinic.lines(*find, "zebra0@example.com", DATABASE_URL=empty_url)) == 1


KILLED = """
import os, sys
from graphql_api.cli.maintenance import backup
from graphql_api.cli.main import main

def kill(done, total):
    if done > total // 2:
        os.kill(os.getpid(), 9)

backup.progress_bar = kill
sys.argv = ["book-online", "restore", "clinic.backup"]
main()
"""


async def test_a_restore_that_is_killed_leaves_an_empty_database(
    clinic: ClinicCommands, empty_url: str
) -> None:
    await clinic.lines("backup", "clinic.backup")
    environment = {"PYTHONPATH": str(ROOT), **clinic.environment, "DATABASE_URL": empty_url}
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED],
        cwd=clinic.folder,
        env=environment,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL
    assert (await clinic.lines("restore", "clinic.backup", DATABASE_URL=empty_url))[0].startswith("Restored")
    said = await clinic.sentence("restore", "clinic.backup", DATABASE_URL=empty_url)
    assert said.startswith("the database is not empty (it has ")
