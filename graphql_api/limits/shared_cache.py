"""SharedCache: the least recently used entries go first, and no client can push out those of all others."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Owner = bytes | None
"""The client that brought an entry; None for an entry of the server's own, which stays."""
NO_CLIENT = b""
"""The owner of an entry that came from no request."""


class SharedCache(Generic[K, V]):
    def __init__(self, most: int, most_of_one_owner: int) -> None:
        self._most, self._most_of_one = most, most_of_one_owner
        self._own: dict[K, V] = {}
        self._entries: OrderedDict[K, tuple[V, bytes]] = OrderedDict()
        self._by_owner: defaultdict[bytes, OrderedDict[K, None]] = defaultdict(OrderedDict)
        self._lock = threading.Lock()
        """Documents are validated in a thread."""

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._own:
                return self._own[key]
            if key not in self._entries:
                return None
            value, owner = self._entries[key]
            self._entries.move_to_end(key)
            self._by_owner[owner].move_to_end(key)
            return value

    def put(self, key: K, value: V, owner: Owner) -> None:
        """Add an entry; its owner's oldest goes where the owner has too many, else the oldest of all.

        An entry of the server's own stays its own.
        """
        with self._lock:
            self._remove(key)
            if owner is None or key in self._own:
                self._own[key] = value
                return
            self._entries[key] = value, owner
            keys = self._by_owner[owner]
            keys[key] = None
            if len(keys) > self._most_of_one:
                self._remove(next(iter(keys)))
            if len(self._entries) > self._most:
                self._remove(next(iter(self._entries)))

    def _remove(self, key: K) -> None:
        if key not in self._entries:
            return
        _, owner = self._entries.pop(key)
        del self._by_owner[owner][key]
        if not self._by_owner[owner]:
            del self._by_owner[owner]
