"""What an operator can get wrong, really provoked: each ends in one sentence that says what to do."""

import os
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import make_url

from graphql_api.cli.main import main
from graphql_api.settings import Settings
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import SAMPLE
from tests.support.databases import Postgres
from tests.support.live_server import reserved_port

pytestmark = pytest.mark.processes

PASSWORD = "secret-word-of-the-database"
COMMANDS = (["load"], ["load", "--dry-run"], ["keys", "list"], ["serve", "--port", "0"])
NOBODY = 65_534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    return tmp_path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, as none of pytest's own is."""
    with tempfile.TemporaryDirectory(prefix="book-online-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "clinic.toml").write_text(SAMPLE, "utf-8")
        yield folder


def sentence_of(folder: Path, url: str, *command: str, as_nobody: bool = False) -> str:
    """What the command says. It fails, in one line, which has no traceback and no password.

    `serve` is a process of its own, as is a command of the user nobody; others run in this one.
    """
    if as_nobody or command[0] == "serve":
        user = NOBODY if as_nobody else None
        done = run_command(*command, folder=folder, environment={"DATABASE_URL": url}, user=user)
        assert done.returncode == 1, done.stdout + done.stderr
        output, said = done.stdout, done.stderr
    else:
        output, said = _here(folder, url, *command)
    assert output == ""
    assert PASSWORD not in said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("book-online: ")
    return said.removeprefix("book-online: ").strip()


def _here(folder: Path, url: str, *command: str) -> tuple[str, str]:
    output = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        if url.startswith("postgresql"):
            patch.setenv("BOOK_ONLINE_KEY_FILE", str(Settings(url).key_encryption_file.path.absolute()))
        patch.chdir(folder)
        patch.setenv("DATABASE_URL", url)
        patch.setattr(sys, "argv", ["book-online", *command])
        with redirect_stdout(output), pytest.raises(SystemExit) as end:
            main()
    return output.getvalue(), str(end.value)


@contextmanager
def server_with(postgres: Postgres, *statements: str, undo: str) -> Iterator[None]:
    postgres.run(*statements)
    try:
        yield
    finally:
        postgres.run(*undo.split(";"))


@pytest.mark.parametrize("command", COMMANDS[:-1])
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("hello", "DATABASE_URL is no URL"),
        (f"mysql://u:{PASSWORD}@host/name", "DATABASE_URL starts with 'mysql'"),
        (f"postgresql://u:{PASSWORD}@host:port/name", "DATABASE_URL can't be read"),
        (f"postgresql://u:{PASSWORD}@host:99999/name", "a port must be a number from 1 to 65535"),
        (f"postgresql://u:{PASSWORD}@a:1,b:99999/name", "a port must be a number from 1 to 65535"),
        (f"postgresql://u:{PASSWORD}@host/name?sslmod=require", "did you mean 'sslmode'?"),
        (f"postgresql://u:{PASSWORD}@host/name?sslmode=yes", "sslmode must be one of disable, allow"),
        (f"postgresql://u:{PASSWORD}@host/name?sslrootcert=/nowhere.pem", "there is no file /nowhere.pem"),
        (f"postgresql://u:{PASSWORD}@host/name?channel_binding=require", "channel_binding must be one of"),
        (
            f"postgresql://u:{PASSWORD}@host/name?connect_timeout=soon",
            "connect_timeout must be a whole number",
        ),
        ("sqlite://", "DATABASE_URL names no file"),
        ("sqlite://clinic.sqlite3", "DATABASE_URL names no file"),
        ("sqlite:///clinic.sqlite3?timeot=3", "unknown word 'timeot'"),
        ("sqlite:///clinic.sqlite3?timeout=soon", "timeout must be a number"),
    ],
)
def test_urls_that_cannot_be_used(folder: Path, command: list[str], url: str, sentence: str) -> None:
    assert sentence in sentence_of(folder, url, *command)


@pytest.mark.parametrize("command", COMMANDS)
def test_sqlite_files_that_cannot_be_used(folder: Path, command: list[str]) -> None:
    (folder / "a-folder").mkdir()
    (folder / "other").write_text("A letter to the clinic, which is long enough. " * 9)
    for path, sentence in {
        "none/clinic.sqlite3": f"there is no folder {folder}/none for the database: make it",
        "a-folder": "a-folder is a folder: DATABASE_URL must name a file",
        "other": "other is no database of Book Online",
    }.items():
        assert sentence in sentence_of(folder, f"sqlite:///{path}", *command)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("command", COMMANDS)
