"""Scenarios of many clients that want the same time."""

import asyncio
import random
import statistics
import time
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, product
from typing import Any

from booking.storage.models.appointments import AppointmentStatus
from graphql_api.types.relay import global_id
from tests.stress.clinic import CLOSES, PRACTITIONERS_AT_ONCE, ROOMS, practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, practitioner_id, uuid_of
from tests.stress.invariants import ConfirmedAppointment, read_state, room_left
from tests.support.graphql_client import OPEN_SLOTS, GraphQLClient

TAKEN = ("SlotTaken",)
GONE = ("HoldExpired", "SlotTaken")
"""Of a released hold; another client may have its time already."""
MAX_LOAD_DIFFERENCE = 2
"""By how many visits the loads of a day may differ. More than 1, as requests for other times come between."""


async def one_time(deployment: Deployment, *, attempts: int) -> Outcome:
    """All want one time with one practitioner. One holds it, and books it.

    The client shares the processors with the servers: the note has the median without its own time.
    """
    tally = Tally("one-time", deployment)
    own_seconds = await _seconds_of_cached_answers(deployment, attempts)
    starts_at, anna = deployment.starts()[0].isoformat(), practitioner_id(practitioner_slug("one-time", 1))
    partners = cycle(deployment.partners)

    async def attempt(partner: GraphQLClient) -> dict[str, Any] | None:
        held = await tally.ask(
            partner.hold(starts_at, service="one-time", practitionerId=anna), refusals_allowed=TAKEN
        )
        tally.done(len(tally.seconds), attempts)
        return held

    answers = await asyncio.gather(*(attempt(next(partners)) for _ in range(attempts)))
    without_own = max(0.0, statistics.median(tally.seconds) - own_seconds)
    note = f"median {without_own * 1000:.0f} ms without the client's own {own_seconds * 1000:.0f}"
    winners = [answer for answer in answers if answer and answer["hold"]]
    tally.check(len(winners) == 1, f"{len(winners)} of {attempts} got the one time")
    confirmed = []
    for winner in winners:
        booked = await tally.ask(next(partners).book(winner["holdToken"], screening=[]))
        if booked:
            confirmed.append(confirmed_appointment(booked["appointment"]))
    return await tally.close(confirmed=confirmed, held=[], note=note)


async def _seconds_of_cached_answers(deployment: Deployment, attempts: int) -> float:
    """The median of as many requests, sent all at once too, whose answers the servers only repeat."""
    day = deployment.first_day.isoformat()
    wanted = {"from": day, "to": day, "serviceId": global_id("Service", "one-time")}
    partners = cycle(deployment.partners)
    for partner in deployment.partners:
        await partner.ask(OPEN_SLOTS, filter=wanted, first=3)

    async def ask(partner: GraphQLClient) -> float:
        began_at = time.perf_counter()
        await partner.ask(OPEN_SLOTS, filter=wanted, first=3)
        return time.perf_counter() - began_at

    return statistics.median(await asyncio.gather(*(ask(next(partners)) for _ in range(attempts))))


