"""Rows that are older than they are kept: counted, and deleted some at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Select, bindparam, delete, func, select

from booking.retention.kinds import Kind
from booking.storage.base import Table, core_table
from booking.storage.models.desk.staff_changes import StaffChange
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.outbox import OutboxEvent
from booking.storage.models.staff.accounts import SignInLink, SignInSession
from booking.storage.models.staff.sign_in import SignInAttempt
from booking.storage.models.webhooks import WebhookAttempt
from booking.storage.queries.outbox import IS_UNDELIVERED
from booking.storage.session import BookingSession

HOLDS = core_table(Hold).c
CONDITIONS: Mapping[Kind, tuple[type[Table], str, tuple[ColumnElement[bool], ...]]] = {
    # A booked hold has no client any more. It stays: its appointment refers to it.
    Kind.HOLDS: (Hold, "expires_at", (HOLDS.client.is_not(None),)),
    Kind.STAFF_CHANGES: (StaffChange, "changed_at", ()),
    Kind.IDEMPOTENCY_KEYS: (IdempotencyKey, "created_at", ()),
    Kind.SIGN_IN_ATTEMPTS: (SignInAttempt, "at", ()),
    Kind.SIGN_IN_LINKS: (SignInLink, "expires_at", ()),
    Kind.STAFF_SESSIONS: (SignInSession, "last_seen_at", ()),
    Kind.OUTBOX_EVENTS: (OutboxEvent, "occurred_at", (~IS_UNDELIVERED,)),
    Kind.WEBHOOK_ATTEMPTS: (WebhookAttempt, "at", ()),
}
"""The table of each kind, the column of its age, and what else an old row must meet."""


def _old(kind: Kind) -> Select[Any]:
    model, age, conditions = CONDITIONS[kind]
    table = core_table(model)
    return select(*table.primary_key).where(table.c[age] <= bindparam("until"), *conditions)


def _delete(kind: Kind) -> Delete:
    table = core_table(CONDITIONS[kind][0])
    (key,) = table.primary_key
    # Skipping locked rows: another process is deleting them.
    some = _old(kind).limit(bindparam("limit")).with_for_update(skip_locked=True)
    return delete(table).where(key.in_(some))


COUNTS = {kind: select(func.count()).select_from(_old(kind).subquery()) for kind in CONDITIONS}
DELETES = {kind: _delete(kind) for kind in CONDITIONS}


async def count_old_rows(session: BookingSession, kind: Kind, *, until: datetime) -> int:
    return (await session.scalars(COUNTS[kind], {"until": until})).one()


async def delete_old_rows(session: BookingSession, kind: Kind, *, until: datetime, limit: int) -> int:
    """Delete about `limit` of them at most; the number that went."""
    values = {"until": until, "limit": limit}
    return cast("CursorResult[Any]", await session.execute(DELETES[kind], values)).rowcount
