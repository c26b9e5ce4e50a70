"""`book-online data-keys backup` and `restore`: one file, which forgets nobody and brings nobody back."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from booking.storage.key_store.location import key_store_url
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.maintenance.conftest import NAME, file_of
from tests.support.databases import Postgres

pytestmark = pytest.mark.processes

FIND = ("patients", "find", "--email", "zebra1@example.com")


def remove_key_store(clinic: ClinicCommands, request: pytest.FixtureRequest) -> None:
    url = key_store_url(clinic.url)
    if url.startswith("sqlite"):
        for file in file_of(url).parent.glob(f"{file_of(url).name}*"):
            file.unlink()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


async def test_a_lost_key_store_comes_back_without_the_keys_of_erased_patients(
    clinic: ClinicCommands, request: pytest.FixtureRequest
) -> None:
    file = clinic.folder / "keys.backup"
    found = await clinic.lines(*FIND)
    [said] = await clinic.lines("data-keys", "backup", "keys.backup")
    assert said.startswith("keys.backup: 40 data keys, wrapped by the key-encryption key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await clinic.lines("backup", "clinic.backup")
    await clinic.lines("patients", "erase", "--email", "zebra0@example.com", "--yes")
    assert "key store is not empty" in await clinic.sentence("data-keys", "restore", "keys.backup")
    remove_key_store(clinic, request)

    lines = await clinic.lines("data-keys", "restore", "keys.backup")

    assert lines[0].startswith("Restored 40 data keys, as they were at 2")
    assert (
        lines[1] == "31 of them belong to no patient any more, or never did: destroyed again"
    )  # 30 in stock
    assert await clinic.lines(*FIND) == found
    assert found[0].split("\t")[1] == NAME
    assert (await clinic.run("audit", "verify")).returncode == 0
    await clinic.lines("data-keys", "backup", "keys.backup")  # Over the one with the erased patient's key.


async def test_a_key_store_that_lost_keys_does_not_replace_its_backup(
    clinic: ClinicCommands, request: pytest.FixtureRequest
) -> None:
    if clinic.url.startswith("postgresql"):
        pytest.skip("files are what is mixed up")
    store = file_of(key_store_url(clinic.url))
    older = store.with_name("older.sqlite3")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("VACUUM INTO ?", (str(older),))
    await clinic.lines("patients", "erase", "--email", "zebra0@example.com", "--yes")
    await clinic.lines("data-keys", "backup", "keys.backup")
    newest = (clinic.folder / "keys.backup").read_bytes()
    remove_key_store(clinic, request)
    older.rename(store)

    said = await clinic.sentence("data-keys", "backup", "keys.backup")

    assert said.startswith("the key store has 1 keys again that were destroyed in keys.backup")
    assert (clinic.folder / "keys.backup").read_bytes() == newest


async def test_files_that_are_no_backup_of_this_key_store_are_refused(
    clinic: ClinicCommands, tmp_path: Path, sqlite_url: str
) -> None:
    if clinic.url.startswith("postgresql"):
        pytest.skip("the file is what matters")
    await clinic.lines("backup", "clinic.backup")
    await clinic.lines("data-keys", "backup", "keys.backup")
    whole = (clinic.folder / "keys.backup").read_bytes()
    (clinic.folder / "cut.backup").write_bytes(whole[: len(whole) // 2])
    for arguments, sentence in {
        ("data-keys", "backup", "clinic.backup"): "clinic.backup is there, and is no backup of a key store",
        ("data-keys", "restore", "clinic.backup"): "clinic.backup is no backup of a key store",
        ("restore", "keys.backup"): "keys.backup is no backup of Book Online",
        ("data-keys", "restore", "cut.backup"): "was cut off or altered",
        ("data-keys", "restore", "none.backup"): "there is no file none.backup",
    }.items():
        assert sentence in await clinic.sentence(*arguments), arguments
