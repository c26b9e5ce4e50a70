"""Cooperative work: all items come in order, and other tasks run in between."""

import asyncio
import time
from collections.abc import Iterator

from booking.storage.cooperative import MAX_SECONDS_AT_ONCE, cooperatively


def slow_items(number: int) -> Iterator[int]:
    """Each takes a third of what may be done at once."""
    for item in range(number):
        until = time.monotonic() + MAX_SECONDS_AT_ONCE / 3
        while time.monotonic() < until:
            pass
        yield item


async def test_other_tasks_run_while_items_are_computed() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    items = [item async for item in cooperatively(slow_items(30))]
    running.cancel()

    assert items == list(range(30))
    assert turns >= 5
