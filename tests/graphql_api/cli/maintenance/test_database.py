"""`book-online database check`: whether the whole database can be read."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graphql_api.cli.main import main
from tests.support.clinics import open_clinic
from tests.support.databases import Postgres, open_database

WHOLE = "The database is whole.\n"
DAMAGED = "The database is damaged: stop the server, and put the newest backup in its place.\n"


@pytest.fixture
async def clinic_url(database_url: str) -> str:
    database = open_database(database_url)
    await open_clinic(database)
    await database.close()
    return database_url


def check(url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit status."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr("sys.argv", ["book-online", "database", "check"])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def test_a_whole_database(
    clinic_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(clinic_url, monkeypatch) == 0
    assert capsys.readouterr().out == WHOLE


def test_a_damaged_page_of_sqlite(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection:
        [page] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'outbox_deliveries'"
        ).fetchone()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * 4096)
        pages.write(b"\xa5" * 4096)

    assert check(sqlite_url, monkeypatch) == 1
    assert capsys.readouterr().out == f"{DAMAGED}  outbox_deliveries: database disk image is malformed\n"


def test_a_reference_of_sqlite_that_leads_nowhere(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute(
            "INSERT INTO outbox_deliveries (event, listener, attempts) VALUES ('00', 'mail', 0)"
        )
        connection.commit()

    assert check(sqlite_url, monkeypatch) == 1
    assert (
        "outbox_deliveries: row 1 refers to a row of outbox_events that is missing" in capsys.readouterr().out
    )


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no file" in str(check(f"sqlite:///{tmp_path}/none.sqlite3", monkeypatch))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_table_of_postgresql(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "damaged_one"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template_book_online STRATEGY FILE_COPY")
    try:
        postgres.damage(name, "alembic_version")
        assert check(postgres.url(name), monkeypatch) == 1
        first, *lines = capsys.readouterr().out.splitlines(keepends=True)
        assert first == DAMAGED
        assert [line.split(": ")[0] for line in lines] == ["  alembic_version"]
    finally:
        postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
