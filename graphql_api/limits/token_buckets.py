"""TokenBuckets: a bucket of points for each client, which refills steadily, in bounded memory."""

import math
import os
from array import array
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import blake2b

MAX_CLIENTS = 10_000
"""The buckets that are stored one by one."""
KEPT_CLIENTS = MAX_CLIENTS * 3 // 4
"""The emptiest ones, which stay so when there are more; the others are summed up."""
REFILL_TIME = timedelta(seconds=50)
"""After this an empty bucket is full again."""
UNTOLD_SHARE = 1 / 40
"""Of a full bucket: less is not told to other replicas, so that ordinary visitors cause no write."""
ROWS, CELLS = 4, 1 << 16


class TokenBuckets:
    """A bucket for each client, in this process. `SharedLimits` tells other replicas what was taken.

    A bucket is stored as the second at which it is full again, so that a full one needs no place.
    """

    def __init__(
        self,
        most: int,
        clock: Callable[[], float],
        *,
        fill: timedelta = REFILL_TIME,
        on_refusal: Callable[[], None] = lambda: None,
        is_shared: bool = False,
    ) -> None:
        """`most` points at once; `clock` counts seconds from any beginning."""
        self.most = most
        self.on_refusal = on_refusal
        self.fill = int(fill.total_seconds())
        self._clock = clock
        self._full_at: dict[bytes, float] = {}
        self._evicted = _EvictedBuckets()
        self._is_shared = is_shared
        self._untold: dict[bytes, float] = {}
        """Seconds of filling that were taken, and that other replicas don't know of."""

    def __len__(self) -> int:
        return len(self._full_at)

    @property
    def per_second(self) -> float:
        return self.most / self.fill

    def level(self, client: bytes) -> float:
        return self.most - self._seconds_to_full(client) * self.per_second

    def wait(self, client: bytes, cost: int) -> int:
        """Seconds until the client has so many points."""
        return max(0, math.ceil((cost - self.level(client)) / self.per_second))

    def full_in(self, client: bytes) -> int:
        """Seconds until the client has all points."""
        return math.ceil(self._seconds_to_full(client))

    def take(self, client: bytes, cost: int) -> None:
        """Take points, or give them back if the cost is negative."""
        seconds = cost / self.per_second
        self._set(client, self._seconds_to_full(client) + seconds)
        if self._is_shared:
            self.put_back(client, seconds)

    def untold(self) -> Iterator[tuple[bytes, float]]:
        """Clients from whose buckets much was taken, or given back, and how many seconds of filling."""
        for client, seconds in list(self._untold.items()):
            if abs(seconds) >= self.fill * UNTOLD_SHARE:
                yield client, seconds
            elif not self._seconds_to_full(client):
                del self._untold[client]  # It came back before it mattered.

    def take_untold(self, client: bytes) -> None:
        """It is being told."""
        del self._untold[client]

    def put_back(self, client: bytes, seconds: float) -> None:
        """It is to be told."""
        self._untold[client] = self._untold.get(client, 0) + seconds
        if len(self._untold) > MAX_CLIENTS:
            most = sorted(self._untold, key=lambda each: abs(self._untold[each]))[-KEPT_CLIENTS:]
            self._untold = {each: self._untold[each] for each in most}

    def learn(self, client: bytes, seconds_to_full: float) -> None:
        """What all replicas together have taken, but for what is not told yet."""
        self._set(client, max(0.0, seconds_to_full) + self._untold.get(client, 0))

    def _set(self, client: bytes, seconds_to_full: float) -> None:
        now = self._clock()
        self._full_at[client] = now + seconds_to_full
        if len(self._full_at) > MAX_CLIENTS:
            self._make_room(now)

    def _seconds_to_full(self, client: bytes) -> float:
        full_at = self._full_at.get(client)
        if full_at is None:
            full_at = self._evicted.full_at(client)
        return max(0.0, full_at - self._clock())

    def _make_room(self, now: float) -> None:
        """Drop the buckets that are full again; of the others the fullest are summed up."""
        spent = sorted((full_at, client) for client, full_at in self._full_at.items() if full_at > now)
        surplus = max(0, len(spent) - KEPT_CLIENTS)
        for full_at, client in spent[:surplus]:
            self._evicted.put(client, full_at)
        self._full_at = {client: full_at for full_at, client in spent[surplus:]}


class _EvictedBuckets:
    """The buckets of any number of clients in two megabytes: a count-min sketch.

    A bucket is never fuller than it was, and is emptier only if each of its cells is also another client's.
    The cells follow from a key of the process, so that no client can aim at another.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._rows: list[array[float]] = []

    def full_at(self, client: bytes) -> float:
        return min((row[cell] for row, cell in zip(self._rows, self._cells(client))), default=0.0)

    def put(self, client: bytes, full_at: float) -> None:
        self._rows = self._rows or [array("d", bytes(8 * CELLS)) for _ in range(ROWS)]
        for row, cell in zip(self._rows, self._cells(client), strict=True):
            row[cell] = max(row[cell], full_at)

    def _cells(self, client: bytes) -> memoryview:
        return memoryview(blake2b(client, digest_size=2 * ROWS, key=self._key).digest()).cast("H")
