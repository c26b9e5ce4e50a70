"""Patients book all the while, and one machine after the other fails."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise

from tests.stress.deployment import Deployment, Outcome, Tally
from tests.stress.ha.cluster import Cluster
from tests.stress.scenarios.booking_clients import BookingClients

CLIENTS = 12
BOOKINGS_BETWEEN = 40
"""Bookings after each event, before the next."""
PAUSE_SECONDS = 40
"""For which a server stands still: longer than PostgreSQL lets it keep its locks."""
CUT_SECONDS = 45
"""For which the primary reaches nobody: longer than it takes to replace it."""
MAX_AWAY_SECONDS = 30


@dataclass(frozen=True)
class Event:
    """`away` is the longest time in which nobody was told of a booking, in seconds."""

    name: str
    away: float
    bookings: int


@dataclass
class Night:
    """What happens while patients book."""

    cluster: Cluster
    deployment: Deployment
    booking: BookingClients
    show: Callable[[str], None]
    events: list[Event] = field(default_factory=list)

    async def play(self) -> None:
        await self._watch("nothing", self._nothing)
        await self._watch("a server stands still", self._pause_a_server)
        await self._watch("the primary is killed", self._kill_the_primary)
        await self._watch("it comes back", self._switch_all_on)
        await self._watch("the primary's network is cut", self._cut_the_primary)
        await self._watch("the network is mended", self._mend)
        await self._watch("a planned change of the primary", self.cluster.switch_over)
        await self.cluster.wait_until_in_step()

    async def _watch(self, name: str, happens: Callable[[], Awaitable[None]]) -> None:
        self.show(name)
        begun, before = time.monotonic(), len(self.booking.confirmed_at)
        await happens()
        await self.booking.wait_for(BOOKINGS_BETWEEN)
        times = [begun, *self.booking.confirmed_at[before:]]
        away = max(later - earlier for earlier, later in pairwise(times))
        self.events.append(Event(name, away, len(times) - 1))

    async def _nothing(self) -> None:
        await self.booking.wait_for(BOOKINGS_BETWEEN)

    async def _pause_a_server(self) -> None:
        server = self.deployment.servers[0]
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            os.kill(server.pid, signal.SIGCONT)

    async def _kill_the_primary(self) -> None:
        (await self.cluster.primary()).switch_off()

    async def _switch_all_on(self) -> None:
        primary = await self.cluster.primary()
        for machine in self.cluster.machines:
            if machine is not primary:
                self.cluster.switch_on(machine)
        await self.cluster.wait_until_in_step()

    async def _cut_the_primary(self) -> None:
        (await self.cluster.primary()).cut()
        await asyncio.sleep(CUT_SECONDS)

    async def _mend(self) -> None:
        for machine in self.cluster.machines:
            machine.mend()
        await self.cluster.wait_until_in_step()


async def night(
    cluster: Cluster, deployment: Deployment, *, seed: int, show: Callable[[str], None]
) -> tuple[list[Event], Outcome]:
    """`show` is told of each event. Each confirmed booking is there at the end, and no time is sold twice."""
    tally = Tally("kill", deployment)
    chance = random.Random(seed)
    booking = BookingClients(tally, chance)
    played = Night(cluster, deployment, booking, show)
    async with booking.running(CLIENTS):
        try:
            await played.play()
        except TimeoutError:
            tally.fail(f"nothing was booked any more after {len(played.events)} events")
    for event in played.events:
        late = f"{event.name}: nothing was booked for {event.away:.0f} s"
        tally.check(event.away <= MAX_AWAY_SECONDS, late)
    return played.events, await booking.close(note=f"{len(played.events)} events")
