"""How much a client may ask for: a bucket of points each, which fills again by and by."""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from graphql_api.security.limits import MAX_COST, MAX_GUESSES
from graphql_api.security.query_cost import query_cost
from graphql_api.settings import Settings

MAX_CLIENTS = 10_000
"""Whose buckets are kept; the fullest by far are those that were not used for long."""
REFILL_TIME = timedelta(seconds=50)
"""In which an empty bucket is full again."""


@dataclass
class _Bucket:
    level: float
    at: float


class TokenBuckets:
    """What each client may spend. Each process has its own: of three replicas it is up to three times."""

    def __init__(self, most: int, clock: Callable[[], float], *, fill: timedelta = REFILL_TIME) -> None:
        """`most` points at once; `clock` in seconds, from any beginning."""
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
    """What one request costs its client."""

    def __init__(self, allowance: TokenBuckets, client: bytes) -> None:
        self._allowance = allowance
        self._client = client
        self.cost = 0
        self.wait = 0
        """Seconds until what was refused can be paid; 0 when nothing was."""

    def may(self, cost: int) -> bool:
        """Whether there is enough; `wait` says when there will be."""
        missing = cost - self._allowance.bucket(self._client).level
        self.wait = max(0, math.ceil(missing / self._allowance.per_second))
        return missing <= 0

    def charge(self, cost: int) -> bool:
        """Whether there was enough, and then it is gone."""
        if not self.may(cost):
            return False
        self._allowance.bucket(self._client).level -= cost
        self.cost += cost
        return True

    @property
    def most(self) -> int:
        return self._allowance.most

    @property
    def remaining(self) -> int:
        return int(self._allowance.bucket(self._client).level)

    @property
    def full_in(self) -> int:
        """Seconds until the client has all points again."""
        return math.ceil((self.most - self.remaining) / self._allowance.per_second)

    def headers(self) -> dict[str, str]:
        """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"""
        headers = {
            "RateLimit-Policy": f'"cost";q={self.most};w={self._allowance.fill}',
            "RateLimit": f'"cost";r={self.remaining};t={self.full_in}',
        }
        return headers | ({"Retry-After": str(self.wait)} if self.wait else {})


@dataclass(frozen=True)
class RateLimits:
    """What one request takes from what its client has."""

    points: ClientBudget
    bookings: ClientBudget
    guesses: ClientBudget


class RateLimiter:
    """What each client may do: so many `times` as the settings say."""

    def __init__(self, settings: Settings, clock: Callable[[], float], *, times: int) -> None:
        self._points = TokenBuckets(times * settings.points_per_client, clock)
        self._bookings = TokenBuckets(times * settings.bookings_per_client, clock, fill=timedelta(hours=1))
        self._guesses = TokenBuckets(times * MAX_GUESSES, clock, fill=timedelta(minutes=1))

    def of(self, client: bytes) -> RateLimits:
        return RateLimits(
            *(ClientBudget(one, client) for one in (self._points, self._bookings, self._guesses))
        )


class QueryCostLimit(SchemaExtension):
    """Reckons what an operation costs before it runs; what is too dear does not."""

    def on_execute(self) -> Iterator[None]:
        asked = self.execution_context
        assert asked.graphql_document
        schema = asked.schema._schema
        cost = query_cost(schema, asked.graphql_document, asked.operation_name, asked.variables or {})
        if cost > MAX_COST:
            raise GraphQLError(
                f"The operation costs {cost}; at most {MAX_COST}. Ask for smaller pages, or in parts.",
                extensions={"code": "LIMIT_EXCEEDED", "limit": "cost", "most": MAX_COST, "cost": cost},
            )
        meter: ClientBudget = asked.context.internals.budgets.points
        if not meter.charge(cost):
            raise rate_limited_error(meter)
        yield


def rate_limited_error(meter: ClientBudget) -> GraphQLError:
    return GraphQLError(
        f"You have asked for much in a short time. Please ask again in {meter.wait} s.",
        extensions={"code": "RATE_LIMITED", "retryAfterSeconds": meter.wait},
    )
