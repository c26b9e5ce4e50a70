"""Migrations run once, make exactly the tables of the models, and lose no row."""

import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, delete, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from booking.domain.events import EventKind
from booking.storage.base import Table, core_table
from booking.storage.database import Database
from booking.storage.migrations.history import alembic_config
from booking.storage.migrations.upgrade import migrate
from booking.storage.models.api_keys import ApiKey, ApiKeySecret
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent, OutboxListener
from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import NOW, SAMPLE, edit_file, open_clinic, two_places
from tests.support.databases import core_tables

EVENT = uuid.UUID(int=7)
WEDNESDAY = datetime.fromisoformat("2026-11-25T09:00:00-05:00")
WEDNESDAY_AT_WEST = datetime.fromisoformat("2026-11-25T09:30:00+05:45")
RENAMED: dict[str, tuple[type[Table], dict[str, Any]]] = {
    "intentions": (
        IdempotencyKey,
        {"key_hash": b"key", "request_hash": b"request", "outcome": EVENT, "created_at": NOW},
    ),
    "key_secrets": (
        ApiKeySecret,
        {"hash": b"secret", "key": "abc", "created_at": NOW, "expires_at": None},
    ),
    "events": (
        OutboxEvent,
        {
            "id": EVENT,
            "kind": EventKind.MOVED,
            "appointments": [str(EVENT)],
            "occurred_at": NOW,
            "moved_from": NOW,
        },
    ),
    "listeners": (OutboxListener, {"name": "mail"}),
    "deliveries": (
        OutboxDelivery,
        {
            "event": EVENT,
            "listener": "mail",
            "manage_token": None,
            "attempts": 2,
            "due_at": NOW,
            "delivered_at": None,
        },
    ),
}
"""The names of tables at revision 0010, with their models and a row of each."""
ADDED_LATER: dict[type[Table], dict[str, Any]] = {
    OutboxEvent: {
        "ordering_key": EVENT,
        "position": 1,
        "moved_from_location": None,
        "moved_from_local": None,
        "moved_from_practitioner": None,
    }
}
"""What later revisions write into these rows: events get the place of their appointment's first one."""
API_KEY = {"id": "abc", "name": "Partner", "scopes": ["book"], "created_at": NOW}


async def change_schema(database: Database, change: Callable[[Connection], object]) -> None:
    async with database.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(change)


async def downgrade(database: Database, revision: str) -> None:
    await change_schema(database, lambda connection: command.downgrade(alembic_config(connection), revision))


async def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    rows = {}
    async with database.read() as session:
        for kind in core_tables():
            table = core_table(kind)
            result = await session.execute(select(table).order_by(*table.primary_key))
            rows[table.name] = [tuple(row) for row in result]
    return rows


async def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    ours = {core_table(kind) for kind in core_tables()}

    def is_ours(item: object, _name: str | None, kind: str, *_more: object) -> bool:
        return kind != "table" or item in ours

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_or_from_many_places_is_migrating_once(database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, database_url) for _ in range(3)))


async def test_the_first_migration_can_be_taken_back(database: Database, database_url: str) -> None:
    await downgrade(database, "base")
    async with database.engine.connect() as connection:
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == ["alembic_version"]
    await asyncio.to_thread(migrate, database_url)


async def test_renamed_tables_keep_their_rows_and_foreign_keys(database: Database, database_url: str) -> None:
    def make_revision_10(connection: Connection) -> None:
        config = alembic_config(connection)
        command.downgrade(config, "base")
        command.upgrade(config, "0010")
        connection.execute(insert(core_table(ApiKey)), API_KEY)
        for name, (kind, row) in RENAMED.items():
            connection.execute(insert(core_table(kind).to_metadata(MetaData(), name=name)), row)

    await change_schema(database, make_revision_10)
    await asyncio.to_thread(migrate, database_url)

    async with database.read() as session:
        for kind, row in RENAMED.values():
            (moved,) = (await session.execute(select(core_table(kind)))).mappings()
            assert dict(moved) == row | ADDED_LATER.get(kind, {})
    async with database.engine.connect() as connection:
        tables = set(await connection.run_sync(lambda c: inspect(c).get_table_names()))
    assert tables.isdisjoint(RENAMED)
    async with database.write() as session:
        await session.execute(delete(OutboxEvent))
        assert await session.scalar(select(func.count()).select_from(OutboxDelivery)) == 0


@pytest.mark.postgresql
async def test_a_row_that_is_being_written_while_its_table_is_renamed_is_not_lost(
    postgresql: Database,
    postgresql_url: str,
) -> None:
    await downgrade(postgresql, "0010")
    async with postgresql.write() as session:
        await session.execute(text("INSERT INTO listeners VALUES ('mail')"))
        migrating = asyncio.create_task(asyncio.to_thread(migrate, postgresql_url))
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        async with postgresql.read() as other:
            while not await other.scalar(waiting):  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.01)
    await migrating
    async with postgresql.read() as session:
        assert await session.scalar(select(OutboxListener.name)) == "mail"


