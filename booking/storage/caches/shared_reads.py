"""Reads done once for each state of the database, and shared by all requests that ask for the same.

A crowd that wants one time asks one question. The first request computes the answer; the others wait for it
in the order in which they came. The change token says when the answer has to be computed anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

V = TypeVar("V")

MAX_SHARED_READS = 1_000
"""The least recently asked one is dropped first."""


@dataclass
class _Read:
    """A value and until when it is true; or the failure of the request that computed it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    value: Any = None
    computed_at: datetime | None = None
    until: datetime | None = None
    failure: Exception | None = None

    def is_true_at(self, now: datetime) -> bool:
        # At the last moment of a notice a value is true in that moment alone.
        return self.until is not None and (now == self.computed_at or now < self.until)


class SharedReads:
    """The shared values of one process, all of one state of the database."""

    def __init__(self) -> None:
        self._token: Hashable = None
        self._reads: OrderedDict[Hashable, _Read] = OrderedDict()

    async def get(
        self,
        token: Hashable,
        key: Hashable,
        compute: Callable[[], Awaitable[tuple[V, datetime]]],
        *,
        now: datetime,
    ) -> V:
        """The value for this key at the state that `token` marks.

        `token` was read for this request, before `compute` reads anything; it is not None. `compute` returns
        the value, and until when it is true unless the database changes.

        Raises:
            Exception: that of `compute`, also to requests that waited for it.
        """
        if token != self._token:
            self._reads.clear()
            self._token = token
        read = self._reads.setdefault(key, _Read())
        self._reads.move_to_end(key)
        if len(self._reads) > MAX_SHARED_READS:
            self._reads.popitem(last=False)
        async with read.lock:
            if read.failure is not None:
                raise read.failure
            if not read.is_true_at(now):
                try:
                    read.value, read.until = await compute()
                    read.computed_at = now
                except Exception as failure:
                    read.failure = failure
                    if self._reads.get(key) is read:
                        del self._reads[key]
                    raise
            value: V = read.value
            return value
