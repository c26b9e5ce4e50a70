"""Shared reads: computed once for each state of the database, however many ask."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from booking.storage.caches.shared_reads import SharedReads

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


class Computation:
    """Counts how often it was done; a value is true for five minutes."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.times = 0
        self._failure = failure

    async def __call__(self) -> tuple[int, datetime]:
        self.times += 1
        await asyncio.sleep(0)
        if self._failure is not None:
            raise self._failure
        return self.times, LATER


async def test_requests_at_the_same_time_share_one_computation_in_order() -> None:
    reads, compute, answered = SharedReads(), Computation(), list[int]()

    async def ask(number: int) -> int:
        value = await reads.get("state", "key", compute, now=NOW)
        answered.append(number)
        return value

    assert await asyncio.gather(*map(ask, range(100))) == [1] * 100
    assert answered == list(range(100))
    assert compute.times == 1


@pytest.mark.parametrize(
    ("state", "key", "now"),
    [("other", "key", NOW), ("state", "other", NOW), ("state", "key", LATER)],
)
async def test_another_state_key_or_a_later_time_is_computed_anew(
    state: str, key: str, now: datetime
) -> None:
    reads, compute = SharedReads(), Computation()
    await reads.get("state", "key", compute, now=NOW)
    await reads.get("state", "key", compute, now=LATER - timedelta(microseconds=1))
    assert compute.times == 1

    assert await reads.get(state, key, compute, now=now) == 2


async def test_a_failure_reaches_all_that_wait_and_nobody_later() -> None:
    reads, failing, working = SharedReads(), Computation(OSError("gone")), Computation()
    answers = await asyncio.gather(
        *(reads.get("state", "key", failing, now=NOW) for _ in range(10)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [OSError] * 10
    assert failing.times == 1

    assert await reads.get("state", "key", working, now=NOW) == 1


async def test_the_next_request_computes_when_the_first_is_cancelled() -> None:
    reads, compute = SharedReads(), Computation()
    first, second = [asyncio.create_task(reads.get("state", "key", compute, now=NOW)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()

    assert await second == 2
