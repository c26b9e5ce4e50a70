"""Rate limiting: each client has token buckets, which refill steadily."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from booking.appointments.hold import Holder
from booking.storage.models.api_keys import ApiKey
from graphql_api.security.client_address import client_hash
from graphql_api.settings import Settings

MAX_CLIENTS = 10_000
"""The buckets that are unused for longest are dropped first: they have refilled by far."""
REFILL_TIME = timedelta(seconds=50)
"""After this an empty bucket is full again."""
PARTNER_FACTOR = 5
"""A partner with a key may hold and spend this many times as much as an anonymous client."""


@dataclass
class _Bucket:
    level: float
    at: float


class TokenBuckets:
    """A bucket for each client. Each process has its own buckets: three replicas allow up to three times."""

    def __init__(self, most: int, clock: Callable[[], float], *, fill: timedelta = REFILL_TIME) -> None:
        """`most` points at once; `clock` counts seconds from any beginning."""
        self.most = most
        self.fill = int(fill.total_seconds())
        self._clock = clock
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    @property
    def per_second(self) -> float:
        return self.most / self.fill

    def bucket(self, client: bytes) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self.most, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        bucket.level = min(self.most, bucket.level + (now - bucket.at) * self.per_second)
        bucket.at = now
        return bucket


class ClientBudget:
    """The bucket of one request's client, and what the request has taken from it."""

    def __init__(self, buckets: TokenBuckets, client: bytes) -> None:
        self._buckets = buckets
        self._client = client
        self.cost = 0
        self.wait = 0
        """Seconds until the refused cost can be paid; 0 when nothing was refused."""

    def may(self, cost: int) -> bool:
        """Whether the client has enough points; `wait` is set to the seconds until it has."""
        missing = cost - self._buckets.bucket(self._client).level
        self.wait = max(0, math.ceil(missing / self._buckets.per_second))
        return missing <= 0

    def charge(self, cost: int) -> bool:
        """Take the points if the client has enough of them."""
        if not self.may(cost):
            return False
        self._buckets.bucket(self._client).level -= cost
        self.cost += cost
        return True

    @property
    def most(self) -> int:
        return self._buckets.most

    @property
    def remaining(self) -> int:
        return int(self._buckets.bucket(self._client).level)

    @property
    def full_in(self) -> int:
        """Seconds until the client has all points again."""
        return math.ceil((self.most - self.remaining) / self._buckets.per_second)

    def headers(self) -> dict[str, str]:
        """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"""
        headers = {
            "RateLimit-Policy": f'"cost";q={self.most};w={self._buckets.fill}',
            "RateLimit": f'"cost";r={self.remaining};t={self.full_in}',
        }
        return headers | ({"Retry-After": str(self.wait)} if self.wait else {})


@dataclass(frozen=True)
class RateLimits:
    """The budgets of one request: its client's points and bookings."""

    points: ClientBudget
    bookings: ClientBudget


class ClientLimits:
    """The limits of each client: of an anonymous one by its address, of a partner by its key."""

    def __init__(self, settings: Settings) -> None:
        self._holds = settings.holds_per_client
        self._anonymous, self._partners = _buckets(settings, 1), _buckets(settings, PARTNER_FACTOR)

    def holder(self, request: Request, key: ApiKey | None = None) -> Holder:
        if key:
            return Holder(f"key {key.id}".encode(), PARTNER_FACTOR * self._holds)
        return Holder(client_hash(request), self._holds)

    def budgets(self, request: Request, key: ApiKey | None = None) -> RateLimits:
        client = self.holder(request, key).client
        all_buckets = self._partners if key else self._anonymous
        return RateLimits(*(ClientBudget(buckets, client) for buckets in all_buckets))

    def charge(self, request: Request, cost: int, secret: bytes | None = None) -> int:
        """Take points from an anonymous client. Returns the seconds to wait where it has too few.

        With the hash of a right secret the points are that secret's own: neighbours who share the
        address take nothing from it.
        """
        points = self.budgets(request).points if secret is None else ClientBudget(self._anonymous[0], secret)
        points.charge(cost)
        return points.wait


def _buckets(settings: Settings, factor: int) -> Sequence[TokenBuckets]:
    """The buckets of points and bookings, `factor` times the size that the settings give."""
    return [
        TokenBuckets(factor * most, time.monotonic, fill=fill)
        for most, fill in (
            (settings.points_per_client, REFILL_TIME),
            (settings.bookings_per_client, timedelta(hours=1)),
        )
    ]
