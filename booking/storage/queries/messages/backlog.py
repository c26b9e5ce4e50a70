"""The backlog of the outbox: what waits for each listener, since when, and what was given up."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from booking.storage.models.outbox import OutboxDelivery, OutboxEvent, OutboxListener
from booking.storage.queries.outbox import FAMILY_SEPARATOR
from booking.storage.session import BookingSession

# A partial index has them without all that were delivered.
UNDELIVERED = (
    select(
        OutboxDelivery.listener,
        func.count(OutboxDelivery.due_at),
        func.min(case((OutboxDelivery.due_at.is_not(None), OutboxEvent.occurred_at))),
        func.count(),
    )
    .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
    .where(OutboxDelivery.delivered_at.is_(None))
    .group_by(OutboxDelivery.listener)
)


@dataclass
class Backlog:
    """Deliveries that wait, the moment of the oldest one's event, and those that were given up."""

    waiting: int = 0
    oldest: datetime | None = None
    given_up: int = 0


async def outbox_backlog(session: BookingSession) -> Mapping[str, Backlog]:
    """By listener; dynamic listeners, such as webhook endpoints, are counted together by their family."""
    backlog: dict[str, Backlog] = defaultdict(Backlog)
    for name in await session.scalars(select(OutboxListener.name)):
        _ = backlog[_family(name)]
    for name, waiting, oldest, undelivered in await session.execute(UNDELIVERED):
        of_family = backlog[_family(name)]
        of_family.waiting += waiting
        of_family.given_up += undelivered - waiting
        if oldest:
            of_family.oldest = min(of_family.oldest or oldest, oldest)
    return backlog


def _family(listener: str) -> str:
    return listener.partition(FAMILY_SEPARATOR)[0]
