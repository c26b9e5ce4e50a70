"""Rows that are older than they are kept: counted, and deleted some at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    bindparam,
    delete,
    exists,
    func,
    select,
    tuple_,
)

from booking.retention.kinds import Kind
from booking.storage.base import Table, core_table
from booking.storage.models.appointments import Appointment, Reminder
from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from booking.storage.models.desk.offered_times import ManageLink, OfferedTime
from booking.storage.models.desk.staff_changes import StaffChange
from booking.storage.models.holds import Hold
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.models.messages.sms import SmsDay, SmsMessage, SmsReceived
from booking.storage.models.messages.webhooks import WebhookAttempt
from booking.storage.models.outbox import OutboxEvent
from booking.storage.models.staff.accounts import SignInLink, SignInSession
from booking.storage.models.staff.sign_in import SignInAttempt
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.outbox import IS_UNDELIVERED
from booking.storage.session import BookingSession

HOLDS = core_table(Hold).c
VISITS = core_table(Appointment).c


def _visit_is_over(model: type[OfferedTime | ManageLink]) -> ColumnElement[bool]:
    visit = VISITS.id == core_table(model).c.appointment
    return exists().where(visit, VISITS.ends_at <= bindparam("until"))


CONDITIONS: Mapping[Kind, tuple[type[Table], str, tuple[ColumnElement[bool], ...]]] = {
    # A booked hold has no client any more. It stays: its appointment refers to it.
    Kind.HOLDS: (Hold, "expires_at", (HOLDS.client.is_not(None),)),
    Kind.STAFF_CHANGES: (StaffChange, "changed_at", ()),
    Kind.REMINDERS: (Reminder, "starts_at", ()),
    Kind.SMS_MESSAGES: (SmsMessage, "marked_at", ()),
    Kind.SMS_RECEIVED: (SmsReceived, "received_at", ()),
    Kind.SMS_DAYS: (SmsDay, "starts_at", ()),
    Kind.IDEMPOTENCY_KEYS: (IdempotencyKey, "created_at", ()),
    Kind.SIGN_IN_ATTEMPTS: (SignInAttempt, "at", ()),
    Kind.SIGN_IN_LINKS: (SignInLink, "expires_at", ()),
    Kind.STAFF_SESSIONS: (SignInSession, "last_seen_at", ()),
    Kind.OFFERED_TIMES: (OfferedTime, "offered_at", (_visit_is_over(OfferedTime),)),
    Kind.MANAGE_LINKS: (ManageLink, "created_at", (_visit_is_over(ManageLink),)),
    Kind.BLOCKED_TIMES: (BlockedTime, "ends_at", ()),
    Kind.EXTRA_HOURS: (ExtraHours, "ends_at", ()),
    Kind.WAITING_LIST_ENTRIES: (WaitingListEntry, "ended_at", ()),
    Kind.OUTBOX_EVENTS: (OutboxEvent, "occurred_at", (~IS_UNDELIVERED,)),
    Kind.WEBHOOK_ATTEMPTS: (WebhookAttempt, "at", ()),
}
"""The table of each kind, the column of its age, and what else an old row must meet."""
REVISE_CATALOGUE = {Kind.BLOCKED_TIMES, Kind.EXTRA_HOURS}
"""On PostgreSQL a DELETE of no row revises it too, and all that was computed from it is computed anew."""


def _old(kind: Kind) -> Select[Any]:
    model, age, conditions = CONDITIONS[kind]
    table = core_table(model)
    return select(*table.primary_key).where(table.c[age] <= bindparam("until"), *conditions)


def _delete(kind: Kind) -> Delete:
    table = core_table(CONDITIONS[kind][0])
    # Skipping locked rows: another process is deleting them.
    some = _old(kind).limit(bindparam("limit")).with_for_update(skip_locked=True)
    return delete(table).where(tuple_(*table.primary_key).in_(some))


COUNTS = {kind: select(func.count()).select_from(_old(kind).subquery()) for kind in CONDITIONS}
DELETES = {kind: _delete(kind) for kind in CONDITIONS}


async def count_old_rows(session: BookingSession, kind: Kind, *, until: datetime) -> int:
    return (await session.scalars(COUNTS[kind], {"until": until})).one()


async def delete_old_rows(session: BookingSession, kind: Kind, *, until: datetime, limit: int) -> int:
    """Delete about `limit` of them at most; the number that went."""
    if kind in REVISE_CATALOGUE and not await count_old_rows(session, kind, until=until):
        return 0
    values = {"until": until, "limit": limit}
    return cast("CursorResult[Any]", await session.execute(DELETES[kind], values)).rowcount
