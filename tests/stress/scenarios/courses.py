"""A scenario of courses: all visits of one, or none."""

import asyncio
import random
import uuid
from collections import defaultdict
from datetime import timedelta
from typing import Any

from tests.stress.clinic import practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, practitioner_id, uuid_of
from tests.stress.invariants import ConfirmedAppointment, read_state
from tests.stress.scenarios.holds import GONE, TAKEN, confirmed_appointment

VISITS = 3
ROUNDS_TOGETHER = 3


async def courses(deployment: Deployment, *, clients: int, rounds: int, seed: int) -> Outcome:
    """Held at overlapping times; then booked twice at once, or meanwhile given up in part, or left."""
    tally = Tally("courses", deployment)
    chance = random.Random(seed)
    starts = deployment.starts(minutes=30)
    confirmed: list[ConfirmedAppointment] = []
    held: list[uuid.UUID] = []
    done = 0

    async def client() -> None:
        nonlocal done
        for number in range(rounds):
            # When the days of some rounds are nearly full come others.
            first = number // ROUNDS_TOGETHER * VISITS
            days = [timedelta(days=first + day) for day in range(VISITS)]
            times = [(chance.choice(starts) + day).isoformat() for day in days]
            practitioner = {
                "practitionerId": practitioner_id(practitioner_slug(tally.scenario, chance.randint(1, 4)))
            }
            request = chance.choice(deployment.partners).hold_course(
                times, service=tally.scenario, **(practitioner if chance.random() < 0.5 else {})
            )
            answer = await tally.ask(request, refusals_allowed=TAKEN)
            if answer and answer["holds"]:
                tally.check(len(answer["holds"]) == VISITS, "a course was held in part")
                await chance.choice([book_twice, book_and_release, leave])(answer)
            done += 1
            tally.done(done, clients * rounds)

    async def book(answer: dict[str, Any], *refusals_allowed: str) -> dict[str, Any] | None:
        request = chance.choice(deployment.partners).book_course(answer["holdTokens"], screening=[])
        return await tally.ask(request, refusals_allowed=refusals_allowed)

    async def book_twice(answer: dict[str, Any]) -> None:
        first, second = await asyncio.gather(book(answer), book(answer))
        tally.check(first == second, "the same course was answered in two ways")
        if first:
            confirmed.extend(map(confirmed_appointment, first["course"]["appointments"]))

    async def book_and_release(answer: dict[str, Any]) -> None:
        released = chance.randrange(VISITS)
        booked, release = await asyncio.gather(
            book(answer, *GONE), chance.choice(deployment.partners).release(answer["holdTokens"][released])
        )
        if booked and booked["course"]:
            tally.check(not release["released"], "an appointment of a booked course was given up")
            confirmed.extend(map(confirmed_appointment, booked["course"]["appointments"]))
        elif booked:
            tally.check(release["released"], "a course that nobody gave up was refused")
            held.extend(
                uuid_of(hold["id"]) for hold in answer["holds"] if hold is not answer["holds"][released]
            )

    async def leave(answer: dict[str, Any]) -> None:
        held.extend(uuid_of(hold["id"]) for hold in answer["holds"])

    await asyncio.gather(*(client() for _ in range(clients)))
    booked: dict[uuid.UUID | None, list[str]] = defaultdict(list)
    for appointment in (await read_state(deployment.url, of=tally.scenario)).appointments.values():
        booked[appointment.course].append(appointment.practitioner)
    for course, practitioners in booked.items():
        whole = course is not None and len(practitioners) == VISITS and len(set(practitioners)) == 1
        tally.check(whole, f"the course {course} has visits with {practitioners}")
    return await tally.close(confirmed=confirmed, held=held, note=f"{len(booked)} courses")
