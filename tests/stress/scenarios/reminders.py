"""A scenario of reminders: due while their visits are booked, moved and cancelled, and servers are killed."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, select, update

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, Reminder
from booking.storage.models.outbox import OutboxDelivery
from booking.storage.queries.clock import current_time
from tests.booking.notifications.mailbox import Mailbox
from tests.stress.clinic import NOT_DUE, practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, practitioner_id
from tests.stress.scenarios.booking_clients import RetryingClient
from tests.stress.scenarios.holds import TAKEN, confirmed_appointment
from tests.stress.scenarios.kills import kill_now_and_then
from tests.stress.scenarios.mails import wait_until_sent
from tests.stress.scenarios.reminded_visits import Stay, Visit, judge, read_mails
from tests.support.databases import open_database
from tests.support.graphql_client import PATIENT, GraphQLClient

DUE_WITHIN_SECONDS = 5
BROUGHT_FORWARD_EVERY_SECONDS = 0.5
MOST_SECONDS_BETWEEN_STEPS = 4
MOST_MOVES = 2
DAYS = 200
SHARED = "shared-"
SHARED_PROBABILITY = 0.3
"""How often somebody books a further visit, and not another person."""
CANCEL_PROBABILITY = 0.3
TAKEN_SECONDS = 60
"""In which all that is due is taken, once nobody changes anything any more."""
SENT_SECONDS = 420
"""In which it is sent: a killed server's mail waits a minute, one that failed three times five more."""
SOON_SECONDS = 10
"""In which most of it is sent."""
MAIL_SERVER_DOWN = "451 4.3.2 Come back later"