def test_sqlite_files_of_another_user(open_folder: Path, command: list[str], migrated_sqlite: Path) -> None:
    folder = open_folder
    closed, locked = folder / "closed.sqlite3", folder / "locked"
    closed.write_bytes(migrated_sqlite.read_bytes())
    closed.chmod(0o600)
    locked.mkdir()
    (locked / "clinic.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    (locked / "clinic.sqlite3").chmod(0o666)
    (locked / "new").mkdir()
    for path, sentence in {
        "closed.sqlite3": "can't be read and written by the user that runs this",
        "locked/clinic.sqlite3": "can't be written by the user that runs this, and SQLite needs files beside",
    }.items():
        assert sentence in sentence_of(folder, f"sqlite:///{path}", *command, as_nobody=True)
    if command != COMMANDS[1] and command != COMMANDS[2]:
        said = sentence_of(folder, "sqlite:///locked/new/clinic.sqlite3", *command, as_nobody=True)
        assert "can't be written by the user" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_clinic_file_that_may_not_be_read(open_folder: Path) -> None:
    (open_folder / "clinic.toml").chmod(0o600)

    said = sentence_of(open_folder, "sqlite:///clinic.sqlite3", "load", as_nobody=True)

    assert said.startswith("clinic.toml can't be opened by the user that runs this: let that user read it")


def test_clinic_files_that_are_none(folder: Path) -> None:
    assert "is a folder: name a file" in sentence_of(folder, "sqlite:///c.sqlite3", "load", ".")
    assert "there is no file none.toml" in sentence_of(folder, "sqlite:///c.sqlite3", "load", "none.toml")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_sqlite_file(folder: Path, command: list[str], migrated_sqlite: Path) -> None:
    content = bytearray(migrated_sqlite.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    (folder / "damaged.sqlite3").write_bytes(content)

    said = sentence_of(folder, "sqlite:///damaged.sqlite3", *command)

    assert "damaged.sqlite3 is damaged" in said
    assert "stop the server, and put the newest backup in its place" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_sqlite_file_newer_than_the_program(
    folder: Path, command: list[str], migrated_sqlite: Path
) -> None:
    (folder / "newer.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with closing(sqlite3.connect(folder / "newer.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999', oldest_program = '9998'")
        connection.commit()

    assert "is newer than this program" in sentence_of(folder, "sqlite:///newer.sqlite3", *command)


def test_a_sqlite_file_that_is_locked(folder: Path, migrated_sqlite: Path) -> None:
    (folder / "locked.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with closing(sqlite3.connect(folder / "locked.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")

        said = sentence_of(folder, "sqlite:///locked.sqlite3?timeout=1", "load")

    assert "another process keeps the database locked.sqlite3 locked" in said


def test_commands_on_a_database_without_tables_make_none(folder: Path) -> None:
    for command in (["keys", "list"], ["webhooks", "list"], ["outbox", "list"], ["appointments", "check"]):
        said = sentence_of(folder, "sqlite:///none.sqlite3", *command)
        assert "`book-online load` makes its tables" in said
    assert not (folder / "none.sqlite3").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_postgresql_that_cannot_be_reached(folder: Path, command: list[str]) -> None:
    with reserved_port() as port:
        for host, sentence in {
            f"127.0.0.1:{port}": f"nothing listens at 127.0.0.1:{port}",
            f"localhost:{port}": f"nothing listens at localhost:{port}",
            f"127.0.0.1:{port},127.0.0.1:{port}": "nothing listens at",
            "no-such-host.invalid": "no host is called as DATABASE_URL says (no-such-host.invalid:5432)",
        }.items():
            assert sentence in sentence_of(folder, f"postgresql://u:{PASSWORD}@{host}/name", *command)
    said = sentence_of(folder, f"postgresql://u:{PASSWORD}@/name?host={folder}", *command)
    assert f"nothing listens at {folder}" in said


def test_a_server_that_is_silent(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        url = f"postgresql://u:{PASSWORD}@{address}/name?connect_timeout=2"
        assert f"PostgreSQL at {address} gives no answer" in sentence_of(folder, url, "load")


@pytest.mark.parametrize("command", COMMANDS)
def test_postgresql_that_refuses(folder: Path, command: list[str], postgres: Postgres) -> None:
    url = make_url(postgres.url("none"))
    assert "has no database none: make it" in sentence_of(folder, str(url), *command)
    stranger = str(url.set(username="stranger"))
    assert "does not let user stranger in" in sentence_of(folder, stranger, *command)


def test_a_user_who_may_not_make_tables(folder: Path, postgres: Postgres) -> None:
    undo = "DROP DATABASE empty_one;DROP ROLE guest"
    with server_with(postgres, "CREATE ROLE guest LOGIN", "CREATE DATABASE empty_one", undo=undo):
        url = str(make_url(postgres.url("empty_one")).set(username="guest"))
        for command in (["load"], ["serve", "--port", "0"]):
            said = sentence_of(folder, url, *command)
            assert "guest may not make it: run `CREATE DATABASE empty_one_keys OWNER guest`" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_user_who_may_not_read_tables(
    folder: Path, command: list[str], postgres: Postgres, postgresql_url: str
) -> None:
    with server_with(postgres, "CREATE ROLE visitor LOGIN", undo="DROP ROLE visitor"):
        url = str(make_url(postgresql_url).set(username="visitor"))
        assert "user visitor may not make or use tables" in sentence_of(folder, url, *command)


def test_postgresql_without_a_connection_left(folder: Path, postgres: Postgres, postgresql_url: str) -> None:
    url = make_url(postgresql_url)
    crowd = ("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0",)
    with server_with(postgres, *crowd, undo="DROP ROLE crowd"):
        said = sentence_of(folder, str(url.set(username="crowd")), "load")
    assert "has no connection left: raise max_connections" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_postgresql_newer_than_the_program(
    folder: Path, command: list[str], postgres: Postgres, postgresql_url: str
) -> None:
    name = make_url(postgresql_url).database
    postgres.run_in(str(name), "UPDATE alembic_version SET version_num = '9999', oldest_program = '9998'")

    assert "is newer than this program" in sentence_of(folder, postgresql_url, *command)


def test_postgresql_that_is_read_only(folder: Path, postgres: Postgres, postgresql_url: str) -> None:
    name = make_url(postgresql_url).database
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    assert "is read-only, as a standby is" in sentence_of(folder, postgresql_url, "load")


def test_load_warns_of_a_database_that_others_may_read(folder: Path) -> None:
    def load() -> str:
        done = run_command("load", folder=folder, environment={})
        assert done.returncode == 0
        return done.stderr

    assert load() == "book-online.key is the key to the patients' data: keep a copy elsewhere\n"
    assert load() == ""
    (folder / "book-online.sqlite3").chmod(0o644)
    assert "other users of this machine may read it: chmod 600 book-online.sqlite3" in load()
