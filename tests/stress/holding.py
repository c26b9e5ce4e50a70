"""Scenarios of many who want the same time."""

import asyncio
import random
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, product
from typing import Any

from booking.storage.models.appointments import AppointmentStatus
from graphql_api.resolvers.relay import global_id
from tests.stress.clinic import CLOSES, MANY, person
from tests.stress.referee import Seen, read_books, room_left
from tests.stress.stage import Outcome, Stage, Tally, practitioner_id, uuid_of
from tests.support.graphql_client import GraphQLClient

TAKEN = ("SlotTaken",)
GONE = ("HoldExpired", "SlotTaken")
"""Of a hold that was given up; somebody else may have the time already."""
MOST_UNFAIR = 2
"""By how many visits the loads of a day may differ. More than 1, as requests for other times come between."""


async def one_time(stage: Stage, *, attempts: int) -> Outcome:
    """All want one time with one practitioner. One gets it, and books it."""
    tally = Tally("one-time", stage)
    starts_at, anna = stage.starts()[0].isoformat(), practitioner_id(person("one-time", 1))
    partners = cycle(stage.partners)

    async def attempt(partner: GraphQLClient) -> dict[str, Any] | None:
        held = await tally.ask(
            partner.hold(starts_at, service="one-time", practitionerId=anna), or_else=TAKEN
        )
        tally.done(len(tally.seconds), attempts)
        return held

    answers = await asyncio.gather(*(attempt(next(partners)) for _ in range(attempts)))
    winners = [answer for answer in answers if answer and answer["hold"]]
    tally.check(len(winners) == 1, f"{len(winners)} of {attempts} got the one time")
    seen = []
    for winner in winners:
        booked = await tally.ask(next(partners).book(winner["holdToken"], screening=[]))
        if booked:
            seen.append(seen_in(booked["appointment"]))
    return await tally.close(seen=seen, held=[])


async def unequal(stage: Stage, *, attempts: int, clients: int, seed: int) -> Outcome:
    """Visits of unequal lengths, buffers and all, at random over one morning; then half are given up.

    None overlap; whatever is then listed as open can be held; and in the end there is no room left.
    """
    tally = Tally("unequal", stage)
    chance = random.Random(seed)
    starts, people = stage.starts(), [person(tally.scenario, number) for number in (1, 2)]
    closing = datetime.combine(stage.first_day, CLOSES, UTC)
    services = {"unequal-long": timedelta(minutes=45), "unequal-short": timedelta(minutes=30)}
    wishes = [
        (chance.choice(stage.partners), chance.choice(starts), chance.choice(list(services)), who)
        for who in chance.choices(people, k=attempts)
    ]
    held: dict[uuid.UUID, str] = {}

    async def hold(partner: GraphQLClient, at: datetime, service: str, who: str, *expected: str) -> None:
        asked = partner.hold(at.isoformat(), service=service, practitionerId=practitioner_id(who))
        answer = await tally.ask(asked, or_else=expected)
        if answer and answer["hold"]:
            held[uuid_of(answer["hold"]["id"])] = answer["holdToken"]

    async def client() -> None:
        while wishes:
            partner, at, service, who = wishes.pop()
            # Some begin too late to end before the practitioner leaves.
            expected = "SlotTaken" if at + services[service] <= closing else "NotOpen"
            await hold(partner, at, service, who, expected)
            tally.done(attempts - len(wishes), attempts)

    await asyncio.gather(*(client() for _ in range(clients)))
    tally.check(len(held) > 1, "hardly anything could be held")
    given_up = chance.sample(sorted(held), len(held) // 2)
    await asyncio.gather(*(stage.partners[0].release(held.pop(hold)) for hold in given_up))

    before, day = len(held), stage.first_day.isoformat()
    while not tally.errors:
        listed = [
            (service, slot)
            for service in services
            for slot in await stage.partners[0].open_slots(day, day, serviceId=global_id("Service", service))
        ]
        if not listed:
            break
        service, slot = chance.choice(listed)
        at, who = datetime.fromisoformat(slot["startsAt"]), slot["practitioner"]["slug"]
        await hold(chance.choice(stage.partners), at, service, who)
    tally.check(len(held) > before, "what was given up was not listed")

    books = await read_books(stage.url, of=tally.scenario)
    for (service, duration), who, at in product(services.items(), people, starts):
        is_free = room_left(books, service=service, practitioner=who, start=at, end=at + duration)
        fits = at + duration <= closing
        tally.check(not (fits and is_free), f"{service} at {at:%H:%M} with {who} is free, yet not listed")
    return await tally.close(seen=[], held=held)


async def any_practitioner(stage: Stage, *, attempts: int, days: int) -> Outcome:
    """All want one time with whoever is free: each practitioner is given once.

    Then, on other days, half as many holds as practitioners at each of several times: on no day has
    anybody much more to do than others.
    """
    tally = Tally("anybody", stage)
    everybody = [person(tally.scenario, number + 1) for number in range(MANY)]
    # Apart by a visit with its buffer, so that who is chosen for one time is free for the next.
    starts = stage.starts(minutes=30)[::3]
    later = [at + timedelta(days=day) for day in range(1, days + 1) for at in starts]
    wishes = [at for at in later for _ in range(MANY // 2)]
    partners, total, held = cycle(stage.partners), attempts + len(wishes), []

    async def attempt(at: datetime) -> tuple[date, str]:
        """Whom it was given, if anybody."""
        answer = await tally.ask(next(partners).hold(at.isoformat(), service=tally.scenario), or_else=TAKEN)
        tally.done(len(tally.seconds), total)
        if not answer or not answer["hold"]:
            return at.date(), "nobody"
        held.append(uuid_of(answer["hold"]["id"]))
        return at.date(), answer["hold"]["slot"]["practitioner"]["slug"]

    loads = Counter(await asyncio.gather(*(attempt(starts[0]) for _ in range(attempts))))
    given = {who: loads[stage.first_day, who] for who in everybody}
    tally.check(set(given.values()) == {1}, f"practitioners were given as often as {given}")

    loads = Counter(await asyncio.gather(*map(attempt, wishes)))
    unfair = 0
    for day in {at.date() for at in wishes}:
        tally.check(loads[day, "nobody"] == 0, "a time was refused although many were free")
        on_day = [loads[day, who] for who in everybody]
        unfair = max(unfair, max(on_day) - min(on_day))
    tally.check(unfair <= MOST_UNFAIR, f"loads of a day differ by {unfair}")
    return await tally.close(seen=[], held=held, note=f"loads of a day differ by {unfair} at most")


def seen_in(appointment: dict[str, Any]) -> Seen:
    """What `bookAppointment` and `bookCourse` tell of a visit."""
    return Seen(
        id=uuid_of(appointment["id"]),
        reference=appointment["reference"],
        status=AppointmentStatus(appointment["status"].lower()),
        practitioner=appointment["practitioner"]["slug"],
        starts_at=datetime.fromisoformat(appointment["startsAt"]).astimezone(UTC),
    )
