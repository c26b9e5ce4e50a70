"""Before a booking the calendars that practitioners have elsewhere are asked, as before a hold."""

from collections.abc import Sequence
from datetime import datetime

from booking.domain.open_slot import RequestedTime
from booking.domain.tokens import hash_of
from booking.storage.database import Database
from booking.storage.queries.holds import holds_by_token


async def ask_before_booking(database: Database, tokens: Sequence[str], *, now: datetime) -> None:
    """For held times, have the calendars asked where that is needed.

    A time that is taken by now is refused by the rulebook when it is booked.
    """
    async with database.read() as session:
        holds = await holds_by_token(session, [hash_of(token) for token in tokens])
    wanted = [
        RequestedTime(hold.service, hold.starts_at, hold.practitioner, hold.location)
        for hold in holds.values()
        if not hold.by_staff and hold.expires_at > now
    ]
    if wanted:
        await database.before_hold(wanted, now)
