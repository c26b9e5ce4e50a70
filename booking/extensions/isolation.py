"""Somebody else's code: whatever it does, it fails with an Exception, in time, and ends nothing of ours."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class IsolationError(Exception):
    """It raised what would end the server or the request, or what can't even say what it is."""


@contextmanager
def exceptions_only() -> Iterator[None]:
    """What comes out of it is an Exception with a text, unless it is us who are cancelled."""
    try:
        yield
    except GeneratorExit:
        raise
    except BaseException as reason:
        if _is_ours(reason):
            raise
        raise IsolationError(f"it raised {type(reason).__name__}") from reason


def _is_ours(reason: BaseException) -> bool:
    if isinstance(reason, Exception):
        return _has_text(reason)
    task = asyncio.current_task()
    return isinstance(reason, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _has_text(reason: Exception) -> bool:
    try:
        return isinstance(str(reason), str)
    except BaseException:
        return False


async def with_timeout(work: Awaitable[T], limit: timedelta) -> T:
    """Fails also when it answers later, or although we were cancelled meanwhile: it may have seen to that."""
    with exceptions_only():
        async with asyncio.timeout(limit.total_seconds()) as timeout:
            answer = await work
        if timeout.expired():
            raise TimeoutError
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
    return answer


async def in_own_task(work: Awaitable[T], limit: timedelta) -> T:
    """As `in_time`, but what can't be stopped is left to itself: it must share nothing with us."""
    working = asyncio.ensure_future(_only_exceptions(work))
    working.add_done_callback(_retrieve_exception)
    try:
        done, _ = await asyncio.wait([working], timeout=limit.total_seconds())
    finally:
        working.cancel()
    if not done:
        raise TimeoutError
    if working.cancelled():
        raise IsolationError("it cancelled itself")
    return working.result()


async def _only_exceptions(work: Awaitable[T]) -> T:
    with exceptions_only():
        return await work


def _retrieve_exception(working: asyncio.Future[Any]) -> None:
    """What nobody waits for any more is no news."""
    if not working.cancelled():
        working.exception()
