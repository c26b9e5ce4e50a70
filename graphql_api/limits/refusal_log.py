"""RefusalLog: one line a minute about the requests that a limit refused, with no address in it."""

import logging
from collections import Counter
from collections.abc import Callable

log = logging.getLogger("book_online")

EVERY_SECONDS = 60


class RefusalLog:
    def __init__(self, clock: Callable[[], float], on_refusal: Callable[[str], None]) -> None:
        """`clock` counts seconds from any beginning; `on_refusal` is told the limit each time."""
        self._clock = clock
        self._on_refusal = on_refusal
        self._counts: Counter[str] = Counter()
        self._next = 0.0

    def count(self, limit: str) -> None:
        """Count a refusal; the first is logged at once, the others together after a minute."""
        self._on_refusal(limit)
        self._counts[limit] += 1
        now = self._clock()
        if now >= self._next:
            counts = ", ".join(f"{number} for {name}" for name, number in sorted(self._counts.items()))
            log.warning("limits refused requests: %s", counts)
            self._counts.clear()
            self._next = now + EVERY_SECONDS
