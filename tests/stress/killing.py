"""A scenario of servers that are killed in the middle of it all."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from tests.stress.holding import TAKEN, seen_in
from tests.stress.referee import Seen
from tests.stress.stage import PATIENCE_SECONDS, Outcome, Stage, Tally, Unavailable
from tests.support.graphql_client import GraphQLClient, problem_types

PAUSE_SECONDS = 0.05
"""Before a client asks again."""
IMPATIENCE_SECONDS = 0.3
"""At most, when a client gives a request up and repeats it at once."""
UNLUCKY = 0.1
"""How often it does that; and how often an answer is lost."""
MOST_BETWEEN = 12
"""Bookings from one kill to the next."""
WISHES_A_DAY, DAYS = 40, 300
ASKED_AGAIN = 20

Asking = Callable[[GraphQLClient], Awaitable[dict[str, Any]]]
AtTheEnd = Callable[[Stage], Awaitable[list[str]]]


class Persistent:
    """Asks the very same again until somebody answers, whichever server that is.

    A kill seldom falls between a commit and its answer. So besides, some answers get lost on their way,
    and some requests are given up and repeated while the first is still being worked on.
    """

    def __init__(self, tally: Tally, chance: random.Random) -> None:
        self.cut = self.lost = 0
        self._tally = tally
        self._chance = chance

    async def ask(self, asking: Asking, *or_else: str) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._tally.ask(self._answer(asking), or_else=or_else)
        except TimeoutError:
            self._tally.fail("no answer in time, however often it was asked for")
            return None

    async def _answer(self, asking: Asking) -> dict[str, Any]:
        while True:
            is_impatient, is_lost = (self._chance.random() < UNLUCKY for _ in range(2))
            try:
                async with asyncio.timeout(
                    self._chance.random() * IMPATIENCE_SECONDS if is_impatient else None
                ):
                    payload = await asking(self._chance.choice(self._tally.stage.partners))
            except TimeoutError:
                self.lost += 1
            except (httpx.TransportError, Unavailable):
                self.cut += 1
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                if problem_types(payload) == ["TryAgain"]:
                    await asyncio.sleep(PAUSE_SECONDS)
                elif is_lost:
                    self.lost += 1
                else:
                    return payload


async def kill(
    stage: Stage, *, kills: int, clients: int, seed: int, at_the_end: AtTheEnd | None = None
) -> Outcome:
    """Clients hold and book with idempotency keys, while one server after the other is killed and started.

    Each booking that a client was told of is there, each wish led to one, and no other time is owned.
    `at_the_end` says what else is wrong, a sentence each; nothing is asked of the servers any more then.
    """
    tally = Tally("kill", stage)
    chance = random.Random(seed)
    persistent = Persistent(tally, chance)
    starts = stage.starts(minutes=30)
    numbers = count()
    booked: asyncio.Queue[Seen] = asyncio.Queue()
    told: list[tuple[Seen, Asking]] = []
    is_over = False

    async def client() -> None:
        while not is_over:
            await fulfil(next(numbers))

    async def fulfil(wish: int) -> None:
        # Many want one day, so that some are refused; then come those who want the next.
        at = chance.choice(starts) + timedelta(days=wish // WISHES_A_DAY % DAYS)
        keys = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(2)]

        def hold(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.hold(at.isoformat(), service=tally.scenario, idempotencyKey=keys[0])

        held = await persistent.ask(hold, *TAKEN)
        if not held or not held["hold"]:
            return
        token = held["holdToken"]

        def book(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.book(token, screening=[], idempotencyKey=keys[1])

        answer = await persistent.ask(book)
        if answer:
            visit = seen_in(answer["appointment"])
            told.append((visit, book))
            booked.put_nowait(visit)

    async def kill_one() -> None:
        for _ in range(chance.randint(1, MOST_BETWEEN)):
            await booked.get()
        server = chance.choice(stage.servers)
        await server.kill()
        await server.start()
        while not booked.empty():
            booked.get_nowait()

    async with asyncio.TaskGroup() as crowd:
        for _ in range(clients):
            crowd.create_task(client())
        try:
            for number in range(1, kills + 1):
                async with asyncio.timeout(2 * PATIENCE_SECONDS):
                    await kill_one()
                tally.done(number, kills)
        except TimeoutError:
            tally.fail("nothing was booked any more")
        finally:
            is_over = True

    tally.check(persistent.cut > 0, "the kills hit nothing")
    for visit, book in chance.sample(told, min(ASKED_AGAIN, len(told))):
        answer = await persistent.ask(book)
        again = answer and seen_in(answer["appointment"])
        tally.check(again == visit, f"told was {visit}, and when asked again {again}")
    for wrong in await at_the_end(stage) if at_the_end else []:
        tally.check(False, wrong)
    note = f"{kills} kills, {persistent.cut} cut, {persistent.lost} answers lost, {len(told)} bookings"
    return await tally.close(seen=[visit for visit, _ in told], held=[], note=note)
