"""Somebody else's code fails in time, with an Exception, and ends nothing of ours."""

import asyncio
import gc
from datetime import timedelta

import pytest

from booking.extensions.isolation import IsolationError, in_own_task, with_timeout

A_MOMENT, LONG = timedelta(milliseconds=20), timedelta(seconds=30)


async def answer_though_stopped() -> str:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return "late"
    return "never"


async def fail_at_the_end() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        raise RuntimeError("while being stopped")


async def stop_oneself() -> None:
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(0)


async def test_what_answers_too_late_has_failed() -> None:
    with pytest.raises(TimeoutError):
        await with_timeout(answer_though_stopped(), A_MOMENT)


async def test_who_left_is_not_kept_by_what_does_not_stop() -> None:
    asking = asyncio.create_task(with_timeout(answer_though_stopped(), LONG))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_what_fails_while_being_stopped_makes_no_noise() -> None:
    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: noise.append(told))
    with pytest.raises(TimeoutError):
        await in_own_task(fail_at_the_end(), A_MOMENT)
    await asyncio.sleep(0.01)
    gc.collect()
    asyncio.get_running_loop().set_exception_handler(None)
    assert noise == []


async def test_what_stops_itself_has_failed() -> None:
    with pytest.raises(IsolationError):
        await in_own_task(stop_oneself(), LONG)
