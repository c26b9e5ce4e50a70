"""A feature's code fails within its time limit, with an Exception, and ends nothing of the server."""

import asyncio
import gc
from datetime import timedelta

import pytest

from booking.extensions.isolation import IsolationError, in_own_task, with_timeout

SHORT, LONG = timedelta(milliseconds=20), timedelta(seconds=30)


async def return_although_cancelled() -> str:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return "late"
    return "never"


async def raise_while_cancelled() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        raise RuntimeError("while being stopped")


async def cancel_itself() -> None:
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(0)


async def test_a_result_after_the_time_limit_is_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        await with_timeout(return_although_cancelled(), SHORT)


async def test_a_cancelled_caller_stays_cancelled_when_the_work_catches_it() -> None:
    waiting = asyncio.create_task(with_timeout(return_although_cancelled(), LONG))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_exception_after_the_timeout_is_not_logged() -> None:
    logged: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: logged.append(context))
    with pytest.raises(TimeoutError):
        await in_own_task(raise_while_cancelled(), SHORT)
    await asyncio.sleep(0.01)
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    # What else is logged is of earlier tests.
    assert [each for each in logged if "while being stopped" in repr(each)] == []


async def test_work_that_cancels_itself_is_an_isolation_error() -> None:
    with pytest.raises(IsolationError):
        await in_own_task(cancel_itself(), LONG)