@dataclass
class Patients:
    """Clients of whom each books one visit after the other, moves it, cancels it or lets it stand."""

    tally: Tally
    retrying: RetryingClient
    chance: random.Random
    numbers: "count[int]" = field(default_factory=count)
    visits: list[Visit] = field(default_factory=list)
    is_over: bool = False

    async def client(self, name: int) -> None:
        while not self.is_over:
            await self.visit(name, next(self.numbers))

    async def visit(self, name: int, number: int) -> None:
        is_shared = self.chance.random() < SHARED_PROBABILITY
        stands = number == 0  # At least one reminder is due, whatever the chance.
        practitioner = self.chance.randint(1, NOT_DUE - 1 if is_shared or stands else NOT_DUE)
        person = f"{SHARED}{name}" if is_shared else f"own-{number}"
        visit = await self.book(person, practitioner, self.times())
        if visit is None:
            return
        self.visits.append(visit)
        for _ in range(self.chance.randint(0, MOST_MOVES)):
            await self.pause()
            await self.move(visit)
        if not stands and self.chance.random() < CANCEL_PROBABILITY:
            await self.pause()
            await self.cancel(visit)

    def times(self) -> list[datetime]:
        """At which a visit is in turn: no visit comes back to a time that it had."""
        starts = self.tally.deployment.starts(minutes=30)
        days = [timedelta(days=day) for day in self.chance.sample(range(DAYS), MOST_MOVES + 1)]
        return [self.chance.choice(starts) + day for day in days]

    async def pause(self) -> None:
        await asyncio.sleep(self.chance.random() * MOST_SECONDS_BETWEEN_STEPS)

    def key(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128)))

    async def book(self, person: str, practitioner: int, times: list[datetime]) -> Visit | None:
        hold_key, book_key, start = self.key(), self.key(), times.pop()
        who = practitioner_id(practitioner_slug(self.tally.scenario, practitioner))
        patient = PATIENT | {"name": f"Sample {person}", "email": f"{person}@example.com"}

        def hold(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.hold(
                start.isoformat(), service=self.tally.scenario, practitionerId=who, idempotencyKey=hold_key
            )

        held = await self.retrying.ask(hold, *TAKEN)
        if not held or not held["hold"]:
            return None

        def book(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.book(held["holdToken"], screening=[], patient=patient, idempotencyKey=book_key)

        answer = await self.retrying.ask(book)
        if not answer:
            return None
        appointment = confirmed_appointment(answer["appointment"])
        is_shared, is_due = person.startswith(SHARED), practitioner != NOT_DUE
        return Visit(appointment, answer["manageToken"], times, [Stay(start)], is_shared, is_due)

    async def move(self, visit: Visit) -> None:
        key, start = self.key(), visit.times.pop()

        def move(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.reschedule(visit.token, start.isoformat(), idempotencyKey=key)

        answer = await self.retrying.ask(move, *TAKEN)
        if answer and answer["appointment"]:
            visit.was_moved(start)

    async def cancel(self, visit: Visit) -> None:
        def cancel(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return partner.cancel(visit.token)

        if await self.retrying.ask(cancel):
            visit.was_cancelled()


async def reminders(
    deployment: Deployment,
    box: Mailbox,
    *,
    kills: int,
    clients: int,
    seed: int,
    outage_seconds: float = 0,
    until_sent: bool,
) -> Outcome:
    """Reminders fall due within seconds of each booking and move, but for those of one practitioner.

    None is sent of a time that a visit has no more, unless it was on its way when that changed; none is lost;
    and what comes twice has one Message-ID. Meanwhile the mail server refuses all for `outage_seconds`.
    """
    # Scenarios with one seed must not share their idempotency keys.
    tally, chance = Tally("reminders", deployment), random.Random(f"reminders {seed}")
    patients = Patients(tally, RetryingClient(tally, chance), chance)
    mails_before = len(box.messages)
    database = open_database(deployment.url)
    try:
        async with asyncio.TaskGroup() as group:
            forward = group.create_task(_bring_forward(database))
            outage = group.create_task(_refuse_mails(box, outage_seconds))
            playing = [group.create_task(patients.client(name)) for name in range(clients)]
            try:
                await kill_now_and_then(tally, chance, kills)
                await outage
            finally:
                patients.is_over = True
            await asyncio.gather(*playing)
            try:
                await _wait_until_taken(database)
            except TimeoutError:
                tally.fail(f"reminders that are due were not taken within {TAKEN_SECONDS} s")
            forward.cancel()
        try:
            await wait_until_sent(database, within=SENT_SECONDS if until_sent else SOON_SECONDS)
        except TimeoutError:
            tally.check(not until_sent, f"not all was sent within {SENT_SECONDS} s")
        mails = await read_mails(database, box, since=mails_before)
        verdict = judge(patients.visits, mails)
        still_to_come, overtaken = await _unsent(database, {mail.message_id for mail in mails})
    finally:
        await database.close()
    for wrong in verdict.wrong:
        tally.check(False, wrong)
    for visit in verdict.missing:
        tally.check(visit.confirmed.id in still_to_come, f"the reminder of {visit.reference} is lost")
    tally.check(bool(verdict.reminders or still_to_come), "nobody was reminded")
    moves = sum(len(visit.stays) - 1 for visit in patients.visits)
    ended = sum(visit.stays[-1].ended_at is not None for visit in patients.visits)
    note = (
        f"{kills} kills, {len(patients.visits)} visits, {moves} moves, {ended} cancelled; "
        f"{verdict.reminders} reminders, {verdict.repeats} came again, {overtaken} overtaken by a change, "
        f"the last {verdict.latest_seconds * 1000:.0f} ms after one"
    )
    return await tally.close(confirmed=[visit.confirmed for visit in patients.visits], held=[], note=note)


def _of_due_visits() -> ColumnElement[bool]:
    never = practitioner_slug("reminders", NOT_DUE)
    return Reminder.appointment.in_(select(Appointment.id).where(Appointment.practitioner != never))


async def _bring_forward(database: Database) -> None:
    """A visit's reminder is due the day before at the earliest: each that is planned is due in seconds."""
    while True:
        with suppress(TryAgain):
            async with database.write() as session:
                now = await current_time(session)
                soon = now + timedelta(seconds=random.random() * DUE_WITHIN_SECONDS)
                far = update(Reminder).where(
                    Reminder.taken_at.is_(None),
                    Reminder.due_at > now + timedelta(minutes=1),
                    _of_due_visits(),
                )
                await session.execute(far.values(due_at=soon).execution_options(synchronize_session=False))
        await asyncio.sleep(BROUGHT_FORWARD_EVERY_SECONDS)


async def _refuse_mails(box: Mailbox, seconds: float) -> None:
    taken = box.replies["DATA"]
    if seconds:
        box.replies["DATA"] = MAIL_SERVER_DOWN
    try:
        await asyncio.sleep(seconds)
    finally:
        box.replies["DATA"] = taken


async def _wait_until_taken(database: Database) -> None:
    waiting = select(Reminder.id).where(Reminder.taken_at.is_(None), _of_due_visits()).limit(1)
    async with asyncio.timeout(TAKEN_SECONDS):
        while True:
            async with database.read() as session:
                if await session.scalar(waiting) is None:
                    return
            await asyncio.sleep(BROUGHT_FORWARD_EVERY_SECONDS)


async def _unsent(database: Database, arrived: Collection[str]) -> tuple[set[uuid.UUID], int]:
    """The visits whose reminders are still to be sent, and how many were taken and never will be."""
    query = select(Reminder.appointment, Reminder.event, OutboxDelivery.due_at).join(
        OutboxDelivery, OutboxDelivery.event == Reminder.event
    )
    async with database.read() as session:
        rows = (await session.execute(query)).all()
    still_to_come = {visit for visit, _, due_at in rows if due_at is not None}
    return still_to_come, len(
        {event for _, event, due_at in rows if due_at is None and str(event) not in arrived}
    )
