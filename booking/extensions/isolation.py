"""Isolation: a feature's code fails with an Exception, within a timeout, and ends nothing of the server."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


class IsolationError(Exception):
    """A feature raised SystemExit, a cancellation of its own, or an exception whose text can't be had."""


@contextmanager
def exceptions_only() -> Iterator[None]:
    """Turn what would end the server or the request into an error that each caller catches and logs.

    Raises:
        IsolationError: in place of it. A cancellation by the server itself passes, as an Exception does.
    """
    try:
        yield
    except BaseException as reason:
        if isinstance(reason, Exception):
            passes = _has_text(reason)
        else:
            is_cancelled = isinstance(reason, asyncio.CancelledError) and _is_task_cancelled()
            passes = is_cancelled or isinstance(reason, GeneratorExit)
        if passes:
            raise
        raise IsolationError(f"it raised {type(reason).__name__}") from reason


def _is_task_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _has_text(reason: Exception) -> bool:
    try:
        return isinstance(str(reason), str)
    except BaseException:
        return False


async def with_timeout(work: Awaitable[T], limit: timedelta) -> T:
    """Await a feature's work in the task of its caller, whose session it may use; return when it has ended.

    Raises:
        TimeoutError: it ended too late, also when it caught its cancellation and returned.
        CancelledError: the task was cancelled meanwhile, also when the work caught that.
    """
    with exceptions_only():
        async with asyncio.timeout(limit.total_seconds()) as timer:
            result = await work
        if timer.expired():
            raise TimeoutError
        if _is_task_cancelled():
            raise asyncio.CancelledError
    return result


async def in_own_task(work: Awaitable[T], limit: timedelta) -> T:
    """Await a feature's work in a task of its own, which is left running if it does not stop.

    Only for work that shares no session with its caller.

    Raises:
        TimeoutError: it had not ended in time.
    """
    task = asyncio.ensure_future(_isolated(work))
    # Retrieve the exception, so that asyncio does not log it when nobody awaits the task any more.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        done, _ = await asyncio.wait([task], timeout=limit.total_seconds())
    finally:
        task.cancel()
    if not done:
        raise TimeoutError
    if task.cancelled():
        raise IsolationError("it cancelled itself")
    return task.result()


async def _isolated(work: Awaitable[T]) -> T:
    with exceptions_only():
        return await work
