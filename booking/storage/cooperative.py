"""Cooperative work: a long computation that lets the event loop serve other requests in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

MAX_SECONDS_AT_ONCE = 0.005
"""After which the loop is given back: a request that came meanwhile waits no longer than a few of these."""


async def cooperatively(items: Iterable[T]) -> AsyncIterator[T]:
    """The items; every few milliseconds the event loop runs before the next one.

    Nothing that the loop may change is to be assumed the same from one item to the next.
    """
    began_at = time.monotonic()
    for item in items:
        yield item
        if time.monotonic() - began_at > MAX_SECONDS_AT_ONCE:
            await asyncio.sleep(0)
            began_at = time.monotonic()
    if time.monotonic() - began_at > MAX_SECONDS_AT_ONCE / 5:
        await asyncio.sleep(0)  # Many short loops in a row are a long one.
