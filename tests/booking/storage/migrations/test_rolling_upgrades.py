"""Two versions side by side: a migration keeps the version before at work, or says that it does not."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import BatchOperations, Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from booking.storage.database import Database
from booking.storage.migrations.compatibility import NewerDatabase, newer_revision, refuse_newer
from booking.storage.migrations.history import CORE_HISTORY, alembic_config
from booking.storage.migrations.upgrade import is_migrated, migrate
from tests.booking.storage.migrations.breaking_changes import breaking_changes, table_shapes
from tests.support.clinics import open_clinic

[FIRST] = [file.name[:4] for file in CORE_HISTORY.folder.glob("*_oldest_program.py")]
"""The first that is held to it: those before were made when there was no version to keep at work."""


async def in_database(database: Database, work: Callable[[Connection], None]) -> None:
    async with database.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(work)


async def test_each_migration_keeps_the_version_before_at_work_or_says_so(database: Database) -> None:
    mistakes: list[str] = []

    def step_by_step(connection: Connection) -> None:
        config = alembic_config(connection)
        scripts = [
            script
            for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
            if script.revision > FIRST
        ]
        command.downgrade(config, FIRST)
        for script in scripts:
            before = table_shapes(connection)
            command.upgrade(config, script.revision)
            breaking = list(breaking_changes(before, table_shapes(connection)))
            oldest: str | None = getattr(script.module, "oldest_program", None)
            if breaking and oldest is None:
                mistakes.append(
                    f"{script.revision}: {'; '.join(breaking)}. Do it in two versions, or say from which "
                    'revision on no program needs it: oldest_program = "…" (CONTRIBUTING.md)'
                )
            if oldest is not None and not (FIRST <= oldest <= script.revision and CORE_HISTORY.has(oldest)):
                mistakes.append(f"{script.revision}: {oldest} is no revision of an earlier program")

    await in_database(database, step_by_step)
    assert mistakes == []


def rename_column(things: BatchOperations) -> None:
    things.alter_column("name", new_column_name="title")


def add_needed_column(things: BatchOperations) -> None:
    things.add_column(sa.Column("weight", sa.Integer(), nullable=False))


def forbid_null(things: BatchOperations) -> None:
    things.alter_column("name", existing_type=sa.String(8), nullable=False)


def take_default(things: BatchOperations) -> None:
    things.alter_column("size", existing_type=sa.Integer(), server_default=None)


def change_type(things: BatchOperations) -> None:
    things.alter_column("name", type_=sa.String(4), existing_type=sa.String(8))


def add_check(things: BatchOperations) -> None:
    things.create_check_constraint("ck_things_size", "size < 100")


def add_unique_index(things: BatchOperations) -> None:
    things.create_index("ix_one_name", ["name"], unique=True)


def add_reference(things: BatchOperations) -> None:
    things.create_foreign_key("fk_things_name", "services", ["name"], ["slug"])


BREAKING: dict[Callable[[BatchOperations], None], str] = {
    rename_column: "column things.name is gone",
    add_needed_column: "column things.weight must be given",
    forbid_null: "column things.name must not be null",
    take_default: "column things.size has no default any more",
    change_type: "column things.name was VARCHAR(8) and is VARCHAR(4)",
    add_check: "things is stricter: check size < 100",
    add_unique_index: "things is stricter: unique ['name']",
    add_reference: "things is stricter: reference ['name'] services",
}


async def test_a_change_that_breaks_the_version_before_is_seen(database: Database) -> None:
    seen: dict[str, list[str]] = {}

    def look(connection: Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        for change, line in BREAKING.items():
            op.create_table(
                "things",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("name", sa.String(8), nullable=True),
                sa.Column("size", sa.Integer(), nullable=False, server_default="1"),
            )
            before = table_shapes(connection, "things")
            with op.batch_alter_table("things") as things:
                change(things)
            seen[line] = list(breaking_changes(before, table_shapes(connection, "things")))
            before = table_shapes(connection, "things")
            op.drop_table("things")
            assert list(breaking_changes(before, table_shapes(connection, "things"))) == [
                "table things is gone"
            ]

    await in_database(database, look)
    assert {line: [line] for line in BREAKING.values()} == {
        line: [said.replace("(", "").replace(")", "") if "check" in said else said for said in lines]
        for line, lines in seen.items()
    }


async def test_a_change_that_expands_breaks_nothing(database: Database) -> None:
    def expand(connection: Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        before = table_shapes(connection)
        assert before["clinic"].columns
        op.create_table("rooms", sa.Column("slug", sa.String(8), primary_key=True))
        op.add_column("clinic", sa.Column("motto", sa.Text(), nullable=True))
        op.add_column("clinic", sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
        op.create_index("ix_youngest", "services", ["youngest"])
        assert list(breaking_changes(before, table_shapes(connection))) == []

    await in_database(database, expand)


async def test_a_program_works_on_tables_that_a_newer_one_has_expanded(
    database: Database, database_url: str
) -> None:
    newest = CORE_HISTORY.newest

    def expand(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE clinic ADD COLUMN motto VARCHAR(8)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await in_database(database, expand)

    assert await asyncio.to_thread(is_migrated, database_url)
    assert not await asyncio.to_thread(migrate, database_url)
    await open_clinic(database)

    def look(connection: Connection) -> None:
        assert newer_revision(connection) == "9999"
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        with pytest.raises(NewerDatabase, match="this command can't: run that of the newer version"):
            refuse_newer(connection)
        connection.execute(text("UPDATE alembic_version SET oldest_program = '9998'"))
        with pytest.raises(NewerDatabase, match=f"revision 9999, and the program knows those up to {newest}"):
            newer_revision(connection)

    await in_database(database, look)


async def test_the_database_keeps_the_oldest_program_that_can_work_on_it(
    database: Database, database_url: str
) -> None:
    def oldest(connection: Connection) -> str | None:
        found: str | None = connection.scalar(text("SELECT oldest_program FROM alembic_version"))
        return found

    async with database.engine.connect() as connection:
        noted = await connection.run_sync(oldest)
    assert noted is not None
    assert FIRST <= noted <= str(CORE_HISTORY.newest)

    await in_database(
        database, lambda connection: command.downgrade(alembic_config(connection), f"{int(FIRST) - 1:04d}")
    )
    await asyncio.to_thread(migrate, database_url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(oldest) == noted
