"""Buckets of points: they refill steadily, and no client is forgotten however many there are."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.limits.rate_limiting import ClientBudget
from graphql_api.limits.token_buckets import MAX_CLIENTS, REFILL_TIME, TokenBuckets


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_emptied_and_fills_again() -> None:
    seconds = Seconds()
    allowance = TokenBuckets(100, seconds)
    assert ClientBudget((allowance, b"one")).charge(90)
    assert not (meter := ClientBudget((allowance, b"one"))).charge(20)
    assert (meter.wait, meter.cost, meter.remaining) == (5, 0, 10)
    seconds.now = 4.9
    assert not ClientBudget((allowance, b"one")).charge(20)
    seconds.now = 5
    assert ClientBudget((allowance, b"one")).charge(20)
    seconds.now = 5 + REFILL_TIME.total_seconds() + 100
    assert ClientBudget((allowance, b"one")).remaining == 100


def test_one_client_takes_nothing_from_another() -> None:
    allowance = TokenBuckets(100, Seconds())
    assert ClientBudget((allowance, b"one")).charge(100)
    assert ClientBudget((allowance, b"two")).charge(100)


def test_the_number_of_buckets_is_bounded() -> None:
    allowance = TokenBuckets(100, Seconds())
    for client in range(3 * MAX_CLIENTS):
        ClientBudget((allowance, client.to_bytes(4))).charge(1)
        assert len(allowance) <= MAX_CLIENTS


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 30), st.lists(st.integers(1, 30), max_size=5))
def test_no_number_of_other_clients_makes_a_client_forgotten(taken: int, others: list[int]) -> None:
    """10,000 other addresses pushed a bucket out, so that its client had all bookings of an hour again."""
    seconds = Seconds()
    bookings = TokenBuckets(30, seconds, fill=timedelta(hours=1))
    assert ClientBudget((bookings, b"one")).charge(taken)
    for cost in others:
        for client in range(MAX_CLIENTS):
            bookings.take(b"%d of %d" % (client, cost), cost)
        assert ClientBudget((bookings, b"one")).remaining <= 30 - taken
    # Others' spending may be counted as this client's, where their hashes meet; an hour fills all.
    seconds.now = 3600 if others else taken * 120
    assert ClientBudget((bookings, b"one")).remaining == 30


def test_a_new_client_has_all_points_although_many_were_summed_up() -> None:
    bookings = TokenBuckets(30, Seconds(), fill=timedelta(hours=1))
    for client in range(3 * MAX_CLIENTS):
        bookings.take(b"%d" % client, 30)
    fresh = [ClientBudget((bookings, b"new %d" % client)).remaining == 30 for client in range(1000)]
    assert sum(fresh) > 950
    assert all(ClientBudget((bookings, b"%d" % client)).remaining <= 0 for client in range(3 * MAX_CLIENTS))


def test_full_buckets_give_way_before_spent_ones() -> None:
    seconds = Seconds()
    points = TokenBuckets(100, seconds)
    for client in range(MAX_CLIENTS):
        points.take(b"%d" % client, 1)
    seconds.now = 1
    points.take(b"one", 100)
    assert len(points) == 1
