"""An LRU cache of values derived from one revision of the catalogue."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class CatalogueCache:
    """Drops all values when the catalogue's revision changes, and the least recently used one when full."""

    CAPACITY = 50_000
    """By weight: one practitioner's time on one day weighs one, some hundred bytes."""

    def __init__(self) -> None:
        self._revision: str | None = None
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._weight = 0

    def get(self, revision: str, key: Hashable) -> Any:
        """The value; None for one that must be computed."""
        if revision != self._revision or key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, revision: str, key: Hashable, value: object, weight: int) -> None:
        if revision != self._revision:
            self._values.clear()
            self._revision, self._weight = revision, 0
        _, former = self._values.pop(key, (None, 0))
        self._values[key] = value, weight
        self._weight += weight - former
        while self._weight > self.CAPACITY and len(self._values) > 1:
            _, (_, evicted) = self._values.popitem(last=False)
            self._weight -= evicted
