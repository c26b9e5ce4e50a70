"""The outbox: events, written with their change, their listeners, and deliveries that are due."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, case, delete, literal, null, select, update

from booking.domain.events import Event
from booking.storage.base import core_table, insert_into
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent, OutboxListener
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession

RETENTION = timedelta(days=30)
FAMILY_SEPARATOR = ":"
"""In the name of a dynamic listener: `webhook:3f2a`."""
FEATURE_SEPARATOR = "."
"""In the name of a feature's listener: `crm.contacts`."""

EVENTS, LISTENERS = core_table(OutboxEvent), core_table(OutboxListener)
IS_DYNAMIC = LISTENERS.c.name.contains(FAMILY_SEPARATOR)
# Skipping locked rows: another process is deleting them.
OLD_EVENTS = (
    select(EVENTS.c.id).where(EVENTS.c.occurred_at <= bindparam("until")).with_for_update(skip_locked=True)
)
DELETE_OLD_EVENTS = delete(EVENTS).where(EVENTS.c.id.in_(OLD_EVENTS))
INSERT_DELIVERIES = insert_into(OutboxDelivery).from_select(
    ["event", "listener", "manage_token", "attempts", "due_at"],
    select(
        bindparam("event_id", type_=EVENTS.c.id.type),
        LISTENERS.c.name,
        case((IS_DYNAMIC, null()), else_=bindparam("token", type_=String())),
        literal(0),
        bindparam("now", type_=EVENTS.c.occurred_at.type),
    ),
)


@dataclass(frozen=True)
class DueDelivery:
    """A delivery that this process has claimed `until` then. `attempts` counts the coming one."""

    event: Event
    listener: str
    manage_token: str | None
    attempts: int
    until: datetime


async def register_listeners(
    session: BookingSession, names: Collection[str], *, absent: Collection[str] = ()
) -> None:
    """From now on events are due to these listeners, and to dynamic ones. Replicas take turns.

    Listeners of features that are `absent` for a while keep their deliveries.
    """
    await lock_setup(session)
    absent_listeners = [
        OutboxListener.name.startswith(f"{feature}{FEATURE_SEPARATOR}", autoescape=True) for feature in absent
    ]
    removed = (OutboxListener.name.not_in(names), ~IS_DYNAMIC, *(~listener for listener in absent_listeners))
    await session.execute(delete(OutboxListener).where(*removed))
    known = set(await session.scalars(select(OutboxListener.name)))
    session.add_all(OutboxListener(name=name) for name in names if name not in known)


async def add_listener(session: BookingSession, name: str) -> None:
    """A dynamic listener, which every process serves from now on."""
    session.add(OutboxListener(name=name))


async def remove_listener(session: BookingSession, name: str) -> None:
    await session.execute(delete(OutboxListener).where(OutboxListener.name == name))


async def record_event(session: BookingSession, event: Event, manage_token: str | None) -> None:
    """Record the event in the transaction of the change, so that neither is committed without the other."""
    now = event.occurred_at
    await session.execute(DELETE_OLD_EVENTS, {"until": now - RETENTION})
    row = {**vars(event), "appointments": [str(appointment) for appointment in event.appointments]}
    await session.execute(insert_into(OutboxEvent), row)
    await session.execute(INSERT_DELIVERIES, {"event_id": event.id, "token": manage_token, "now": now})


async def listeners_with_due_deliveries(session: BookingSession, *, now: datetime) -> Sequence[str]:
    query = select(OutboxDelivery.listener).where(OutboxDelivery.due_at <= now).distinct()
    return (await session.scalars(query)).all()


async def claim_deliveries(
    session: BookingSession, listener: str, *, now: datetime, until: datetime, limit: int
) -> Sequence[DueDelivery]:
    """Claim due deliveries, the oldest first; no other process gets them before `until`."""
    query = (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(OutboxDelivery.listener == listener, OutboxDelivery.due_at <= now)
        .order_by(OutboxDelivery.due_at, OutboxEvent.occurred_at)
        .limit(limit)
        .with_for_update(of=OutboxDelivery, skip_locked=True)
    )
    claimed = []
    for delivery, row in (await session.execute(query)).all():
        delivery.attempts += 1
        delivery.due_at = until
        appointments = tuple(uuid.UUID(appointment) for appointment in row.appointments)
        event = Event(row.id, row.kind, appointments, row.occurred_at, row.moved_from)
        claimed.append(DueDelivery(event, listener, delivery.manage_token, delivery.attempts, until))
    return claimed


async def settle_delivery(
    session: BookingSession, due: DueDelivery, *, delivered_at: datetime | None, again_at: datetime | None
) -> None:
    """Record the outcome of an attempt: delivered, due again, or (both None) given up.

    A delivery that was claimed by another process or requeued meanwhile stays as it is.
    """
    claimed = (
        OutboxDelivery.event == due.event.id,
        OutboxDelivery.listener == due.listener,
        OutboxDelivery.due_at == due.until,
    )
    settled = update(OutboxDelivery).where(*claimed).values(delivered_at=delivered_at, due_at=again_at)
    await session.execute(settled if again_at else settled.values(manage_token=None))


async def requeue_deliveries(
    session: BookingSession,
    listener: str,
    *,
    now: datetime,
    event: uuid.UUID | None = None,
    since: datetime | None = None,
) -> int:
    """Make deliveries due as if for the first time: of one event, or of all since; their number."""
    query = update(OutboxDelivery).where(OutboxDelivery.listener == listener)
    if event is not None:
        query = query.where(OutboxDelivery.event == event)
    if since is not None:
        recent = select(OutboxEvent.id).where(OutboxEvent.occurred_at >= since)
        query = query.where(OutboxDelivery.event.in_(recent))
    requeued = query.values(due_at=now, attempts=0, delivered_at=None).returning(OutboxDelivery.event)
    return len((await session.scalars(requeued)).all())
