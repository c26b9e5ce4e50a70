"""Rate limiting: each client has token buckets, which refill steadily."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice

from starlette.requests import Request

from booking.appointments.checks.holds import Holder
from booking.domain.errors import TooManyBookings
from booking.storage.models.api_keys import ApiKey
from graphql_api.limits.known_secrets import KnownSecrets, hashes_of
from graphql_api.limits.limits import MAX_HOLDS_WITHOUT_PROOF
from graphql_api.limits.refusal_log import RefusalLog
from graphql_api.limits.refused_screenings import ClientScreening, RefusedScreenings
from graphql_api.limits.token_buckets import REFILL_TIME, TokenBuckets
from graphql_api.security.client_address import Network, networks_of
from graphql_api.security.request_error import RequestError
from graphql_api.settings import Settings

POINTS_OF_SECRET = 500
"""Of each right manage link, hold or calendar feed: for what it is for, and not for searches."""
MAX_SECRETS = 10
"""Texts of one request that are looked up."""
SECRET = "points of a secret"  # noqa: S105  (no secret)
COST_OF_WRONG_KEY = 20
"""In points, as of a page: a guess is looked up in the database."""
PARTNER_FACTOR = 5
"""A partner with a key may hold and spend this many times as much as an anonymous client."""
HOUR = timedelta(hours=1)
HASH_BYTES = 16
"""Of a network's hash in the stored client of a hold, where it has several."""
WITHOUT_PROOF = hashlib.sha256(b"without a proof of work").digest()[:HASH_BYTES]
"""The beginning of the stored client of every hold that a plain form made while holds need a proof."""


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
        self.wait = max(buckets.wait(key, cost) for buckets, key in self._meters)
        if self.wait:
            self._meters[0][0].on_refusal()
            return False
        self._take(cost)
        return True

    def refund(self, cost: int) -> None:
        """Give points back that were taken for something that was not done."""
        self._take(-cost)

    def _take(self, cost: int) -> None:
        for buckets, key in self._meters:
            buckets.take(key, cost)
        self.cost += cost

    @property
    def most(self) -> int:
        """How many points the client has when it has spent none."""
        return self._meters[0][0].most

    @property
    def remaining(self) -> int:
        """The points left in the emptiest of its buckets."""
        return int(min(buckets.level(key) for buckets, key in self._meters))

    @property
    def full_in(self) -> int:
        """Seconds until the client has all points again."""
        return max(buckets.full_in(key) for buckets, key in self._meters)

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
    """The budgets of one request: its client's points and bookings; and its refused screening answers."""

    points: ClientBudget
    bookings: ClientBudget
    screening: ClientScreening


@contextmanager
def one_booking(budget: ClientBudget) -> Iterator[Callable[[], None]]:
    """A function that counts a booking, which is taken back if the booking fails.

    It is called when a booking is known to be new, and before it is made: a repeated request gets the booking
    that it made before, whatever the limit, and many at once find no more than is left.

    The function raises TooManyBookings if the client has booked as often as it may.
    """
    is_counted = False

    def count() -> None:
        nonlocal is_counted
        if not budget.charge(1):
            raise TooManyBookings(retry_after=timedelta(seconds=budget.wait))
        is_counted = True

    try:
        yield count
    except BaseException:
        if is_counted:
            budget.refund(1)
        raise


