"""What time it is, by the database's clock, and what every request begins with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from booking.storage.base import UtcDateTime
from booking.storage.models.appointments import Tick
from booking.storage.models.catalogue import Clinic
from booking.storage.session import BookingSession

CLOCKS = {
    "sqlite": func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=UtcDateTime),  # as it keeps instants
    "postgresql": func.statement_timestamp(type_=UtcDateTime),
    "given": bindparam("now", type_=UtcDateTime),
}

TIMES = {name: select(clock) for name, clock in CLOCKS.items()}

REQUEST_STARTS = {
    name: select(
        Clinic, clock, select(func.min(Tick.expires_at)).where(Tick.expires_at > clock).scalar_subquery()
    )
    for name, clock in CLOCKS.items()
}


async def current_time(session: BookingSession) -> datetime:
    """By the database's clock, which is one however many replicas there are."""
    return (await session.scalars(TIMES[session.get_bind().dialect.name])).one()


@dataclass(frozen=True)
class RequestStart:
    """What every request begins with; `next_hold_expiry` is when the first hold runs out."""

    clinic: Clinic
    now: datetime
    next_hold_expiry: datetime | None


async def request_start(session: BookingSession, *, now: datetime | None = None) -> RequestStart:
    """In one statement. It is `now` by the database's clock, unless that is given."""
    query = REQUEST_STARTS["given" if now else session.get_bind().dialect.name]
    found = RequestStart(*(await session.execute(query, {"now": now} if now else {})).one())
    session.clinic = found.clinic
    return found
