"""Clients that hold and book until they are stopped, whatever happens to the servers meanwhile."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from tests.stress.deployment import RESPONSE_TIMEOUT_SECONDS, Outcome, Tally, Unavailable
from tests.stress.invariants import ConfirmedAppointment
from tests.stress.scenarios.holds import TAKEN, confirmed_appointment
from tests.support.graphql_client import GraphQLClient, HasErrors, problem_types

PAUSE_SECONDS = 0.05
"""Before a client asks again."""
EARLY_RETRY_SECONDS = 0.3
"""At most, when a client gives a request up and repeats it at once."""
FAULT_PROBABILITY = 0.1
"""How often it does that; and how often an answer is lost."""
UNANSWERED = {"OUT_OF_ORDER", "TRY_AGAIN"}
"""Codes of errors while the database is away."""
REQUESTS_PER_DAY, DAYS = 40, 300
ASKED_AGAIN = 20

Request = Callable[[GraphQLClient], Awaitable[dict[str, Any]]]


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
            except HasErrors as failed:
                if not failed.codes <= UNANSWERED:
                    raise
                self.cut += 1
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                if problem_types(payload) == ["TryAgain"]:
                    await asyncio.sleep(PAUSE_SECONDS)
                elif is_lost:
                    self.lost += 1
                else:
                    return payload


class BookingClients:
    """They book visits of the scenario's service, with idempotency keys, and note what they were told."""

    def __init__(self, tally: Tally, chance: random.Random) -> None:
        self.retrying = RetryingClient(tally, chance)
        self.confirmed: list[tuple[ConfirmedAppointment, Request]] = []
        self.confirmed_at: list[float] = []
        """On the monotonic clock, a time for each that is confirmed."""
        self._tally = tally
        self._chance = chance
        self._starts = tally.deployment.starts(minutes=30)
        self._numbers = count()
        self._booked = asyncio.Condition()
        self._is_over = False

    @asynccontextmanager
    async def running(self, clients: int) -> AsyncIterator[None]:
        """They end, each after what it does, when the block ends."""
        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(self._book_on())
            try:
                yield
            finally:
                self._is_over = True

    async def wait_for(self, bookings: int) -> None:
        """For so many more than there are now. Refuses with TimeoutError."""
        due = len(self.confirmed) + bookings
        async with asyncio.timeout(2 * RESPONSE_TIMEOUT_SECONDS), self._booked:
            await self._booked.wait_for(lambda: len(self.confirmed) >= due)

    async def close(self, *, note: str = "") -> Outcome:
        """Ask for some bookings again, then look for each in the database, and for others that nobody has."""
        for appointment, book in self._chance.sample(self.confirmed, min(ASKED_AGAIN, len(self.confirmed))):
            answer = await self.retrying.ask(book)
            again = answer and confirmed_appointment(answer["appointment"])
            self._tally.check(again == appointment, f"told was {appointment}, and when asked again {again}")
        lost, cut = self.retrying.lost, self.retrying.cut
        note = f"{note}, {cut} cut, {lost} answers lost, {len(self.confirmed)} bookings"
        told = [appointment for appointment, _ in self.confirmed]
        return await self._tally.close(confirmed=told, held=[], note=note)

    async def _book_on(self) -> None:
        while not self._is_over:
            await self._hold_and_book(next(self._numbers))

    async def _hold_and_book(self, number: int) -> None:
        # Many want one day, so that some are refused; then come clients that want the next.
        at = self._chance.choice(self._starts) + timedelta(days=number // REQUESTS_PER_DAY % DAYS)
        keys = [str(uuid.UUID(int=self._chance.getrandbits(128))) for _ in range(2)]

        def hold(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.hold(at.isoformat(), service=self._tally.scenario, idempotencyKey=keys[0])

        held = await self.retrying.ask(hold, *TAKEN)
        if not held or not held["hold"]:
            return
        token = held["holdToken"]

        def book(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.book(token, screening=[], idempotencyKey=keys[1])

        answer = await self.retrying.ask(book)
        if answer:
            self.confirmed.append((confirmed_appointment(answer["appointment"]), book))
            self.confirmed_at.append(time.monotonic())
            async with self._booked:
                self._booked.notify_all()
