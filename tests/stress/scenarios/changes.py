"""A scenario of clients that book, move, cancel and give up, all at the same time."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from booking.storage.models.appointments import AppointmentStatus
from tests.stress.clinic import practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, practitioner_id, uuid_of
from tests.stress.invariants import ConfirmedAppointment
from tests.stress.scenarios.holds import GONE, TAKEN, confirmed_appointment
from tests.support.graphql_client import GraphQLClient

Payload = dict[str, Any] | None


@dataclass
class BookedAppointment:
    """An appointment as its client knows it, and the secret to change it."""

    token: str
    confirmed: ConfirmedAppointment


@dataclass
class Client:
    """Takes one random step after the other, some of them twice at the same time through two servers."""

    tally: Tally
    starts: list[datetime]
    chance: random.Random
    holds: list[dict[str, Any]] = field(default_factory=list)
    booked: list[BookedAppointment] = field(default_factory=list)

    async def step(self) -> None:
        choices: list[Callable[[], Awaitable[None]]] = [self.hold]
        if self.holds:
            choices += [self.book, self.book, self.release, self.book_twice, self.book_and_release]
        if self.booked:
            choices += [self.move, self.cancel, self.move_twice, self.move_and_cancel]
        await self.chance.choice(choices)()

    async def hold(self) -> None:
        practitioner = self._random_practitioner() if self.chance.random() < 0.7 else {}
        request = self._random_partner().hold(
            self._random_start(), service=self.tally.scenario, **practitioner
        )
        answer = await self.tally.ask(request, refusals_allowed=TAKEN)
        if answer and answer["hold"]:
            self.holds.append(answer)

    async def release(self) -> None:
        answer = await self.tally.ask(self._release(self._take_hold()))
        self.tally.check(bool(answer and answer["released"]), "a hold could not be released")

    async def book(self) -> None:
        self._remember(await self.tally.ask(self._book(self._take_hold())))

    async def book_twice(self) -> None:
        token = self._take_hold()
        first, second = await asyncio.gather(*(self.tally.ask(self._book(token)) for _ in range(2)))
        self.tally.check(first == second, "the same booking was answered in two ways")
        self._remember(first)

    async def book_and_release(self) -> None:
        token = self._take_hold()
        booked, released = await asyncio.gather(
            self.tally.ask(self._book(token), refusals_allowed=GONE),
            self.tally.ask(self._release(token)),
        )
        if booked and released:
            is_booked = booked["appointment"] is not None
            self.tally.check(is_booked != released["released"], "a hold was both booked and released")
            if is_booked:
                self._remember(booked)

    async def cancel(self) -> None:
        appointment = self.chance.choice(self.booked)
        if await self.tally.ask(self._random_partner().cancel(appointment.token)):
            appointment.confirmed = replace(appointment.confirmed, status=AppointmentStatus.CANCELLED)

    async def move(self) -> None:
        appointment = self.chance.choice(self.booked)
        appointment.confirmed = await self._move(appointment) or appointment.confirmed

    async def move_twice(self) -> None:
        appointment = self.chance.choice(self.booked)
        answers = await asyncio.gather(self._move(appointment), self._move(appointment))
        moved = [confirmed for confirmed in answers if confirmed] or [appointment.confirmed]
        # The clients can't know which of the two was the last; the server is asked, and no third is right.
        current = await self._random_partner().appointment(appointment.token)
        assert current is not None, "the appointment is gone"
        confirmed = confirmed_appointment(current)
        self.tally.check(confirmed in moved, f"after two moves to {moved} the appointment is {confirmed}")
        appointment.confirmed = confirmed

    async def move_and_cancel(self) -> None:
        appointment = self.chance.choice(self.booked)
        moved, _ = await asyncio.gather(
            self._move(appointment), self.tally.ask(self._random_partner().cancel(appointment.token))
        )
        # A cancelled appointment can't be moved: if it was moved, then before.
        appointment.confirmed = replace(moved or appointment.confirmed, status=AppointmentStatus.CANCELLED)

    async def _move(self, appointment: BookedAppointment) -> ConfirmedAppointment | None:
        request = self._random_partner().reschedule(
            appointment.token, self._random_start(), **self._random_practitioner()
        )
        answer = await self.tally.ask(request, refusals_allowed=("SlotTaken", "TooLateToChange"))
        if not answer or not answer["appointment"]:
            return None
        return confirmed_appointment({"reference": appointment.confirmed.reference, **answer["appointment"]})

    def _remember(self, answer: Payload) -> None:
        if answer:
            self.booked.append(
                BookedAppointment(answer["manageToken"], confirmed_appointment(answer["appointment"]))
            )

    def _book(self, token: str) -> Awaitable[dict[str, Any]]:
        return self._random_partner().book(token, screening=[])

    async def _release(self, token: str) -> dict[str, Any]:
        return {"problems": [], **await self._random_partner().release(token)}

    def _take_hold(self) -> str:
        """The token of a hold, which no other step takes."""
        token: str = self.holds.pop(self.chance.randrange(len(self.holds)))["holdToken"]
        return token

    def _random_partner(self) -> GraphQLClient:
        return self.chance.choice(self.tally.deployment.partners)

    def _random_start(self) -> str:
        return self.chance.choice(self.starts).isoformat()

    def _random_practitioner(self) -> dict[str, Any]:
        return {
            "practitionerId": practitioner_id(
                practitioner_slug(self.tally.scenario, self.chance.randint(1, 3))
            )
        }


async def everything_at_once(deployment: Deployment, *, clients: int, steps: int, seed: int) -> Outcome:
    """Afterwards each appointment stands as its client was told last, and nobody else owns any time."""
    tally = Tally("everything", deployment)
    starts = deployment.starts(days=2, minutes=30)
    all_clients = [Client(tally, starts, random.Random(f"{seed} {number}")) for number in range(clients)]
    done = 0

    async def run(client: Client) -> None:
        nonlocal done
        for _ in range(steps):
            await client.step()
            done += 1
            tally.done(done, clients * steps)

    await asyncio.gather(*map(run, all_clients))
    confirmed = [appointment.confirmed for client in all_clients for appointment in client.booked]
    held = [uuid_of(hold["hold"]["id"]) for client in all_clients for hold in client.holds]
    return await tally.close(confirmed=confirmed, held=held)
