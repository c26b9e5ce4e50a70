"""A database of the version before is encrypted in place, and nothing readable is left in its files."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, make_url

from booking.encryption.key_ring import KeyProblem
from booking.patients.contacts import PatientContact, topics_by_appointment
from booking.storage.migrations.history import alembic_config
from booking.storage.migrations.upgrade import migrate, with_connection
from booking.storage.models.appointments import Appointment
from booking.storage.models.messages.webhooks import WebhookEndpoint
from booking.storage.queries.outbox import claim_deliveries
from booking.webhooks.secrets import active_secrets
from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.clinics import NOW, SAMPLE, open_clinic
from tests.support.databases import Postgres, open_database

REVISION_BEFORE = "0026"
PATIENT, HOLD, EVENT = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
MARKS = ("Zebra Patient", "zebra@example.com", "+14165550188", "zebra-topic", "zebra-token", "whsec_zebra")


def rows_of_the_version_before(connection: Connection) -> None:
    """One booking with a mail that waits, and a webhook endpoint whose secret was renewed."""
    tables = sa.MetaData()
    tables.reflect(connection)
    slot = {
        "service": "dry-needling",
        "practitioner": "sample-practitioner-a",
        "location": "main-street",
        "starts_at": NOW,
        "ends_at": NOW.replace(minute=30),
        "created_at": NOW,
    }
    hold = HOLD.hex if connection.dialect.name == "sqlite" else HOLD
    patient = PATIENT.hex if connection.dialect.name == "sqlite" else PATIENT
    event = EVENT.hex if connection.dialect.name == "sqlite" else EVENT
    rows: dict[str, dict[str, Any]] = {
        "patients": {
            "id": patient,
            "name": "Zebra Patient",
            "email": "zebra@example.com",
            "phone": "+14165550188;ext=4",
            "language": "fr",
            "created_at": NOW,
        },
        "holds": {"id": hold, "token_hash": b"hold", "expires_at": NOW, **slot},
        "appointments": {
            "id": hold,
            "reference": "ABCD-EFGH",
            "status": "booked",
            "patient": patient,
            "tell_practitioner": ["zebra-topic"],
            "manage_token_hash": b"hash",
            "changed_at": NOW,
            "sequence": 0,
            **slot,
        },
        "outbox_listeners": {"name": "mail"},
        "outbox_events": {
            "id": event,
            "kind": "appointment.booked",
            "appointments": [str(HOLD)],
            "occurred_at": NOW,
            "ordering_key": hold,
            "position": 1,
        },
        "outbox_deliveries": {
            "event": event,
            "listener": "mail",
            "manage_token": "zebra-token",
            "attempts": 0,
            "due_at": NOW,
        },
        "webhook_endpoints": {
            "id": "0123456789",
            "name": "Sample endpoint",
            "url": "https://example.com/",
            "kinds": ["appointment.booked"],
            "secret": "whsec_zebra",
            "former_secret": "whsec_zebra_former",
            "former_until": NOW.replace(year=NOW.year + 1),
            "created_at": NOW,
        },
    }
    for name, row in rows.items():
        connection.execute(tables.tables[name].insert(), row)


async def make_version_before(url: str) -> None:
    database = open_database(url)
    await open_clinic(database, SAMPLE)
    await database.close()

    def downgrade(connection: Connection) -> None:
        command.downgrade(alembic_config(connection), REVISION_BEFORE)
        rows_of_the_version_before(connection)

    await asyncio.to_thread(with_connection, url, downgrade, writes=True)


@pytest.fixture
async def version_before(database_url: str) -> str:
    await make_version_before(database_url)
    return database_url


async def test_all_that_was_readable_is_encrypted_and_means_the_same(version_before: str) -> None:
    await asyncio.to_thread(migrate_database, Settings(version_before), now=NOW)

    database = open_database(version_before)
    assert await all_contacts(database) == [
        PatientContact("Zebra Patient", "zebra@example.com", "+14165550188;ext=4", PATIENT, "fr")
    ]
    async with database.write() as session:
        appointment = await session.get_one(Appointment, HOLD)
        assert await topics_by_appointment(session, [appointment]) == {HOLD: ["zebra-topic"]}
        [due] = await claim_deliveries(session, "mail", now=NOW, until=NOW, limit=1)
        assert due.manage_token == "zebra-token"
        endpoint = await session.get_one(WebhookEndpoint, "0123456789")
        assert await active_secrets(session, endpoint, now=NOW) == ["whsec_zebra", "whsec_zebra_former"]
    await database.close()


async def test_no_file_of_the_database_holds_what_was_readable(
    version_before: str, request: pytest.FixtureRequest
) -> None:
    assert any(MARKS[0].encode() in content for content in files_of(version_before, request))

    await asyncio.to_thread(migrate_database, Settings(version_before), now=NOW)

    for content in files_of(version_before, request):
        assert [mark for mark in MARKS if mark.encode() in content] == []


async def test_without_keys_nothing_is_migrated(version_before: str) -> None:
    def readable(connection: Connection) -> str:
        return str(connection.scalar(sa.text("SELECT name FROM patients")))

    with pytest.raises(KeyProblem, match="without data keys"):
        await asyncio.to_thread(migrate, version_before)

    assert await asyncio.to_thread(with_connection, version_before, readable) == "Zebra Patient"


def files_of(url: str, request: pytest.FixtureRequest) -> Iterator[bytes]:
    """The raw bytes of the database: SQLite's files; of PostgreSQL the files of its tables, and a dump."""
    file = make_url(url).database
    if url.startswith("sqlite"):
        yield from (each.read_bytes() for each in Path(str(file)).parent.iterdir())
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    yield from postgres.files_of(url)
