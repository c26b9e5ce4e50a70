"""Turns: first come, first served; and a request stops waiting as soon as it is of no use."""

import asyncio

import pytest

from booking.storage.turns import Turns


class Taken(Exception):
    """The thing that all want is gone."""


class Crowd:
    """Requests that want one thing, of which there are `left`."""

    def __init__(self, left: int, *, patience: float = 5) -> None:
        self.left = left
        self.served: list[int] = []
        self.refused: list[int] = []
        self._turns = Turns(patience)

    async def request(self, number: int) -> None:
        try:
            async with self._turns.turn("key", self._check):
                await asyncio.sleep(0.01)
                self.left -= 1
                self.served.append(number)
        except Taken:
            self.refused.append(number)

    async def _check(self) -> None:
        if not self.left:
            raise Taken


async def test_the_first_requests_are_served_and_the_others_refused_in_order() -> None:
    crowd = Crowd(3)
    await asyncio.gather(*map(crowd.request, range(100)))
    assert crowd.served == [0, 1, 2]
    assert crowd.refused == list(range(3, 100))


async def test_a_request_that_is_cancelled_keeps_nobody_waiting() -> None:
    crowd = Crowd(3)
    requests = [asyncio.create_task(crowd.request(number)) for number in range(4)]
    await asyncio.sleep(0)
    requests[0].cancel()
    requests[2].cancel()
    await asyncio.wait(requests)
    assert crowd.served == [1, 3]


async def test_requests_for_other_things_do_not_wait() -> None:
    turns = Turns(5)

    async def check() -> None:
        pass

    async with turns.turn("one", check), asyncio.timeout(1), turns.turn("other", check):
        pass


async def test_a_turn_that_does_not_come_is_told() -> None:
    turns = Turns(0.01)

    async def check() -> None:
        pass

    async with turns.turn("key", check):
        with pytest.raises(TimeoutError):
            async with turns.turn("key", check):
                raise AssertionError
