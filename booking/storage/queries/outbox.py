"""Events, written with the change that they tell of, and who has still to hear of them."""

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
"""In the name of a listener that comes and goes: `webhook:3f2a`."""

FEATURE_SEPARATOR = "."
"""In the name of a feature's listener: `crm.contacts`."""

EVENTS, LISTENERS = core_table(OutboxEvent), core_table(OutboxListener)

IS_DYNAMIC = LISTENERS.c.name.contains(FAMILY_SEPARATOR)

# What somebody else is forgetting needs no waiting for.
OLD_EVENTS = (
    select(EVENTS.c.id).where(EVENTS.c.occurred_at <= bindparam("until")).with_for_update(skip_locked=True)
)

DELETE_OLD_EVENTS = delete(EVENTS).where(EVENTS.c.id.in_(OLD_EVENTS))

INSERT_DELIVERIES = insert_into(OutboxDelivery).from_select(
    ["event", "listener", "manage_token", "attempts", "due_at"],
    select(
        bindparam("told", type_=EVENTS.c.id.type),
        LISTENERS.c.name,
        case((IS_DYNAMIC, null()), else_=bindparam("secret", type_=String())),
        literal(0),
        bindparam("now", type_=EVENTS.c.occurred_at.type),
    ),
)


@dataclass(frozen=True)
class DueDelivery:
    """To be told now, and ours `until` then. `attempts` counts this one too."""

    event: Event
    listener: str
    manage_token: str | None
    attempts: int
    until: datetime


async def register_listeners(
    session: BookingSession, names: Collection[str], *, absent: Collection[str] = ()
) -> None:
    """From now on these are told, and families, and nobody else. Replicas that start together take turns.

    What there is to tell to listeners of features that are `absent` for a while is kept for them.
    """
    await lock_setup(session)
    stay = [
        OutboxListener.name.startswith(f"{feature}{FEATURE_SEPARATOR}", autoescape=True) for feature in absent
    ]
    gone = delete(OutboxListener).where(
        OutboxListener.name.not_in(names), ~IS_DYNAMIC, *(~one for one in stay)
    )
    await session.execute(gone)
    known = set(await session.scalars(select(OutboxListener.name)))
    session.add_all(OutboxListener(name=name) for name in names if name not in known)


async def add_listener(session: BookingSession, name: str) -> None:
    """One of a family is told from now on, in every process."""
    session.add(OutboxListener(name=name))


async def remove_listener(session: BookingSession, name: str) -> None:
    await session.execute(delete(OutboxListener).where(OutboxListener.name == name))


async def record_event(session: BookingSession, event: Event, manage_token: str | None) -> None:
    """In the transaction of the change, so that there is never the one without the other."""
    now = event.occurred_at
    await session.execute(DELETE_OLD_EVENTS, {"until": now - RETENTION})
    row = {**vars(event), "appointments": [str(visit) for visit in event.appointments]}
    await session.execute(insert_into(OutboxEvent), row)
    await session.execute(INSERT_DELIVERIES, {"told": event.id, "secret": manage_token, "now": now})


async def listeners_with_due_deliveries(session: BookingSession, *, now: datetime) -> Sequence[str]:
    """The listeners that something is due for."""
    query = select(OutboxDelivery.listener).where(OutboxDelivery.due_at <= now).distinct()
    return (await session.scalars(query)).all()


async def claim_deliveries(
    session: BookingSession, listener: str, *, now: datetime, until: datetime, most: int
) -> Sequence[DueDelivery]:
    """Takes deliveries that are due, the oldest first; nobody else gets them before `until`."""
    query = (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(OutboxDelivery.listener == listener, OutboxDelivery.due_at <= now)
        .order_by(OutboxDelivery.due_at, OutboxEvent.occurred_at)
        .limit(most)
        .with_for_update(of=OutboxDelivery, skip_locked=True)
    )
    claimed = []
    for delivery, row in (await session.execute(query)).all():
        delivery.attempts += 1
        delivery.due_at = until
        appointments = tuple(uuid.UUID(visit) for visit in row.appointments)
        event = Event(row.id, row.kind, appointments, row.occurred_at, row.moved_from)
        claimed.append(DueDelivery(event, delivery.listener, delivery.manage_token, delivery.attempts, until))
    return claimed


async def settle_delivery(
    session: BookingSession, due: DueDelivery, *, delivered_at: datetime | None, again_at: datetime | None
) -> None:
    """What came of an attempt: it was delivered, is due again, or (both None) was given up.

    Unless somebody else has taken it up meanwhile, or it is to be told again.
    """
    values: dict[str, object] = {"delivered_at": delivered_at, "due_at": again_at}
    if again_at is None:
        values["manage_token"] = None
    where = (
        OutboxDelivery.event == due.event.id,
        OutboxDelivery.listener == due.listener,
        OutboxDelivery.due_at == due.until,
    )
    await session.execute(update(OutboxDelivery).where(*where).values(**values))


async def requeue_deliveries(
    session: BookingSession,
    listener: str,
    *,
    now: datetime,
    event: uuid.UUID | None = None,
    since: datetime | None = None,
) -> int:
    """Makes deliveries due as if for the first time: that of one event, or all since; answers how many."""
    query = update(OutboxDelivery).where(OutboxDelivery.listener == listener)
    if event is not None:
        query = query.where(OutboxDelivery.event == event)
    if since is not None:
        query = query.where(
            OutboxDelivery.event.in_(select(OutboxEvent.id).where(OutboxEvent.occurred_at >= since))
        )
    again = query.values(due_at=now, attempts=0, delivered_at=None).returning(OutboxDelivery.event)
    return len((await session.scalars(again)).all())
