"""Looks of the staff at lists: recorded once for each account, patient and half day."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from booking.audit.looks import REPEATED_AFTER, record_looks, unrecorded_looks
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction
from tests.booking.audit.trails import PATIENT, stored_rows, verify
from tests.support.clinics import NOW
from tests.support.sql_statements import sql_statements

RECEPTION = Actor(ActorKind.STAFF, "5f0a", "203.0.113.7")
OTHER_PATIENT = uuid.UUID(int=2)


async def look(
    database: Database,
    *patients: uuid.UUID,
    actor: Actor = RECEPTION,
    detail: str = "the day",
    after: timedelta = timedelta(0),
) -> None:
    async with database.write() as session:
        await record_looks(session, actor, patients, detail=detail, now=NOW + after)


async def recorded(database: Database) -> list[tuple[uuid.UUID, str, str]]:
    rows = await stored_rows(database)
    assert {row["action"] for row in rows} <= {AuditAction.READ}
    assert (await verify(database)).fault is None
    return [(row["patient"], row["actor_id"], row["detail"]) for row in rows]


async def test_a_list_that_is_drawn_again_is_one_look(database: Database) -> None:
    await look(database, PATIENT, PATIENT)
    await look(database, PATIENT, OTHER_PATIENT, after=timedelta(hours=11))
    assert await recorded(database) == [(PATIENT, "5f0a", "the day"), (OTHER_PATIENT, "5f0a", "the day")]


async def test_after_half_a_day_it_is_another_look(database: Database) -> None:
    await look(database, PATIENT)
    await look(database, PATIENT, after=REPEATED_AFTER - timedelta(seconds=1))
    assert len(await recorded(database)) == 1
    await look(database, PATIENT, after=REPEATED_AFTER)
    assert len(await recorded(database)) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"actor": Actor(ActorKind.STAFF, "77b1", "203.0.113.7")},
        {"actor": Actor(ActorKind.API_KEY, "5f0a", "203.0.113.7")},
        {"detail": "a search"},
    ],
)
async def test_another_account_or_another_list_is_another_look(
    database: Database, other: dict[str, Any]
) -> None:
    await look(database, PATIENT)
    await look(database, PATIENT, **other)
    assert len(await recorded(database)) == 2


async def test_an_account_at_another_address_is_the_same(database: Database) -> None:
    await look(database, PATIENT)
    await look(database, PATIENT, actor=Actor(ActorKind.STAFF, "5f0a", "198.51.100.9"))
    assert len(await recorded(database)) == 1


async def test_a_look_without_patients_asks_the_database_nothing(database: Database) -> None:
    with sql_statements() as statements:
        await look(database)
    assert [each for each in statements if "audit" in each] == []


async def test_a_repeated_look_is_one_statement_and_writes_nothing(database: Database) -> None:
    patients = [uuid.uuid4() for _ in range(320)]
    await look(database, *patients)
    with sql_statements() as statements:
        await look(database, *patients)
    assert [each.split()[0] for each in statements if "audit" in each] == ["SELECT"]


async def test_a_page_can_ask_first_whether_there_is_anything_to_record(database: Database) -> None:
    await look(database, PATIENT)
    async with database.read() as session:
        patients = [PATIENT, OTHER_PATIENT]
        missing = await unrecorded_looks(session, RECEPTION, patients, detail="the day", now=NOW)
    assert missing == [OTHER_PATIENT]