async def test_names_of_constraints_follow_the_renamed_tables(database: Database) -> None:
    def names(connection: Connection) -> set[str | None]:
        found: set[str | None] = set()
        for kind, _ in RENAMED.values():
            inspector, table = inspect(connection), kind.__tablename__
            found.add(inspector.get_pk_constraint(table)["name"])
            for constraints in (inspector.get_foreign_keys(table), inspector.get_check_constraints(table)):
                found |= {constraint["name"] for constraint in constraints}
            found |= {index["name"] for index in inspector.get_indexes(table)}
        return found

    async with database.engine.connect() as connection:
        assert await connection.run_sync(names) == {
            "pk_idempotency_keys",
            "ix_idempotency_keys_created_at",
            "pk_api_key_secrets",
            "fk_api_key_secrets_key",
            "ix_api_key_secrets_key",
            "pk_outbox_events",
            "ck_outbox_events_kind",
            "ix_outbox_events_occurred_at",
            "ix_outbox_events_ordering_key_position",
            "pk_outbox_listeners",
            "pk_outbox_deliveries",
            "fk_outbox_deliveries_event",
            "fk_outbox_deliveries_listener",
            "ix_outbox_deliveries_due_at",
            "ix_outbox_deliveries_listener",
            "ix_outbox_deliveries_with_token",
            "ix_outbox_deliveries_undelivered",
        }


async def test_all_rows_survive_the_renaming_back_and_forth_with_the_triggers(
    database: Database, database_url: str
) -> None:
    # Columns that are younger than revision 0010 are lost there, and come back empty.
    text_before = re.sub(r"(?m)^(about|statement|directions|parking) = .*\n", "", SAMPLE)
    await open_clinic(database, edit_file({"[policy]": "[policy]\nscreening_valid = false"}, text_before))
    async with database.write() as session:
        await session.execute(insert(ApiKey), API_KEY)
        for kind, row in RENAMED.values():
            await session.execute(insert(kind), row | ADDED_LATER.get(kind, {}))
    before = await all_rows(database)

    await downgrade(database, "0010")
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM deliveries")) == 1
    await asyncio.to_thread(migrate_database, Settings(database_url), now=NOW)
    assert await all_rows(database) == before

    revision = select(Clinic.catalogue_revision)
    async with database.write() as session:
        catalogue_before = await session.scalar(revision)
        await session.execute(text("UPDATE services SET position = position"))
        assert await session.scalar(revision) != catalogue_before


async def test_visits_and_rows_that_refer_to_them_survive_the_statuses(
    database: Database, database_url: str
) -> None:
    """Back and forth, with a row of a feature that goes when its visit goes."""
    await open_clinic(database)
    booked = await make_booking(database, WEDNESDAY)
    async with database.write() as session:
        await session.execute(insert(ApiKey), API_KEY)
    cancelled = await make_booking(database, WEDNESDAY + timedelta(days=1), booked_by="abc")
    await cancelled.cancel(at=NOW)
    async with database.write() as session:
        await session.execute(
            text(
                "CREATE TABLE sample_notes (visit CHAR(32), "
                "FOREIGN KEY(visit) REFERENCES appointments (id) ON DELETE CASCADE)"
                if database_url.startswith("sqlite")
                else "CREATE TABLE sample_notes (visit uuid REFERENCES appointments (id) ON DELETE CASCADE)"
            )
        )
        await session.execute(text("INSERT INTO sample_notes SELECT id FROM appointments"))
    kept = ("appointments", "outbox_events", "outbox_deliveries", "holds")
    before = {name: rows for name, rows in (await all_rows(database)).items() if name in kept}

    await downgrade(database, "0033")
    async with database.write() as session:
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(text("UPDATE appointments SET status = 'arrived'"))
    await asyncio.to_thread(migrate, database_url)

    if database_url.startswith("sqlite"):
        async with database.read() as session:
            assert (await session.scalars(text("PRAGMA integrity_check"))).all() == ["ok"]
            assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []
    after = {name: rows for name, rows in (await all_rows(database)).items() if name in kept}
    assert after["outbox_events"] == before["outbox_events"]
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM sample_notes")) == 2
        rows = {row.id: row for row in await session.scalars(select(Appointment))}
    old = rows[cancelled.appointments[0].id]
    assert (old.status_changed_at, old.cancellation_reason, old.version) == (NOW, None, 0)
    assert rows[booked.appointments[0].id].status_changed_at is None
    assert [rows[each.appointments[0].id].source for each in (booked, cancelled)] == ["online", "partner"]
    async with database.write() as session:
        await session.execute(text("UPDATE appointments SET status = 'arrived' WHERE status = 'booked'"))
    async with database.write() as session:
        await session.execute(text("DROP TABLE sample_notes"))


def run_revision_20_again(connection: Connection) -> None:
    """The revisions after it can't be taken back: they encrypt the patients of the visits."""
    for table, column in (("outbox_events", "moved_from_local"), ("appointments", "local_start")):
        connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    revisions = ScriptDirectory.from_config(alembic_config(connection))
    with Operations.context(MigrationContext.configure(connection)):
        revisions.get_revision("0020").module.upgrade()


async def test_booked_visits_get_the_wall_time_of_todays_rules(database: Database, database_url: str) -> None:
    far = {'slug = "west"': 'slug = "west"\ntime_zone = "Asia/Kathmandu"'}
    await open_clinic(database, edit_file(far, two_places()))
    here = await make_booking(database, WEDNESDAY, service="visit", practitioner="one")
    there = await make_booking(database, WEDNESDAY_AT_WEST, service="visit", practitioner="two")
    await change_schema(database, run_revision_20_again)

    async with database.read() as session:
        rows = await session.execute(select(Appointment.id, Appointment.local_start))
        told = {row.id: row.local_start for row in rows}
    assert told == {
        here.appointments[0].id: "2026-11-25T09:00:00-05:00",
        there.appointments[0].id: "2026-11-25T09:30:00+05:45",
    }
