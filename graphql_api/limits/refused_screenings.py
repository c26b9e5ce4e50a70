"""Clients whose screening answers were refused a short while ago: in memory alone, without any answer."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MEMORY_SECONDS = 2 * 60 * 60
MAX_CLIENTS = 10_000


class RefusedScreenings:
    """By a hash of the client's network under a key that ends with the process. Nothing is written."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """`seconds`: a clock that never goes back."""
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._refused_at: OrderedDict[bytes, float] = OrderedDict()

    def of(self, networks: Sequence[bytes]) -> "ClientScreening":
        """The record of a client by the hashes of its networks, the narrowest first; none keep no record."""
        return ClientScreening(self, hmac.digest(self._key, networks[0], "sha256") if networks else None)

    def add(self, client: bytes) -> None:
        self._refused_at[client] = self._seconds()
        self._refused_at.move_to_end(client)
        if len(self._refused_at) > MAX_CLIENTS:
            self._refused_at.popitem(last=False)

    def has(self, client: bytes) -> bool:
        since = self._seconds() - MEMORY_SECONDS
        while self._refused_at and next(iter(self._refused_at.values())) <= since:
            self._refused_at.popitem(last=False)
        return client in self._refused_at


@dataclass(frozen=True)
class ClientScreening:
    """What is known of one client's refused screening answers."""

    _all: RefusedScreenings
    _client: bytes | None

    def refused(self) -> None:
        if self._client is not None:
            self._all.add(self._client)

    @property
    def was_refused(self) -> bool:
        """Whether a booking by this client now has screening questions that were answered again."""
        return self._client is not None and self._all.has(self._client)
