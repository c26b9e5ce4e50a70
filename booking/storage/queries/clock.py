"""The database's clock, which is one for all replicas; and the rows that every request starts with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from booking.storage.base import UtcDateTime
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.ticks import Tick
from booking.storage.session import BookingSession

CLOCKS = {
    "sqlite": func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=UtcDateTime),  # like UtcDateTime
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
    return (await session.scalars(TIMES[session.get_bind().dialect.name])).one()


@dataclass(frozen=True)
class RequestStart:
    """`next_hold_expiry` is when the next one of all holds expires."""

    clinic: Clinic
    now: datetime
    next_hold_expiry: datetime | None


async def request_start(session: BookingSession, *, now: datetime | None = None) -> RequestStart:
    """Read in one statement. `now` is given where the clock stands still."""
    query = REQUEST_STARTS["given" if now else session.get_bind().dialect.name]
    start = RequestStart(*(await session.execute(query, {"now": now} if now else {})).one())
    session.clinic = start.clinic
    return start
