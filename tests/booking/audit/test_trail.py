"""The audit trail in both databases: rows are chained, by many writers, and refused to be changed."""

import asyncio
import uuid

import pytest

from booking.audit.record import record_audit
from booking.audit.trail import audit_of_patient
from booking.domain.actor import Actor, ActorKind
from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction
from tests.booking.audit.trails import (
    PARTNER,
    PATIENT,
    a_trail,
    numbers,
    prune,
    record,
    refusal,
    stored_rows,
    verify,
)
from tests.support.clinics import NOW
from tests.support.databases import open_database
from tests.support.sql_statements import sql_statements

CHANGES = {
    "update": "UPDATE audit_events SET actor_id = 'other' WHERE sequence = 2",
    "update of all": "UPDATE audit_events SET detail = detail",
    "delete": "DELETE FROM audit_events WHERE sequence = 2",
    "delete of all": "DELETE FROM audit_events",
}
OF_ONE_DATABASE = {
    "sqlite": [
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE sequence = 2",
        "UPDATE OR REPLACE audit_events SET sequence = 1 WHERE sequence = 2",
    ],
    "postgresql": [
        "TRUNCATE audit_events",
        "INSERT INTO audit_events SELECT * FROM audit_events WHERE sequence = 2 "
        "ON CONFLICT (sequence) DO UPDATE SET actor_id = 'other'",
        "MERGE INTO audit_events e USING (SELECT 2 AS n) s ON e.sequence = s.n WHEN MATCHED THEN DELETE",
    ],
}


async def test_an_event_says_who_did_what_to_whom_when_and_from_where(database: Database) -> None:
    await record(database, PATIENT, uuid.UUID(int=2), PATIENT)
    first, second = await stored_rows(database)
    assert {name: value for name, value in first.items() if "hmac" not in name} == {
        "sequence": 1,
        "recorded_at": NOW,
        "action": AuditAction.READ,
        "actor_kind": ActorKind.API_KEY,
        "actor_id": "5f0a",
        "source": "203.0.113.7",
        "patient": PATIENT,
        "detail": "a view",
        "pruned_through": None,
    }
    assert (second["sequence"], second["patient"]) == (2, uuid.UUID(int=2))
    assert first["previous_hmac"] == b""
    assert second["previous_hmac"] == first["hmac"]


async def test_many_patients_are_recorded_in_as_many_statements_as_one(database: Database) -> None:
    await record(database, PATIENT)  # The first one reads the key of the trail.
    counts = []
    for size in (1, 100):
        with sql_statements() as statements:
            await record(database, *(uuid.uuid4() for _ in range(size)))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert (await verify(database)).head.sequence == 102


async def test_an_event_of_a_transaction_that_fails_is_not_recorded(database: Database) -> None:
    await record(database, PATIENT)

    async def fail() -> None:
        async with database.write() as session:
            await record_audit(session, PARTNER, AuditAction.READ, [PATIENT], detail="a view", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await record(database, PATIENT)
    assert numbers(await stored_rows(database)) == [1, 2]
    assert (await verify(database)).fault is None


async def test_text_that_no_database_stores_becomes_one_that_each_does(database: Database) -> None:
    actor = Actor(ActorKind.API_KEY, "k\0\ud800\n", "x" * 999)
    async with database.write() as session:
        await record_audit(session, actor, AuditAction.READ, [PATIENT], detail="a view", now=NOW)
    [row] = await stored_rows(database)
    assert (row["actor_id"], len(row["source"])) == ("k???", 200)
    assert (await verify(database)).fault is None


async def test_the_events_of_one_patient_are_found(database: Database) -> None:
    await a_trail(database, 3)
    await record(database, PATIENT, detail="a second view")
    async with database.read() as session:
        events = await audit_of_patient(session, [PATIENT])
        assert await audit_of_patient(session, [uuid.UUID(int=99)]) == []
    assert [(event.sequence, event.detail) for event in events] == [(1, "a view"), (4, "a second view")]


async def test_the_database_refuses_to_change_or_delete_a_row(database: Database) -> None:
    await a_trail(database, 3)
    before = await stored_rows(database)
    own = OF_ONE_DATABASE[database.engine.dialect.name]
    for change in [*CHANGES.values(), *own]:
        assert "append-only" in await refusal(database, change)
    assert await stored_rows(database) == before


@pytest.mark.postgresql
async def test_postgresql_refuses_it_also_where_ordinary_triggers_are_off(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    await a_trail(database, 3)
    for change in CHANGES.values():
        assert "append-only" in await refusal(
            database, "SET LOCAL session_replication_role = replica", change
        )
    await database.close()


@pytest.mark.postgresql
async def test_many_writers_append_to_one_unbroken_chain(postgresql_url: str) -> None:
    databases = [open_database(postgresql_url) for _ in range(3)]
    writers, rows = 20, 5

    async def write(number: int) -> None:
        for _ in range(rows):
            await record(databases[number % 3], uuid.uuid4(), uuid.uuid4(), detail=f"writer {number}")

    verified = asyncio.create_task(verify(databases[0]))
    await asyncio.gather(*(write(number) for number in range(writers)))
    assert (await verified).fault is None  # of the moment at which it began
    found = await verify(databases[0])
    assert (found.fault, found.head.sequence) == (None, 2 * writers * rows)
    for database in databases:
        await database.close()


async def test_rows_that_are_written_during_a_verification_do_not_disturb_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.audit.verify.BATCH", 1)
    await a_trail(database, 6)

    async def write() -> None:
        for _ in range(5):
            await record(database, PATIENT)
            await prune(database, days=1, limit=1)

    found, _ = await asyncio.gather(verify(database), write())
    assert found.fault is None
    assert (await verify(database)).fault is None


async def test_a_trail_that_another_transaction_holds_for_long_is_tried_again(postgresql_url: str) -> None:
    database, impatient = open_database(postgresql_url), open_database(postgresql_url, patience=1)
    async with database.write() as session:
        await record_audit(session, PARTNER, AuditAction.READ, [PATIENT], detail="a view", now=NOW)
        with pytest.raises(TryAgain):
            await record(impatient, PATIENT)
    for opened in (database, impatient):
        await opened.close()
