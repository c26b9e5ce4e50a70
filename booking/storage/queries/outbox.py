"""The outbox: events, written with their change, their listeners, and deliveries that are due."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, delete, exists, func, literal, null, or_, select, update
from sqlalchemy.orm import aliased

from booking.domain.events import Event, EventKind
from booking.storage.base import EncryptedColumn, core_table, insert_into
from booking.storage.key_store.manage_tokens import decrypted_manage_token, encrypted_manage_token
from booking.storage.models.appointments import Appointment
from booking.storage.models.outbox import MAIL_LISTENER, OutboxDelivery, OutboxEvent, OutboxListener
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.locks import lock_setup
from booking.storage.session import BookingSession

FAMILY_SEPARATOR = ":"
"""In the name of a dynamic listener: `webhook:3f2a`."""
FEATURE_SEPARATOR = "."
"""In the name of a feature's listener: `crm.contacts`."""

EVENTS, LISTENERS = core_table(OutboxEvent), core_table(OutboxListener)
DELIVERIES, APPOINTMENTS = core_table(OutboxDelivery), core_table(Appointment)
IS_DYNAMIC = LISTENERS.c.name.contains(FAMILY_SEPARATOR)
# Waiting, or given up: it can still be delivered by a command.
IS_UNDELIVERED = exists().where(DELIVERIES.c.event == EVENTS.c.id, DELIVERIES.c.delivered_at.is_(None))
LAST_POSITION = select(func.max(EVENTS.c.position)).where(EVENTS.c.ordering_key == bindparam("key"))
IS_AHEAD = exists().where(
    APPOINTMENTS.c.ends_at > bindparam("now"),
    or_(APPOINTMENTS.c.id == EVENTS.c.ordering_key, APPOINTMENTS.c.course == EVENTS.c.ordering_key),
)
WAITS = exists().where(WaitingListEntry.id == EVENTS.c.ordering_key, WaitingListEntry.ended_at.is_(None))
EVENTS_THAT_ARE_OVER = select(EVENTS.c.id).where(EVENTS.c.ordering_key.is_not(None), ~IS_AHEAD, ~WAITS)
FORGET_TOKENS = (
    update(DELIVERIES)
    .where(DELIVERIES.c.manage_token.is_not(None), DELIVERIES.c.event.in_(EVENTS_THAT_ARE_OVER))
    .values(manage_token=None)
)
INSERT_DELIVERIES = insert_into(OutboxDelivery).from_select(
    ["event", "listener", "manage_token", "attempts", "due_at"],
    select(
        bindparam("event_id", type_=EVENTS.c.id.type),
        LISTENERS.c.name,
        case((IS_DYNAMIC, null()), else_=bindparam("token", type_=EncryptedColumn())),
        literal(0),
        bindparam("now", type_=EVENTS.c.occurred_at.type),
    ).where(LISTENERS.c.name != bindparam("but")),
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
    is_given_up = OutboxDelivery.due_at.is_(None) & OutboxDelivery.delivered_at.is_(None)
    query = (
        select(
            OutboxListener.name,
            func.count(OutboxDelivery.due_at),
            func.min(case((OutboxDelivery.due_at.is_not(None), OutboxEvent.occurred_at))),
            # Without an event there is no delivery at all.
            func.count(case((is_given_up & OutboxDelivery.event.is_not(None), 1))),
        )
        .outerjoin(OutboxDelivery, OutboxDelivery.listener == OutboxListener.name)
        .outerjoin(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(~IS_DYNAMIC)
        .group_by(OutboxListener.name)
        .order_by(OutboxListener.name)
    )
    return [ListenerStatus(*row) for row in (await session.execute(query)).all()]


async def events_without_listener(session: BookingSession) -> int:
    """The number of events that no listener was registered for when they happened."""
    is_unheard = ~exists().where(DELIVERIES.c.event == OutboxEvent.id)
    return (await session.scalar(select(func.count()).select_from(OutboxEvent).where(is_unheard))) or 0


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
    session: BookingSession, event: Event, token: str | None, *, ordering_key: uuid.UUID, mail: bool = True
) -> None:
    """Record the event in the transaction of the change, so that neither is committed without the other.

    Events with the same `ordering_key` are delivered in the order in which they were recorded. They are kept
    as long as the clinic's file says, and longer while a delivery waits or is given up.

    `token` is the manage link's, and needs keys. All listeners hear of it; without `mail` not that of mails.
    """
    await _insert_event(session, event, ordering_key)
    encrypted = await encrypted_manage_token(session.data_keys, event.id, token) if token else None
    delivery = {"event_id": event.id, "token": encrypted, "now": event.occurred_at}
    await session.execute(INSERT_DELIVERIES, {**delivery, "but": "" if mail else MAIL_LISTENER})


async def record_event_for(
    session: BookingSession,
    event: Event,
    listeners: Collection[str],
    *,
    ordering_key: uuid.UUID,
    token: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Record an event that is due to these listeners alone, at once or at a later time."""
    await _insert_event(session, event, ordering_key)
    encrypted = await encrypted_manage_token(session.data_keys, event.id, token) if token else None
    due = due_at or event.occurred_at
    session.add_all(
        OutboxDelivery(event=event.id, listener=name, manage_token=encrypted, attempts=0, due_at=due)
        for name in listeners
    )
    await session.flush()


async def sends_mails(session: BookingSession) -> bool:
    """Whether a server of the clinic has ever sent mails: a new one would be sent, or wait."""
    return await session.get(OutboxListener, MAIL_LISTENER) is not None


async def listeners_that_wait(
    session: BookingSession, kind: EventKind, *, not_before: datetime
) -> Collection[str]:
    """The listeners to which an event of this kind is still to be sent: for the first time, or after that."""
    query = (
        select(OutboxDelivery.listener)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(
            OutboxEvent.kind == kind,
            OutboxDelivery.due_at.is_not(None),
            (OutboxDelivery.attempts == 0) | (OutboxDelivery.due_at > not_before),
        )
    )
    return set((await session.scalars(query)).all())


async def _insert_event(session: BookingSession, event: Event, ordering_key: uuid.UUID) -> None:
    row = {
        **vars(event),
        "appointments": [str(appointment) for appointment in event.appointments],
        "moved_from_local": event.moved_from_local and event.moved_from_local.isoformat(),
        "ordering_key": ordering_key,
        "position": 1 + (await session.scalar(LAST_POSITION, {"key": ordering_key}) or 0),
    }
    await session.execute(insert_into(OutboxEvent), row)


async def listeners_with_due_deliveries(session: BookingSession, *, now: datetime) -> Sequence[str]:
    due = OutboxDelivery.due_at <= now
    return (await session.scalars(select(OutboxDelivery.listener).where(due).distinct())).all()


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
        token = await manage_token_of(session, delivery)
        claimed.append(DueDelivery(row.event, listener, token, delivery.attempts, until))
    return claimed


async def settle_delivery(
    session: BookingSession, due: DueDelivery, *, delivered_at: datetime | None, again_at: datetime | None
) -> None:
    """Record the outcome of an attempt: delivered, due again, or (both None) given up.

    One that was claimed by another process or requeued meanwhile stays as it is.
    """
    claimed = (
        OutboxDelivery.event == due.event.id,
        OutboxDelivery.listener == due.listener,
        OutboxDelivery.due_at == due.until,
    )
    settled = update(OutboxDelivery).where(*claimed).values(delivered_at=delivered_at, due_at=again_at)
    # The token of one that is given up stays: a mail that is sent later has its link.
    await session.execute(settled.values(manage_token=None) if delivered_at else settled)


async def forget_tokens(session: BookingSession, *, now: datetime) -> None:
    """Forget the tokens of deliveries whose visits, those of the whole course, are over."""
    await session.execute(FORGET_TOKENS, {"now": now})


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


async def manage_token_of(session: BookingSession, delivery: OutboxDelivery) -> str | None:
    """The delivery's token, decrypted; None if it has none (any more)."""
    encrypted = delivery.manage_token
    return await decrypted_manage_token(session.data_keys, delivery.event, encrypted) if encrypted else None
