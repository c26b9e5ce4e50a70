"""A start with a file that can't be loaded leaves the database of an earlier version as it was."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, make_url, text

from booking.storage.migrations.history import alembic_config
from booking.storage.migrations.upgrade import with_connection
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import asking_for_consent, open_clinic, small_clinic
from tests.support.databases import Postgres, open_database

pytestmark = pytest.mark.processes

ANOTHER_CLINIC = small_clinic(zone="America/Halifax")
OTHER_WORDS = asking_for_consent(consent={"en": "We use your details.", "fr": "Vos coordonnées."})
START = (["load"], ["serve", "--clinic-file-rules", "--port", "0"])


@dataclass(frozen=True)
class EarlierDatabase:
    """A clinic's database as an earlier version left it: without a key store or a key file."""

    url: str
    folder: Path

    def state(self) -> tuple[list[str], dict[str, list[str]], list[str], list[str]]:
        """The revision, the columns of each table, the databases of the server, and the files."""

        def read(connection: Connection) -> tuple[list[str], dict[str, list[str]], list[str]]:
            inspector = inspect(connection)
            tables = inspector.get_table_names()
            columns = {name: [column["name"] for column in inspector.get_columns(name)] for name in tables}
            is_postgresql = connection.dialect.name == "postgresql"
            databases = text("SELECT datname FROM pg_database WHERE datname LIKE :this")
            this = {"this": f"{make_url(self.url).database}%"}
            return (
                list(connection.scalars(text("SELECT version_num FROM alembic_version"))),
                columns,
                sorted(connection.scalars(databases, this)) if is_postgresql else [],
            )

        files = sorted(file.name for file in self.folder.iterdir())
        return *with_connection(self.url, read), files


@pytest.fixture(params=["0001", "0026"])
async def earlier(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> EarlierDatabase:
    database = open_database(database_url)
    await open_clinic(database, asking_for_consent())
    await database.close()

    def make_earlier(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), request.param)

    await asyncio.to_thread(with_connection, database_url, make_earlier, writes=True)
    for name in ("clinic.key", "clinic-keys.sqlite3"):
        (tmp_path / name).unlink(missing_ok=True)
    if database_url.startswith("postgresql"):
        postgres: Postgres = request.getfixturevalue("postgres")
        postgres.run(f"DROP DATABASE {make_url(database_url).database}_keys")
    return EarlierDatabase(database_url, tmp_path)


def test_a_refused_file_migrates_nothing(earlier: EarlierDatabase) -> None:
    before = earlier.state()
    refusals = {ANOTHER_CLINIC: "this file would rewrite most of the clinic"}
    if before[0] != ["0001"]:  # which asked for no consent
        refusals[OTHER_WORDS] = "had another text in 'en': give the new text a new version"
    for file, sentence in refusals.items():
        (earlier.folder / "clinic.toml").write_text(file, "utf-8")
        before = earlier.state()
        for start in START:
            refused = run_command(*start, folder=earlier.folder, environment={"DATABASE_URL": earlier.url})

            assert (refused.returncode, refused.stdout) == (1, "")
            assert sentence in refused.stderr
            assert "keep a copy elsewhere" not in refused.stderr
            assert earlier.state() == before

    (earlier.folder / "clinic.toml").write_text(asking_for_consent(), "utf-8")
    done = run_command("load", folder=earlier.folder, environment={"DATABASE_URL": earlier.url})
    assert done.returncode == 0, done.stderr
    assert earlier.state()[0] != before[0]