class ClientLimits:
    """The limits of each client, whichever way in it takes.

    An anonymous client is the networks of its address, a partner is its key.
    """

    def __init__(
        self,
        settings: Settings,
        secrets: KnownSecrets,
        *,
        on_refusal: Callable[[str], None],
        is_shared: bool = False,
    ) -> None:
        """`on_refusal` is told each limit that refuses a request; `is_shared` with other replicas."""
        self._settings = settings
        self._secrets = secrets
        self._is_shared = is_shared
        self.named: dict[str, TokenBuckets] = {}
        """All buckets, by the name of their limit and how many times the settings' limits they allow."""
        most = min(POINTS_OF_SECRET, settings.points_per_client)
        self._refusals = RefusalLog(time.monotonic, on_refusal)
        self._of_secret = self._token_buckets(SECRET, most)
        self._refused_screenings = RefusedScreenings(time.monotonic)
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
            buckets = self.buckets_of(network.factor * (PARTNER_FACTOR if key else 1))
            points.append((buckets.points, network.hash))
            bookings.append((buckets.bookings, network.hash))
        return RateLimits(ClientBudget(*points), ClientBudget(*bookings), self.screening(request, key))

    def screening(self, request: Request, key: ApiKey | None = None) -> ClientScreening:
        """A partner, whose patients are many, has no record."""
        return self._refused_screenings.of([] if key else [network.hash for network in networks_of(request)])

    def one_booking(self, request: Request) -> AbstractContextManager[Callable[[], None]]:
        """`one_booking` of an anonymous client."""
        return one_booking(self.budgets(request).bookings)

    def charge(self, request: Request, cost: int) -> int:
        """Take points from an anonymous client. Returns the seconds to wait where it has too few."""
        budget = self.budgets(request).points
        budget.charge(cost)
        return budget.wait

    async def of_right_secret(self, secrets: Iterable[str]) -> ClientBudget | None:
        """The points of the first right one among these texts; None if all are wrong.

        They are for what the secret is for: neighbours who share an address take nothing from them.
        """
        hashes = [each for secret in islice(secrets, MAX_SECRETS) for each in hashes_of(secret)]
        right = await self._secrets.first(hashes)
        return ClientBudget((self._of_secret, right)) if right else None

    async def is_paid_by_secret(self, cost: int, secrets: Sequence[str]) -> bool:
        """Whether one of the texts is a right secret that has so many points; it pays them."""
        own = await self.of_right_secret(secrets)
        return own is not None and own.charge(cost)

    async def charge_with_secret(self, request: Request, cost: int, secrets: Sequence[str]) -> int:
        """`charge`; with a right secret the points are that secret's own.

        The client is charged first, and gets the points back if the secret is right.
        """
        budget = self.budgets(request).points
        is_paid = budget.charge(cost)
        if own := await self.of_right_secret(secrets):
            if is_paid:
                budget.refund(cost)
            own.charge(cost)
            return own.wait
        return budget.wait

    def charge_wrong_key(self, request: Request) -> None:
        """Take points for a wrong key from its address, whose right keys have points of their own.

        Raises:
            RequestError: 429, when it has too few.
        """
        if wait := self.charge(request, COST_OF_WRONG_KEY):
            message = f"Too many wrong keys were tried. Please try again in {wait} s."
            raise RequestError(429, message, "RATE_LIMITED", {"Retry-After": str(wait)})

    def buckets_named(self, name: str) -> TokenBuckets | None:
        """Those of another replica's name; None where this version has none."""
        factor = name.rpartition(" ")[2]
        if name not in self.named and factor.isdecimal():
            self.buckets_of(int(factor))
        return self.named.get(name)

    def buckets_of(self, factor: int) -> "_Buckets":
        """The buckets of clients who may have so many times the settings' limits."""
        if factor not in self._buckets:
            self._buckets[factor] = _Buckets(
                self._token_buckets("points", factor * self._settings.points_per_client, factor=factor),
                self._token_buckets(
                    "bookings", factor * self._settings.bookings_per_client, factor=factor, fill=HOUR
                ),
            )
        return self._buckets[factor]

    def _token_buckets(
        self, limit: str, most: int, *, factor: int = 1, fill: timedelta = REFILL_TIME
    ) -> TokenBuckets:
        count = partial(self._refusals.count, limit)
        buckets = TokenBuckets(most, time.monotonic, fill=fill, on_refusal=count, is_shared=self._is_shared)
        self.named[f"{limit} {factor}"] = buckets
        return buckets


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
