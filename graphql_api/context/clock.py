"""Clock: the present time of a server, by its database unless another source is given."""

import time
from collections.abc import Callable
from datetime import datetime

from booking.storage.queries.clock import current_time
from booking.storage.session import BookingSession


class Clock:
    """Asks the database for the time, which is one however many replicas there are.

    `source` replaces the database, so that time can stand still in tests.
    """

    def __init__(self, source: Callable[[], datetime] | None = None) -> None:
        self._source = source

    async def __call__(self, session: BookingSession) -> datetime:
        return self.given() or await current_time(session)

    def given(self) -> datetime | None:
        """The time of the given source; None where the database decides."""
        return self._source() if self._source else None

    def seconds(self) -> float:
        """Seconds since any beginning, to measure durations by."""
        return self._source().timestamp() if self._source else time.monotonic()
