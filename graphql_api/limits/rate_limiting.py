"""Rate limiting: each client has token buckets, which refill steadily."""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from booking.appointments.hold import Holder
from booking.domain.errors import TooManyBookings
from booking.storage.models.api_keys import ApiKey
from graphql_api.limits.limits import MAX_HOLDS_WITHOUT_PROOF
from graphql_api.security.client_address import Network, networks_of
from graphql_api.settings import Settings

MAX_CLIENTS = 10_000
"""The buckets that are unused for longest are dropped first: they have refilled by far."""
REFILL_TIME = timedelta(seconds=50)
"""After this an empty bucket is full again."""
PARTNER_FACTOR = 5
"""A partner with a key may hold and spend this many times as much as an anonymous client."""
HOUR = timedelta(hours=1)
HASH_BYTES = 16
"""Of a network's hash in the stored client of a hold, where it has several."""
WITHOUT_PROOF = hashlib.sha256(b"without a proof of work").digest()[:HASH_BYTES]
"""The beginning of the stored client of every hold that a plain form made while holds need a proof."""


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
    """The buckets of one request's client, and what the request has taken from them.

    A client of IPv6 has a bucket for each of its networks, and takes from all of them at once or from none.
    """

    def __init__(self, *meters: tuple[TokenBuckets, bytes]) -> None:
        """`meters`: the buckets of each network and its key, the narrowest network first."""
        self._meters = meters
        self.cost = 0
        self.wait = 0
        """Seconds until the refused cost can be paid; 0 when nothing was refused."""

    def charge(self, cost: int) -> bool:
        """Take the points if the client has enough of them, else set `wait` to the seconds until it has."""
        self.wait = max(self._wait(cost, *meter) for meter in self._meters)
        if self.wait:
            return False
        self._take(cost)
        return True

    def refund(self, cost: int) -> None:
        """Give points back that were taken for something that was not done."""
        self._take(-cost)

    def _wait(self, cost: int, buckets: TokenBuckets, key: bytes) -> int:
        missing = cost - buckets.bucket(key).level
        return max(0, math.ceil(missing / buckets.per_second))

    def _take(self, cost: int) -> None:
        for buckets, key in self._meters:
            buckets.bucket(key).level -= cost
        self.cost += cost

    @property
    def most(self) -> int:
        """How many points the client has when it has spent none."""
        return self._meters[0][0].most

    @property
    def remaining(self) -> int:
        """The points left in the emptiest of its buckets."""
        return int(min(buckets.bucket(key).level for buckets, key in self._meters))

    @property
    def full_in(self) -> int:
        """Seconds until the client has all points again."""
        return max(
            math.ceil((buckets.most - buckets.bucket(key).level) / buckets.per_second)
            for buckets, key in self._meters
        )

    def headers(self) -> dict[str, str]:
        """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"""
        window = self._meters[0][0].fill
        headers = {
            "RateLimit-Policy": f'"cost";q={self.most};w={window}',
            "RateLimit": f'"cost";r={self.remaining};t={self.full_in}',
        }
        return headers | ({"Retry-After": str(self.wait)} if self.wait else {})


@dataclass(frozen=True)
class RateLimits:
    """The budgets of one request: its client's points and bookings."""

    points: ClientBudget
    bookings: ClientBudget


@contextmanager
def one_booking(budget: ClientBudget) -> Iterator[None]:
    """Count a booking, unless it fails.

    It is taken beforehand: many requests at once find no more than is left.

    Raises:
        TooManyBookings: the client has booked as often as it may.
    """
    if not budget.charge(1):
        raise TooManyBookings(retry_after=timedelta(seconds=budget.wait))
    try:
        yield
    except BaseException:
        budget.refund(1)
        raise


class ClientLimits:
    """The limits of each client, whichever way in it takes.

    An anonymous client is the networks of its address, a partner is its key.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[int, _Buckets] = {}
        """By how many times the settings' limits they allow."""

    def networks(self, request: Request, key: ApiKey | None = None) -> tuple[Network, ...]:
        if key:
            return (Network(hashlib.sha256(f"key {key.id}".encode()).digest(), 1),)
        return networks_of(request)

    def holder(self, request: Request, key: ApiKey | None = None) -> Holder:
        """The client that holds times: of IPv6 all of its networks count."""
        holds = self._settings.holds_per_client * (PARTNER_FACTOR if key else 1)
        return _holder(self.networks(request, key), holds)

    def holder_without_script(self, request: Request) -> Holder:
        """`holder` for the plain forms.

        A page without a script can't compute. While holds need a proof of work, all plain forms together
        may hold a few times; beyond them a visitor is shown the phone number.
        """
        holder = self.holder(request)
        if not self._settings.proof_of_work:
            return holder
        limits = [(WITHOUT_PROOF + part, most) for part, most in holder.limits]
        return Holder(WITHOUT_PROOF + holder.client, [(WITHOUT_PROOF, MAX_HOLDS_WITHOUT_PROOF), *limits])

    def budgets(self, request: Request, key: ApiKey | None = None) -> RateLimits:
        points, bookings = [], []
        for network in self.networks(request, key):
            buckets = self._buckets_of(network.factor * (PARTNER_FACTOR if key else 1))
            points.append((buckets.points, network.hash))
            bookings.append((buckets.bookings, network.hash))
        return RateLimits(ClientBudget(*points), ClientBudget(*bookings))

    def one_booking(self, request: Request) -> AbstractContextManager[None]:
        """`one_booking` of an anonymous client."""
        return one_booking(self.budgets(request).bookings)

    def charge(self, request: Request, cost: int, secret: bytes | None = None) -> int:
        """Take points from an anonymous client. Returns the seconds to wait where it has too few.

        With the hash of a right secret the points are that secret's own: neighbours who share the
        address take nothing from it.
        """
        own = secret and ClientBudget((self._buckets_of(1).points, secret))
        budget = own or self.budgets(request).points
        budget.charge(cost)
        return budget.wait

    def _buckets_of(self, factor: int) -> "_Buckets":
        if factor not in self._buckets:
            self._buckets[factor] = _Buckets(
                TokenBuckets(factor * self._settings.points_per_client, time.monotonic),
                TokenBuckets(factor * self._settings.bookings_per_client, time.monotonic, fill=HOUR),
            )
        return self._buckets[factor]


@dataclass(frozen=True)
class _Buckets:
    points: TokenBuckets
    bookings: TokenBuckets


def _holder(networks: Sequence[Network], holds: int) -> Holder:
    """The hashes stand in the stored client one behind the other, the widest network first.

    So each network is a beginning of it, which one index finds. A part of a hash is enough for a count.
    """
    if len(networks) == 1:
        return Holder(networks[0].hash, [(networks[0].hash, holds)])
    client, limits = b"", []
    for network in reversed(networks):
        client += network.hash[:HASH_BYTES]
        limits.append((client, network.factor * holds))
    return Holder(client, limits)
