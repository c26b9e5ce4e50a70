"""How many times a client may hold at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.domain.errors import TooManyHolds
from booking.storage.queries.holds import hold_expiries_of_clients
from booking.storage.queries.locks import lock_client
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class Holder:
    """The client that holds, and how many times may be held at once.

    `client` is the hashes of its networks, one behind the other, the widest first. `limits` are beginnings
    of it, each with the most times that all clients which begin with it hold together.
    """

    client: bytes
    limits: Sequence[tuple[bytes, int]]


async def check_hold_limit(session: BookingSession, holder: Holder, added: int, *, now: datetime) -> None:
    """
    Raises:
        TooManyHolds: the client would hold more than it may.
    """
    await lock_client(session, holder.limits[0][0])
    for part, most in holder.limits:
        expiries = await hold_expiries_of_clients(session, part, now=now)
        if len(expiries) + added > most:
            raise TooManyHolds(retry_after=(expiries[0] - now) if expiries else timedelta(0))
