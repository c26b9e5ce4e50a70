"""The files of backups: for whom they are, what they hold, and which are refused."""

import asyncio
import gzip
import json
import resource
import secrets
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from booking.encryption.key_ring import new_key_encryption_key
from booking.storage.copies.archive import Header, writing_archive
from booking.storage.copies.restore import refuse_unless_empty
from booking.storage.database import Database
from booking.storage.key_store.reference import key_store_reference
from booking.storage.migrations.history import CORE_HISTORY
from booking.storage.migrations.upgrade import upgrade_to, with_connection
from tests.booking.audit.trails import stored_rows
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.command_line import ROOT, TIMEOUT_SECONDS
from tests.graphql_api.cli.maintenance.conftest import file_of, tables_in

pytestmark = pytest.mark.processes


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def key_file(clinic: ClinicCommands) -> Path:
    file = clinic.folder / "backup.key"
    file.touch(mode=0o600)
    file.write_text(f"{new_key_encryption_key()}\n")
    return file


async def test_a_backup_is_for_its_owner_alone_and_leaves_a_row_in_the_audit_trail(
    clinic: ClinicCommands, database: Database
) -> None:
    said = json.loads((await clinic.lines("backup", "clinic.backup", "--json"))[0])

    file = clinic.folder / "clinic.backup"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (said["key"], said["tables"]["appointments"], said["tables"]["patients"]) == (None, 2, 2)
    [row] = await stored_rows(database)
    assert (row["action"], row["detail"], row["patient"]) == ("export", "database backed up", None)
    assert [each.name for each in clinic.folder.glob("*.part")] == []


async def test_a_backup_holds_no_readable_data_and_no_key(clinic: ClinicCommands) -> None:
    await clinic.lines("backup", "clinic.backup")

    first_line, _, packed = (clinic.folder / "clinic.backup").read_bytes().partition(b"\n")
    text = gzip.decompress(packed)
    assert first_line == b"book-online backup 1 plain"
    assert b'"table":"patients"' in text
    assert b'"table":"data_keys"' not in text
    assert b"Zebra" not in text
    assert b"zebra0@example.com" not in text


async def test_a_restore_needs_the_key_store_of_the_backup(
    clinic: ClinicCommands, empty_sqlite: str, tmp_path: Path
) -> None:
    await clinic.lines("backup", "clinic.backup")
    away = {"BOOK_ONLINE_DATA_KEYS_URL": f"sqlite:///{tmp_path}/none.sqlite3", "DATABASE_URL": empty_sqlite}

    said = await clinic.sentence("restore", "clinic.backup", **away)

    assert "there is no key store" in said
    assert tables_in(empty_sqlite) == []
    assert (await clinic.run("restore", "--verify", "clinic.backup", **away)).returncode == 0


@pytest.mark.parametrize("is_encrypted", [False, True])
async def test_a_file_that_was_cut_off_or_altered_is_refused_before_anything_is_written(
    clinic: ClinicCommands, empty_sqlite: str, key_file: Path, is_encrypted: bool
) -> None:
    key = ("--key-file", str(key_file)) if is_encrypted else ()
    await clinic.lines("backup", "clinic.backup", *key)
    file = clinic.folder / "clinic.backup"
    whole = file.read_bytes()
    middle, last = len(whole) // 2, len(whole) - 1

    for content in (
        *(whole[:at] for at in (30, middle, last)),
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (middle, last)),
        whole + b"more",
    ):
        file.write_bytes(content)
        said = await clinic.sentence("restore", "clinic.backup", *key, DATABASE_URL=empty_sqlite)
        assert "was cut off or altered after it was made" in said
    assert tables_in(empty_sqlite) == []


