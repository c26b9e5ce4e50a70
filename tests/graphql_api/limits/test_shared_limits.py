"""Limits that replicas on one PostgreSQL share, and what each does while the database is away."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from graphql_api.limits.known_secrets import KnownSecrets
from graphql_api.limits.rate_limiting import COST_OF_WRONG_KEY, ClientBudget, ClientLimits
from graphql_api.limits.shared_limits import Exchanges, SharedLimits
from graphql_api.settings import Settings
from tests.support.databases import open_database

CLIENT = b"network"


@dataclass
class Replica:
    limits: ClientLimits
    shared: SharedLimits
    database: Database

    def points(self, client: bytes = CLIENT) -> ClientBudget:
        return ClientBudget((self.limits.buckets_of(1).points, client))

    def bookings(self) -> ClientBudget:
        return ClientBudget((self.limits.buckets_of(1).bookings, CLIENT))


def replica(url: str) -> Replica:
    async def none_is_right(_hashes: object) -> set[bytes]:
        return set()

    # A lock is waited for so briefly; to connect may take longer.
    database = open_database(f"{url}&connect_timeout=10", patience=0.2)
    settings = Settings(url, points_per_client=1000, bookings_per_client=10)
    limits = ClientLimits(
        settings, KnownSecrets(none_is_right), on_refusal=lambda _limit: None, is_shared=True
    )
    return Replica(limits, SharedLimits(database, limits, Exchanges()), database)


@pytest.fixture
async def replicas(postgresql_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    both = replica(postgresql_url), replica(postgresql_url)
    yield both
    for each in both:
        await each.database.close()


async def exchange(*replicas: Replica) -> None:
    for each in replicas:
        await each.shared.exchange()


async def test_what_one_replica_has_counted_no_other_gives_again(
    replicas: tuple[Replica, Replica], postgresql_url: str
) -> None:
    one, other = replicas
    assert one.bookings().charge(8)
    assert other.bookings().charge(1)

    await exchange(one, other, one)

    assert [each.bookings().remaining for each in replicas] == [1, 1]
    assert [each.bookings().charge(2) for each in replicas] == [False, False]
    assert other.bookings().charge(1)
    await exchange(other, one)
    assert not one.bookings().charge(1)
    one.bookings().refund(1)  # It failed.
    await exchange(one, other)
    assert other.bookings().charge(1)
    await exchange(other)
    late = replica(postgresql_url)
    await exchange(late)
    assert not late.bookings().charge(1)  # A replica that is started knows it, too.
    await late.database.close()


async def test_little_that_is_spent_writes_nothing(replicas: tuple[Replica, Replica]) -> None:
    one, _ = replicas
    for number in range(50):
        assert one.points(b"visitor %d" % number).charge(COST_OF_WRONG_KEY)

    await exchange(one)

    async with one.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM spent_limits")) == 0


async def test_while_the_database_is_away_each_counts_and_tells_it_afterwards(
    replicas: tuple[Replica, Replica], postgresql_url: str
) -> None:
    one, other = replicas
    assert one.bookings().charge(8)
    async with other.database.engine.begin() as away:
        await away.execute(text("LOCK TABLE spent_limits"))
        with pytest.raises(TryAgain):
            await one.shared.exchange()
        assert not one.bookings().charge(3)  # Refused by its own count.
        assert one.bookings().charge(1)
        assert other.bookings().charge(2)

    await exchange(one, other)

    assert not other.bookings().charge(1)
