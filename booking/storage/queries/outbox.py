"""The outbox: events, written with their change, their listeners, and deliveries that are due."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, case, delete, func, literal, null, select, update
from sqlalchemy.orm import aliased

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
LAST_POSITION = select(func.max(EVENTS.c.position)).where(EVENTS.c.ordering_key == bindparam("key"))
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


@dataclass(frozen=True)
class ListenerStatus:
    """A listener that is no webhook endpoint, and its deliveries: those that wait, and those given up."""

    name: str
    waiting: int
    oldest: datetime | None  # the event of the oldest delivery that waits
    given_up: int


async def register_listeners(session: BookingSession, names: Collection[str]) -> None:
    """From now on events are due to these listeners, besides those registered before. Replicas take turns.

    Registering removes no listener: another process may serve it, or this one again with other settings.
    """
    await lock_setup(session)
    known = set(await session.scalars(select(OutboxListener.name)))
    session.add_all(OutboxListener(name=name) for name in names if name not in known)


async def listener_statuses(session: BookingSession) -> Sequence[ListenerStatus]:
    """All listeners but webhook endpoints, by name."""
    waits = OutboxDelivery.due_at.is_not(None)
    is_given_up = OutboxDelivery.due_at.is_(None) & OutboxDelivery.delivered_at.is_(None)
    query = (
        select(
            OutboxListener.name,
            func.count(case((waits, 1))),
            func.min(case((waits, OutboxEvent.occurred_at))),
            func.count(
                case((is_given_up & OutboxDelivery.event.is_not(None), 1))
            ),  # none: no delivery at all
        )
        .outerjoin(OutboxDelivery, OutboxDelivery.listener == OutboxListener.name)
        .outerjoin(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(~IS_DYNAMIC)
        .group_by(OutboxListener.name)
        .order_by(OutboxListener.name)
    )
    return [ListenerStatus(*row) for row in (await session.execute(query)).all()]


async def latest_deliveries(
    session: BookingSession, listener: str, *, limit: int
) -> Sequence[tuple[OutboxDelivery, OutboxEvent]]:
    """The deliveries of the latest events, the last one first."""
    query = (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(OutboxDelivery.listener == listener)
        .order_by(OutboxEvent.occurred_at.desc(), OutboxEvent.position.desc())
        .limit(limit)
    )
    return [(delivery, event) for delivery, event in (await session.execute(query)).all()]


async def add_listener(session: BookingSession, name: str) -> None:
    """A dynamic listener, which every process serves from now on."""
    session.add(OutboxListener(name=name))


async def remove_listener(session: BookingSession, name: str) -> None:
    """Remove a listener with its deliveries; those that are due are never made."""
    await session.execute(delete(OutboxListener).where(OutboxListener.name == name))


async def record_event(
    session: BookingSession, event: Event, manage_token: str | None, *, ordering_key: uuid.UUID
) -> None:
    """Record the event in the transaction of the change, so that neither is committed without the other.

    Events with the same `ordering_key` are delivered in the order in which they were recorded.
    """
    now = event.occurred_at
    await session.execute(DELETE_OLD_EVENTS, {"until": now - RETENTION})
    row = {
        **vars(event),
        "appointments": [str(appointment) for appointment in event.appointments],
        "ordering_key": ordering_key,
        "position": 1 + (await session.scalar(LAST_POSITION, {"key": ordering_key}) or 0),
    }
    await session.execute(insert_into(OutboxEvent), row)
    await session.execute(INSERT_DELIVERIES, {"event_id": event.id, "token": manage_token, "now": now})


async def listeners_with_due_deliveries(session: BookingSession, *, now: datetime) -> Sequence[str]:
    query = select(OutboxDelivery.listener).where(OutboxDelivery.due_at <= now).distinct()
    return (await session.scalars(query)).all()


async def claim_deliveries(
    session: BookingSession, listener: str, *, now: datetime, until: datetime, limit: int
) -> Sequence[DueDelivery]:
    """Claim due deliveries, the oldest first; no other process gets them before `until`.

    An event waits while an earlier one of the same ordering key is still to be delivered to the listener.
    """
    earlier, earlier_event = aliased(OutboxDelivery), aliased(OutboxEvent)
    is_preceded = (
        select(earlier.event)
        .join(earlier_event, earlier_event.id == earlier.event)
        .where(
            earlier.listener == listener,
            earlier.due_at.is_not(None),
            earlier_event.ordering_key == OutboxEvent.ordering_key,
            earlier_event.position < OutboxEvent.position,
        )
        .exists()
    )
    query = (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(OutboxDelivery.listener == listener, OutboxDelivery.due_at <= now, ~is_preceded)
        .order_by(OutboxDelivery.due_at, OutboxEvent.occurred_at)
        .limit(limit)
        .with_for_update(of=OutboxDelivery, skip_locked=True)
    )
    claimed = []
    for delivery, row in (await session.execute(query)).all():
        delivery.attempts += 1
        delivery.due_at = until
        appointments = tuple(uuid.UUID(appointment) for appointment in row.appointments)
        event = Event(
            row.id, row.kind, appointments, row.occurred_at, row.moved_from, row.moved_from_location
        )
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
    only_given_up: bool = False,
) -> int:
    """Make deliveries due as if for the first time: of one event, of all since, or given up; their number."""
    query = update(OutboxDelivery).where(OutboxDelivery.listener == listener)
    if only_given_up:
        query = query.where(OutboxDelivery.due_at.is_(None), OutboxDelivery.delivered_at.is_(None))
    if event is not None:
        query = query.where(OutboxDelivery.event == event)
    if since is not None:
        recent = select(OutboxEvent.id).where(OutboxEvent.occurred_at >= since)
        query = query.where(OutboxDelivery.event.in_(recent))
    requeued = query.values(due_at=now, attempts=0, delivered_at=None).returning(OutboxDelivery.event)
    return len((await session.scalars(requeued)).all())
