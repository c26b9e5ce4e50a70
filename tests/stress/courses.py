"""A scenario of courses: all visits of one, or none."""

import asyncio
import random
import uuid
from collections import defaultdict
from datetime import timedelta
from typing import Any

from tests.stress.clinic import person
from tests.stress.holding import GONE, TAKEN, seen_in
from tests.stress.referee import Seen, read_books
from tests.stress.stage import Outcome, Stage, Tally, practitioner_id, uuid_of

VISITS = 3
ROUNDS_TOGETHER = 3


async def courses(stage: Stage, *, clients: int, rounds: int, seed: int) -> Outcome:
    """Held at overlapping times; then booked twice at once, or meanwhile given up in part, or left."""
    tally = Tally("courses", stage)
    chance = random.Random(seed)
    starts = stage.starts(minutes=30)
    seen: list[Seen] = []
    held: list[uuid.UUID] = []
    done = 0

    async def client() -> None:
        nonlocal done
        for number in range(rounds):
            # When the days of some rounds are nearly full come others.
            first = number // ROUNDS_TOGETHER * VISITS
            days = [timedelta(days=first + day) for day in range(VISITS)]
            times = [(chance.choice(starts) + day).isoformat() for day in days]
            who = {"practitionerId": practitioner_id(person(tally.scenario, chance.randint(1, 4)))}
            asked = chance.choice(stage.partners).hold_course(
                times, service=tally.scenario, **(who if chance.random() < 0.5 else {})
            )
            answer = await tally.ask(asked, or_else=TAKEN)
            if answer and answer["holds"]:
                tally.check(len(answer["holds"]) == VISITS, "a course was held in part")
                await chance.choice([book_twice, book_and_give_up, leave])(answer)
            done += 1
            tally.done(done, clients * rounds)

    async def book(answer: dict[str, Any], *or_else: str) -> dict[str, Any] | None:
        asked = chance.choice(stage.partners).book_course(answer["holdTokens"], screening=[])
        return await tally.ask(asked, or_else=or_else)

    async def book_twice(answer: dict[str, Any]) -> None:
        first, second = await asyncio.gather(book(answer), book(answer))
        tally.check(first == second, "the same course was answered in two ways")
        if first:
            seen.extend(map(seen_in, first["course"]["appointments"]))

    async def book_and_give_up(answer: dict[str, Any]) -> None:
        one = chance.randrange(VISITS)
        booked, given_up = await asyncio.gather(
            book(answer, *GONE), chance.choice(stage.partners).release(answer["holdTokens"][one])
        )
        if booked and booked["course"]:
            tally.check(not given_up["released"], "a visit of a booked course was given up")
            seen.extend(map(seen_in, booked["course"]["appointments"]))
        elif booked:
            tally.check(given_up["released"], "a course that nobody gave up was refused")
            held.extend(uuid_of(hold["id"]) for hold in answer["holds"] if hold is not answer["holds"][one])

    async def leave(answer: dict[str, Any]) -> None:
        held.extend(uuid_of(hold["id"]) for hold in answer["holds"])

    await asyncio.gather(*(client() for _ in range(clients)))
    booked: dict[uuid.UUID | None, list[str]] = defaultdict(list)
    for visit in (await read_books(stage.url, of=tally.scenario)).appointments.values():
        booked[visit.course].append(visit.practitioner)
    for course, people in booked.items():
        whole = course is not None and len(people) == VISITS and len(set(people)) == 1
        tally.check(whole, f"the course {course} has visits with {people}")
    return await tally.close(seen=seen, held=held, note=f"{len(booked)} courses")
