"""Scenarios of those who book, move, cancel and give up, all at the same time."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from booking.storage.models.appointments import AppointmentStatus
from tests.stress.clinic import person
from tests.stress.holding import GONE, TAKEN, seen_in
from tests.stress.referee import Seen
from tests.stress.stage import Outcome, Stage, Tally, practitioner_id, uuid_of
from tests.support.graphql_client import GraphQLClient

Payload = dict[str, Any] | None


@dataclass
class Booked:
    """An appointment as its client knows it, and the secret to change it."""

    token: str
    seen: Seen


@dataclass
class Client:
    """Does one thing after the other, some of them twice at the same time by two servers."""

    tally: Tally
    starts: list[datetime]
    chance: random.Random
    holds: list[dict[str, Any]] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)

    async def step(self) -> None:
        choices: list[Callable[[], Awaitable[None]]] = [self.hold]
        if self.holds:
            choices += [self.book, self.book, self.release, self.book_twice, self.book_and_release]
        if self.booked:
            choices += [self.move, self.cancel, self.move_twice, self.move_and_cancel]
        await self.chance.choice(choices)()

    async def hold(self) -> None:
        with_whom = self._somebody() if self.chance.random() < 0.7 else {}
        asked = self._partner().hold(self._time(), service=self.tally.scenario, **with_whom)
        answer = await self.tally.ask(asked, or_else=TAKEN)
        if answer and answer["hold"]:
            self.holds.append(answer)

    async def release(self) -> None:
        answer = await self.tally.ask(self._release(self._some_hold()))
        self.tally.check(bool(answer and answer["released"]), "a hold could not be released")

    async def book(self) -> None:
        self._note(await self.tally.ask(self._book(self._some_hold())))

    async def book_twice(self) -> None:
        token = self._some_hold()
        first, second = await asyncio.gather(*(self.tally.ask(self._book(token)) for _ in range(2)))
        self.tally.check(first == second, "the same booking was answered in two ways")
        self._note(first)

    async def book_and_release(self) -> None:
        token = self._some_hold()
        booked, released = await asyncio.gather(
            self.tally.ask(self._book(token), or_else=GONE),
            self.tally.ask(self._release(token)),
        )
        if booked and released:
            is_booked = booked["appointment"] is not None
            self.tally.check(is_booked != released["released"], "a hold was both booked and released")
            if is_booked:
                self._note(booked)

    async def cancel(self) -> None:
        visit = self.chance.choice(self.booked)
        if await self.tally.ask(self._partner().cancel(visit.token)):
            visit.seen = replace(visit.seen, status=AppointmentStatus.CANCELLED)

    async def move(self) -> None:
        visit = self.chance.choice(self.booked)
        visit.seen = await self._move(visit) or visit.seen

    async def move_twice(self) -> None:
        visit = self.chance.choice(self.booked)
        answers = await asyncio.gather(self._move(visit), self._move(visit))
        moved = [seen for seen in answers if seen] or [visit.seen]
        # Which of two was the last can only be asked; no third is right.
        told = await self._partner().appointment(visit.token)
        assert told is not None, "the visit is gone"
        seen = seen_in(told)
        self.tally.check(seen in moved, f"after two moves to {moved} the visit is {seen}")
        visit.seen = seen

    async def move_and_cancel(self) -> None:
        visit = self.chance.choice(self.booked)
        moved, _ = await asyncio.gather(
            self._move(visit), self.tally.ask(self._partner().cancel(visit.token))
        )
        # What is cancelled can't be moved: if it was moved, then before.
        visit.seen = replace(moved or visit.seen, status=AppointmentStatus.CANCELLED)

    async def _move(self, visit: Booked) -> Seen | None:
        asked = self._partner().reschedule(visit.token, self._time(), **self._somebody())
        answer = await self.tally.ask(asked, or_else=("SlotTaken", "TooLateToChange"))
        if not answer or not answer["appointment"]:
            return None
        return seen_in({"reference": visit.seen.reference, **answer["appointment"]})

    def _note(self, answer: Payload) -> None:
        if answer:
            self.booked.append(Booked(answer["manageToken"], seen_in(answer["appointment"])))

    def _book(self, token: str) -> Awaitable[dict[str, Any]]:
        return self._partner().book(token, screening=[])

    async def _release(self, token: str) -> dict[str, Any]:
        return {"problems": [], **await self._partner().release(token)}

    def _some_hold(self) -> str:
        """Its secret; it is this step's from now on."""
        token: str = self.holds.pop(self.chance.randrange(len(self.holds)))["holdToken"]
        return token

    def _partner(self) -> GraphQLClient:
        return self.chance.choice(self.tally.stage.partners)

    def _time(self) -> str:
        return self.chance.choice(self.starts).isoformat()

    def _somebody(self) -> dict[str, Any]:
        return {"practitionerId": practitioner_id(person(self.tally.scenario, self.chance.randint(1, 3)))}


async def everything_at_once(stage: Stage, *, clients: int, steps: int, seed: int) -> Outcome:
    """Afterwards each appointment stands as its client was told last, and nobody else owns any time."""
    tally = Tally("everything", stage)
    starts = stage.starts(days=2, minutes=30)
    crowd = [Client(tally, starts, random.Random(f"{seed} {number}")) for number in range(clients)]
    done = 0

    async def live(client: Client) -> None:
        nonlocal done
        for _ in range(steps):
            await client.step()
            done += 1
            tally.done(done, clients * steps)

    await asyncio.gather(*map(live, crowd))
    seen = [visit.seen for client in crowd for visit in client.booked]
    held = [uuid_of(hold["hold"]["id"]) for client in crowd for hold in client.holds]
    return await tally.close(seen=seen, held=held)
