"""Audit trails in a database, and hands that tamper with them: without triggers, and without the key."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from booking.audit.prune import prune_trail
from booking.audit.record import record_audit
from booking.audit.verify import Verification, verify_trail
from booking.domain.actor import Actor, ActorKind
from booking.storage.base import core_table
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction, AuditEvent, AuditHead
from tests.support.clinics import NOW

EVENTS, HEAD = core_table(AuditEvent), core_table(AuditHead)
PARTNER = Actor(ActorKind.API_KEY, "5f0a", "203.0.113.7")
PATIENT = uuid.UUID(int=1)
SERVER = Actor(ActorKind.SERVER, "retention", "clinic.example")
TRIGGERS = {
    "sqlite": [f"DROP TRIGGER audit_events_{change}" for change in ("insert", "update", "delete")],
    "postgresql": ["ALTER TABLE audit_events DISABLE TRIGGER USER"],
}

Row = dict[str, Any]


async def record(database: Database, *patients: uuid.UUID, days: int = 0, detail: str = "a view") -> None:
    """One transaction that views these patients, so many days later."""
    async with database.write() as session:
        now = NOW + timedelta(days=days)
        await record_audit(session, PARTNER, AuditAction.READ, patients, detail=detail, now=now)


async def a_trail(database: Database, rows: int) -> None:
    """So many rows, of patients 1, 2, 3, ..., in transactions of one, two, three, ... rows."""
    patients = [uuid.UUID(int=number + 1) for number in range(rows)]
    size = 1
    while patients:
        await record(database, *patients[:size])
        patients, size = patients[size:], size + 1


async def verify(database: Database, **options: Any) -> Verification:
    async with database.read() as session:
        return await verify_trail(session, **options)


async def stored_rows(database: Database) -> list[Row]:
    async with database.read() as session:
        rows = await session.execute(select(EVENTS).order_by(EVENTS.c.sequence))
        return [dict(row) for row in rows.mappings()]


async def stored_head(database: Database) -> Row:
    async with database.read() as session:
        return dict((await session.execute(select(HEAD))).mappings().one())


async def drop_triggers(database: Database) -> None:
    async with database.write() as session:
        for statement in TRIGGERS[session.get_bind().dialect.name]:
            await session.execute(text(statement))


async def overwrite(database: Database, rows: Sequence[Row], *, head: Row | None = None) -> None:
    """Replace all rows, and the head, as an administrator of the database can who drops the triggers."""
    async with database.write() as session:
        await session.execute(delete(EVENTS))
        if rows:
            await session.execute(insert(EVENTS), list(rows))
        if head is not None:
            await session.execute(HEAD.update().values(**head))


def numbers(rows: Iterable[Row]) -> list[int]:
    return [row["sequence"] for row in rows]


async def prune(database: Database, *, days: int, **options: int) -> int:
    """Delete what is older than so many days after the first day; the number of rows."""
    until = NOW + timedelta(days=days)
    async with database.write() as session:
        return await prune_trail(session, SERVER, until=until, now=NOW + timedelta(days=99), **options)


async def refusal(database: Database, *statements: str) -> str:
    """Why a transaction of these statements is refused; nothing if it is not."""
    try:
        async with database.write() as session:
            for statement in statements:
                await session.execute(text(statement))
    except DBAPIError as reason:
        return str(reason)
    return ""