async def test_files_and_keys_that_cannot_be_used_are_refused_in_a_sentence(
    clinic: ClinicCommands, key_file: Path
) -> None:
    await clinic.lines("backup", "clinic.backup", "--key-file", str(key_file))
    (clinic.folder / "other.key").touch(mode=0o600)
    (clinic.folder / "other.key").write_text(f"{new_key_encryption_key()}\n")
    newer = b"book-online backup 2 plain\n"
    (clinic.folder / "newer.backup").write_bytes(newer)
    for arguments, sentence in {
        ("restore", "clinic.backup"): "is encrypted with kek-",
        ("restore", "clinic.backup", "--key-file", "other.key"): "and the key file has only kek-",
        ("restore", "clinic.backup", "--key-file", "none.key"): "there is no key file none.key",
        ("restore", "clinic.toml"): "clinic.toml is no backup of Book Online",
        ("restore", "none.backup"): "there is no file none.backup",
        ("restore", "newer.backup"): "was made by a newer version",
        ("backup", "clinic.toml"): "clinic.toml is there, and is no backup",
        ("backup", "nowhere/clinic.backup"): "there is no file nowhere/",
    }.items():
        assert sentence in await clinic.sentence(*arguments), arguments


async def test_an_empty_database_is_not_backed_up(clinic: ClinicCommands, empty_sqlite: str) -> None:
    file_of(empty_sqlite).touch()
    assert "the database is empty" in await clinic.sentence("backup", "a.backup", DATABASE_URL=empty_sqlite)
    assert not (clinic.folder / "a.backup").exists()


@pytest.mark.parametrize(
    ("revisions", "sentence"),
    [
        ({"alembic_version": "9999"}, "the backup is newer than this program"),
        ({"alembic_version": "0053", "crm_alembic_version": "0001"}, "tables of the feature 'crm'"),
    ],
)
async def test_a_backup_of_what_is_not_installed_here_is_refused(
    clinic: ClinicCommands, empty_sqlite: str, revisions: dict[str, str], sentence: str
) -> None:
    with (clinic.folder / "other.backup").open("wb") as file, writing_archive(file, None) as archive:
        now = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
        archive.write_header(Header(now, "9.0.0", "sqlite", revisions, "0" * 32))

    assert sentence in await clinic.sentence("restore", "other.backup", DATABASE_URL=empty_sqlite)

    assert tables_in(empty_sqlite) == []


async def test_an_older_backup_is_brought_to_todays_tables(clinic: ClinicCommands, empty_sqlite: str) -> None:
    older = f"sqlite:///{clinic.folder / 'older.sqlite3'}"
    reference = await asyncio.to_thread(with_connection, clinic.url, key_store_reference)
    fill = f"INSERT INTO key_store (id, key_store) VALUES (1, '{reference}')"

    def make_tables(connection: Connection) -> None:
        upgrade_to(connection, {CORE_HISTORY: "0040"}, refuse_unless_empty)
        connection.exec_driver_sql(fill)

    await asyncio.to_thread(with_connection, older, make_tables, writes=True, creates=True)
    await clinic.lines("backup", "older.backup", DATABASE_URL=older)

    await clinic.lines("restore", "older.backup", DATABASE_URL=empty_sqlite)

    assert await clinic.lines("audit", "verify", DATABASE_URL=empty_sqlite)
    assert len(tables_in(empty_sqlite)) > len(tables_in(older))


async def test_a_full_disk_leaves_the_earlier_backup(clinic: ClinicCommands, sqlite_url: str) -> None:
    await clinic.lines("backup", "clinic.backup")
    earlier = (clinic.folder / "clinic.backup").read_bytes()
    with closing(sqlite3.connect(file_of(sqlite_url))) as connection:
        names = [(secrets.token_hex(32),) for _ in range(5_000)]
        connection.executemany("INSERT INTO outbox_listeners (name) VALUES (?)", names)
        connection.commit()
    limit = 100_000

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "graphql_api.cli.main", "backup", "clinic.backup"],
            cwd=clinic.folder,
            env={"PYTHONPATH": str(ROOT), **clinic.environment},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )

    done = await asyncio.to_thread(run)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "book-online: clinic.backup can't be used: File too large\n"
    assert (clinic.folder / "clinic.backup").read_bytes() == earlier
    assert sorted(each.name for each in clinic.folder.iterdir()) == [
        *("clinic.backup", "clinic.key", "clinic.toml")
    ]
