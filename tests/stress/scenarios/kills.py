"""A scenario of servers that are killed while they serve."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from tests.stress.deployment import RESPONSE_TIMEOUT_SECONDS, Deployment, Outcome, Tally, Unavailable
from tests.stress.invariants import ConfirmedAppointment
from tests.stress.scenarios.holds import TAKEN, confirmed_appointment
from tests.support.graphql_client import GraphQLClient, problem_types

PAUSE_SECONDS = 0.05
"""Before a client asks again."""
EARLY_RETRY_SECONDS = 0.3
"""At most, when a client gives a request up and repeats it at once."""
FAULT_PROBABILITY = 0.1
"""How often it does that; and how often an answer is lost."""
MAX_BOOKINGS_PER_KILL = 12
"""Bookings from one kill to the next."""
REQUESTS_PER_DAY, DAYS = 40, 300
ASKED_AGAIN = 20
MOST_SECONDS_BETWEEN_KILLS = 5

Request = Callable[[GraphQLClient], Awaitable[dict[str, Any]]]
FinalCheck = Callable[[Deployment], Awaitable[list[str]]]


class RetryingClient:
    """Repeats a request until it is answered, each time through a random server.

    A kill seldom falls between a commit and its answer. So besides, some answers get lost on their way,
    and some requests are given up and repeated while the first is still being worked on.
    """

    def __init__(self, tally: Tally, chance: random.Random) -> None:
        self.cut = self.lost = 0
        self._tally = tally
        self._chance = chance

    async def ask(self, request: Request, *refusals_allowed: str) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT_SECONDS):
                return await self._tally.ask(self._answer(request), refusals_allowed=refusals_allowed)
        except TimeoutError:
            self._tally.fail("no answer in time, however often it was asked for")
            return None

    async def _answer(self, request: Request) -> dict[str, Any]:
        while True:
            retries_early, is_lost = (self._chance.random() < FAULT_PROBABILITY for _ in range(2))
            try:
                async with asyncio.timeout(
                    self._chance.random() * EARLY_RETRY_SECONDS if retries_early else None
                ):
                    payload = await request(self._chance.choice(self._tally.deployment.partners))
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


async def kill_now_and_then(tally: Tally, chance: random.Random, kills: int) -> None:
    """Kill one server after the other, and start each again at once."""
    for number in range(1, kills + 1):
        await asyncio.sleep(chance.random() * MOST_SECONDS_BETWEEN_KILLS)
        server = chance.choice(tally.deployment.servers)
        await server.kill()
        await server.start()
        tally.done(number, kills)


async def kill(
    deployment: Deployment, *, kills: int, clients: int, seed: int, final_check: FinalCheck | None = None
) -> Outcome:
    """Clients hold and book with idempotency keys, while one server after the other is killed and started.

    Each booking that a client was told of is there, each request led to one, and no other time is owned.
    `final_check` returns a sentence for each other mistake; by then no client asks anything any more.
    """
    tally = Tally("kill", deployment)
    chance = random.Random(seed)
    retrying = RetryingClient(tally, chance)
    starts = deployment.starts(minutes=30)
    numbers = count()
    booked: asyncio.Queue[ConfirmedAppointment] = asyncio.Queue()
    confirmed: list[tuple[ConfirmedAppointment, Request]] = []
    is_over = False

    async def client() -> None:
        while not is_over:
            await hold_and_book(next(numbers))

    async def hold_and_book(number: int) -> None:
        # Many want one day, so that some are refused; then come clients that want the next.
        at = chance.choice(starts) + timedelta(days=number // REQUESTS_PER_DAY % DAYS)
        keys = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(2)]

        def hold(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.hold(at.isoformat(), service=tally.scenario, idempotencyKey=keys[0])

        held = await retrying.ask(hold, *TAKEN)
        if not held or not held["hold"]:
            return
        token = held["holdToken"]

        def book(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.book(token, screening=[], idempotencyKey=keys[1])

        answer = await retrying.ask(book)
        if answer:
            appointment = confirmed_appointment(answer["appointment"])
            confirmed.append((appointment, book))
            booked.put_nowait(appointment)

    async def kill_one() -> None:
        for _ in range(chance.randint(1, MAX_BOOKINGS_PER_KILL)):
            await booked.get()
        server = chance.choice(deployment.servers)
        await server.kill()
        await server.start()
        while not booked.empty():
            booked.get_nowait()

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
        try:
            for number in range(1, kills + 1):
                async with asyncio.timeout(2 * RESPONSE_TIMEOUT_SECONDS):
                    await kill_one()
                tally.done(number, kills)
        except TimeoutError:
            tally.fail("nothing was booked any more")
        finally:
            is_over = True

    tally.check(retrying.cut > 0, "the kills hit nothing")
    for appointment, book in chance.sample(confirmed, min(ASKED_AGAIN, len(confirmed))):
        answer = await retrying.ask(book)
        again = answer and confirmed_appointment(answer["appointment"])
        tally.check(again == appointment, f"told was {appointment}, and when asked again {again}")
    for wrong in await final_check(deployment) if final_check else []:
        tally.check(False, wrong)
    note = f"{kills} kills, {retrying.cut} cut, {retrying.lost} answers lost, {len(confirmed)} bookings"
    return await tally.close(confirmed=[appointment for appointment, _ in confirmed], held=[], note=note)
