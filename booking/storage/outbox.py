"""Events, written with the change that they tell of, and who has still to hear of them."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, bindparam, case, delete, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from booking.events import Event, EventKind
from booking.storage.migrate import one_at_a_time
from booking.storage.table import Table, choice, insert_into, table_of

KEPT = timedelta(days=30)
OF_A_FAMILY = ":"
"""In the name of a listener that comes and goes: `webhook:3f2a`."""


OF_A_FEATURE = "."
"""In the name of a feature's listener: `crm.contacts`."""


class EventRow(Table):
    """What has happened to appointments."""

    __tablename__ = "events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = choice(EventKind, "kind", length=32)
    appointments: Mapped[list[str]]  # ids, in order of time
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    moved_from: Mapped[datetime | None]


class ListenerRow(Table):
    """Who is told of what happens from now on."""

    __tablename__ = "listeners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)


class Delivery(Table):
    """An event for a listener. `due_at` is when it is told (again); None once that is over.

    The secret of the manage link stays here only until then.
    """

    __tablename__ = "deliveries"

    event: Mapped[uuid.UUID] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    listener: Mapped[str] = mapped_column(
        ForeignKey("listeners.name", ondelete="CASCADE"), primary_key=True, index=True
    )
    manage_token: Mapped[str | None]
    attempts: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]


EVENTS, LISTENERS = table_of(EventRow), table_of(ListenerRow)
IS_OF_A_FAMILY = LISTENERS.c.name.contains(OF_A_FAMILY)
# What somebody else is forgetting needs no waiting for.
OLD = select(EVENTS.c.id).where(EVENTS.c.occurred_at <= bindparam("until")).with_for_update(skip_locked=True)
FORGET = delete(EVENTS).where(EVENTS.c.id.in_(OLD))
TELL_ALL = insert_into(Delivery).from_select(
    ["event", "listener", "manage_token", "attempts", "due_at"],
    select(
        bindparam("told", type_=EVENTS.c.id.type),
        LISTENERS.c.name,
        case((IS_OF_A_FAMILY, null()), else_=bindparam("secret", type_=String())),
        literal(0),
        bindparam("now", type_=EVENTS.c.occurred_at.type),
    ),
)


@dataclass(frozen=True)
class Due:
    """To be told now, and ours `until` then. `attempts` counts this one too."""

    event: Event
    listener: str
    manage_token: str | None
    attempts: int
    until: datetime


async def register(session: AsyncSession, names: Collection[str], *, absent: Collection[str] = ()) -> None:
    """From now on these are told, and families, and nobody else. Replicas that start together take turns.

    What there is to tell to listeners of features that are `absent` for a while is kept for them.
    """
    await one_at_a_time(session)
    stay = [ListenerRow.name.startswith(f"{feature}{OF_A_FEATURE}", autoescape=True) for feature in absent]
    gone = delete(ListenerRow).where(ListenerRow.name.not_in(names), ~IS_OF_A_FAMILY, *(~one for one in stay))
    await session.execute(gone)
    known = set(await session.scalars(select(ListenerRow.name)))
    session.add_all(ListenerRow(name=name) for name in names if name not in known)


async def join(session: AsyncSession, name: str) -> None:
    """One of a family is told from now on, in every process."""
    session.add(ListenerRow(name=name))


async def leave(session: AsyncSession, name: str) -> None:
    await session.execute(delete(ListenerRow).where(ListenerRow.name == name))


async def record(session: AsyncSession, event: Event, manage_token: str | None) -> None:
    """In the transaction of the change, so that there is never the one without the other."""
    now = event.occurred_at
    await session.execute(FORGET, {"until": now - KEPT})
    row = {**vars(event), "appointments": [str(visit) for visit in event.appointments]}
    await session.execute(insert_into(EventRow), row)
    await session.execute(TELL_ALL, {"told": event.id, "secret": manage_token, "now": now})


async def who_is_due(session: AsyncSession, *, now: datetime) -> Sequence[str]:
    """The listeners that something is due for."""
    query = select(Delivery.listener).where(Delivery.due_at <= now).distinct()
    return (await session.scalars(query)).all()


async def claim(
    session: AsyncSession, listener: str, *, now: datetime, until: datetime, most: int
) -> Sequence[Due]:
    """Takes deliveries that are due, the oldest first; nobody else gets them before `until`."""
    query = (
        select(Delivery, EventRow)
        .join(EventRow, EventRow.id == Delivery.event)
        .where(Delivery.listener == listener, Delivery.due_at <= now)
        .order_by(Delivery.due_at, EventRow.occurred_at)
        .limit(most)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    claimed = []
    for delivery, row in (await session.execute(query)).all():
        delivery.attempts += 1
        delivery.due_at = until
        appointments = tuple(uuid.UUID(visit) for visit in row.appointments)
        event = Event(row.id, row.kind, appointments, row.occurred_at, row.moved_from)
        claimed.append(Due(event, delivery.listener, delivery.manage_token, delivery.attempts, until))
    return claimed


async def settle(
    session: AsyncSession, due: Due, *, delivered_at: datetime | None, again_at: datetime | None
) -> None:
    """What came of an attempt: it was delivered, is due again, or (both None) was given up.

    Unless somebody else has taken it up meanwhile, or it is to be told again.
    """
    values: dict[str, object] = {"delivered_at": delivered_at, "due_at": again_at}
    if again_at is None:
        values["manage_token"] = None
    where = (Delivery.event == due.event.id, Delivery.listener == due.listener, Delivery.due_at == due.until)
    await session.execute(update(Delivery).where(*where).values(**values))


async def tell_again(
    session: AsyncSession,
    listener: str,
    *,
    now: datetime,
    event: uuid.UUID | None = None,
    since: datetime | None = None,
) -> int:
    """Makes deliveries due as if for the first time: that of one event, or all since; answers how many."""
    query = update(Delivery).where(Delivery.listener == listener)
    if event is not None:
        query = query.where(Delivery.event == event)
    if since is not None:
        query = query.where(Delivery.event.in_(select(EventRow.id).where(EventRow.occurred_at >= since)))
    again = query.values(due_at=now, attempts=0, delivered_at=None).returning(Delivery.event)
    return len((await session.scalars(again)).all())
