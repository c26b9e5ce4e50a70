"""A scenario of servers that are killed while they serve."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.stress.deployment import Deployment, Outcome, Tally
from tests.stress.scenarios.booking_clients import BookingClients

MAX_BOOKINGS_PER_KILL = 12
"""Bookings from one kill to the next."""
MOST_SECONDS_BETWEEN_KILLS = 5

FinalCheck = Callable[[Deployment], Awaitable[list[str]]]


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
    booking = BookingClients(tally, chance)
    async with booking.running(clients):
        try:
            for number in range(1, kills + 1):
                await booking.wait_for(chance.randint(1, MAX_BOOKINGS_PER_KILL))
                server = chance.choice(deployment.servers)
                await server.kill()
                await server.start()
                tally.done(number, kills)
        except TimeoutError:
            tally.fail("nothing was booked any more")
    tally.check(booking.retrying.cut > 0, "the kills hit nothing")
    for wrong in await final_check(deployment) if final_check else []:
        tally.check(False, wrong)
    return await booking.close(note=f"{kills} kills")