async def unequal(deployment: Deployment, *, attempts: int, clients: int, seed: int) -> Outcome:
    """Visits of unequal lengths, buffers and all, at random over one morning; then half are given up.

    None overlap; whatever is then listed as open can be held; and in the end there is no room left.
    """
    tally = Tally("unequal", deployment)
    chance = random.Random(seed)
    starts, practitioners = (
        deployment.starts(),
        [practitioner_slug(tally.scenario, number) for number in (1, 2)],
    )
    closing = datetime.combine(deployment.first_day, CLOSES, UTC)
    services = {"unequal-long": timedelta(minutes=45), "unequal-short": timedelta(minutes=30)}
    requests = [
        (
            chance.choice(deployment.partners),
            chance.choice(starts),
            chance.choice(list(services)),
            practitioner,
        )
        for practitioner in chance.choices(practitioners, k=attempts)
    ]
    held: dict[uuid.UUID, str] = {}

    async def hold(
        partner: GraphQLClient, at: datetime, service: str, practitioner: str, *expected: str
    ) -> None:
        request = partner.hold(at.isoformat(), service=service, practitionerId=practitioner_id(practitioner))
        answer = await tally.ask(request, refusals_allowed=expected)
        if answer and answer["hold"]:
            held[uuid_of(answer["hold"]["id"])] = answer["holdToken"]

    async def client() -> None:
        while requests:
            partner, at, service, practitioner = requests.pop()
            # Some begin too late to end before the practitioner leaves.
            expected = "SlotTaken" if at + services[service] <= closing else "NotOpen"
            await hold(partner, at, service, practitioner, expected)
            tally.done(attempts - len(requests), attempts)

    await asyncio.gather(*(client() for _ in range(clients)))
    tally.check(len(held) > 1, "hardly anything could be held")
    given_up = chance.sample(sorted(held), len(held) // 2)
    await asyncio.gather(*(deployment.partners[0].release(held.pop(hold)) for hold in given_up))

    before, day = len(held), deployment.first_day.isoformat()
    while not tally.errors:
        listed = [
            (service, slot)
            for service in services
            for slot in await deployment.partners[0].open_slots(
                day, day, serviceId=global_id("Service", service)
            )
        ]
        if not listed:
            break
        service, slot = chance.choice(listed)
        at, practitioner = datetime.fromisoformat(slot["startsAt"]), slot["practitioner"]["slug"]
        await hold(chance.choice(deployment.partners), at, service, practitioner)
    tally.check(len(held) > before, "what was given up was not listed")

    state = await read_state(deployment.url, of=tally.scenario)
    for (service, duration), practitioner, at in product(services.items(), practitioners, starts):
        is_free = room_left(state, service=service, practitioner=practitioner, start=at, end=at + duration)
        fits = at + duration <= closing
        tally.check(
            not (fits and is_free), f"{service} at {at:%H:%M} with {practitioner} is free, yet not listed"
        )
    return await tally.close(confirmed=[], held=held)


async def any_practitioner(deployment: Deployment, *, attempts: int, days: int) -> Outcome:
    """All want one time with any practitioner: each one is given once.

    Then, on other days, half as many holds as practitioners at each of several times: on no day
    has one practitioner much more to do than others.
    """
    tally = Tally("anybody", deployment)
    practitioners = [practitioner_slug(tally.scenario, number + 1) for number in range(PRACTITIONERS_AT_ONCE)]
    # Apart by a visit with its buffer, so that the practitioner of one time is free at the next.
    starts = deployment.starts(minutes=30)[::3]
    later = [at + timedelta(days=day) for day in range(1, days + 1) for at in starts]
    requests = [at for at in later for _ in range(PRACTITIONERS_AT_ONCE // 2)]
    partners, total, held = cycle(deployment.partners), attempts + len(requests), []

    async def attempt(at: datetime) -> tuple[date, str]:
        """The day, and the practitioner who was given, or "nobody"."""
        answer = await tally.ask(
            next(partners).hold(at.isoformat(), service=tally.scenario), refusals_allowed=TAKEN
        )
        tally.done(len(tally.seconds), total)
        if not answer or not answer["hold"]:
            return at.date(), "nobody"
        held.append(uuid_of(answer["hold"]["id"]))
        return at.date(), answer["hold"]["slot"]["practitioner"]["slug"]

    loads = Counter(await asyncio.gather(*(attempt(starts[0]) for _ in range(attempts))))
    given = {practitioner: loads[deployment.first_day, practitioner] for practitioner in practitioners}
    tally.check(set(given.values()) == {1}, f"practitioners were given as often as {given}")

    loads = Counter(await asyncio.gather(*map(attempt, requests)))
    difference = 0
    for day in {at.date() for at in requests}:
        tally.check(loads[day, "nobody"] == 0, "a time was refused although many were free")
        on_day = [loads[day, practitioner] for practitioner in practitioners]
        difference = max(difference, max(on_day) - min(on_day))
    tally.check(difference <= MAX_LOAD_DIFFERENCE, f"loads of a day differ by {difference}")
    return await tally.close(confirmed=[], held=held, note=f"loads of a day differ by {difference} at most")


async def last_rooms(deployment: Deployment, *, attempts: int) -> Outcome:
    """All want one time with one of many practitioners, who share a few rooms: so many get it.

    Then each gives the time up, and as many others get it.
    """
    tally = Tally("rooms", deployment)
    starts_at, partners = deployment.starts()[0].isoformat(), cycle(deployment.partners)
    names = cycle([practitioner_slug(tally.scenario, place + 1) for place in range(PRACTITIONERS_AT_ONCE)])
    held: dict[uuid.UUID, str] = {}

    async def attempt(number: int) -> None:
        # Half of them take anybody.
        named = {"practitionerId": practitioner_id(next(names))} if number % 2 else {}
        request = next(partners).hold(starts_at, service=tally.scenario, **named)
        answer = await tally.ask(request, refusals_allowed=TAKEN)
        tally.done(len(tally.seconds), 2 * attempts)
        if answer and answer["hold"]:
            held[uuid_of(answer["hold"]["id"])] = answer["holdToken"]

    for _ in range(2):
        await asyncio.gather(*(next(partners).release(held.pop(hold)) for hold in sorted(held)))
        await asyncio.gather(*(attempt(number) for number in range(attempts)))
        tally.check(len(held) == ROOMS, f"{len(held)} of {attempts} got one of {ROOMS} rooms")
    return await tally.close(confirmed=[], held=held)


def confirmed_appointment(appointment: dict[str, Any]) -> ConfirmedAppointment:
    """An appointment in an answer of `bookAppointment` or `bookCourse`."""
    return ConfirmedAppointment(
        id=uuid_of(appointment["id"]),
        reference=appointment["reference"],
        status=AppointmentStatus(appointment["status"].lower()),
        practitioner=appointment["practitioner"]["slug"],
        starts_at=datetime.fromisoformat(appointment["startsAt"]).astimezone(UTC),
    )
