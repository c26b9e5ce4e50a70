"""A scenario of the waiting list: times open and are offered, and servers are killed meanwhile."""

import asyncio
import random
import uuid
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import select, update

from booking.domain.errors import TryAgain
from booking.storage.database import Database
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.waiting_list import OfferOutcome, WaitingListOffer
from booking.storage.queries.clock import current_time
from tests.booking.notifications.mailbox import Mailbox
from tests.stress.clinic import OFFERED, practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, Unavailable, practitioner_id, uuid_of
from tests.stress.invariants import ConfirmedAppointment
from tests.stress.scenarios.booking_clients import PAUSE_SECONDS, RetryingClient
from tests.stress.scenarios.holds import confirmed_appointment
from tests.stress.scenarios.kills import kill_now_and_then
from tests.stress.scenarios.mails import wait_until_sent
from tests.stress.scenarios.reminded_visits import IN_FLIGHT_SECONDS
from tests.stress.scenarios.waiting_list import ACCEPT, ENTRY, JOIN, OFFER_WITHIN, payload_of, wish_for
from tests.support.databases import open_database
from tests.support.graphql_client import PATIENT, PROBLEMS, GraphQLClient

SCENARIO = "offers"
MOST_PATIENTS = 4
"""That wait for one time."""
MOST_SECONDS_OF_THOUGHT = 2
"""In which a patient answers an offer."""
SENT_SECONDS = 180
SOON_SECONDS = 10
"""In which most of it is sent."""
DECLINE = (
    """mutation ($input: DeclineWaitingListOfferInput!) { declineWaitingListOffer(input: $input) {
  problems { ...Why } } }"""
    + PROBLEMS
)
LEAVE = (
    """mutation ($input: LeaveWaitingListInput!) { leaveWaitingList(input: $input) {
  problems { ...Why } } }"""
    + PROBLEMS
)


@dataclass
class Offers:
    """Clients of whom each frees one time after the other, for which patients wait.

    Each patient waits for that one time alone, so that they must be asked in the order in which they joined.
    """

    tally: Tally
    retrying: RetryingClient
    chance: random.Random
    database: Database
    numbers: "count[int]" = field(default_factory=count)
    confirmed: list[ConfirmedAppointment] = field(default_factory=list)
    outcomes: dict[uuid.UUID, OfferOutcome] = field(default_factory=dict)
    """What became of each offer, as its patient knows."""
    ended_at: dict[uuid.UUID, float] = field(default_factory=dict)
    """When its patient knew (monotonic)."""
    is_over: bool = False

    async def client(self) -> None:
        while not self.is_over:
            await self.open_time(next(self.numbers))

    async def open_time(self, number: int) -> None:
        """A visit is booked and cancelled, and its time offered to one patient after the other."""
        starts = self.tally.deployment.starts(minutes=30)[::2]
        day, place = divmod(number // OFFERED, len(starts))
        practitioner = practitioner_slug(SCENARIO, number % OFFERED + 1)
        at = starts[place] + timedelta(days=day)
        booked = await self.book(practitioner, at)
        if booked is None:
            return
        former = confirmed_appointment(booked["appointment"])
        tokens = [
            await self.join(practitioner, at, f"{number}-{place}")
            for place in range(self.chance.randint(2, MOST_PATIENTS))
        ]
        await self.retrying.ask(lambda partner: partner.cancel(booked["manageToken"]))
        self.confirmed.append(replace(former, status=AppointmentStatus.CANCELLED))
        for token in tokens:
            offer = await self.offered(token, tokens)
            if offer is None:
                return
            await asyncio.sleep(self.chance.random() * MOST_SECONDS_OF_THOUGHT)
            answer = (
                self.accept
                if token == tokens[-1]
                else self.chance.choice([self.accept, self.decline, self.let_lapse])
            )
            if await answer(token, offer):
                break
        for token in tokens:
            await self.ask(LEAVE, waitingListToken=token)

    def key(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128)))

    async def ask(self, document: str, *refusals_allowed: str, **given: Any) -> dict[str, Any] | None:
        def request(partner: GraphQLClient) -> Awaitable[dict[str, Any]]:
            return payload_of(partner, document, **given)

        return await self.retrying.ask(request, *refusals_allowed)

    async def book(self, practitioner: str, at: datetime) -> dict[str, Any] | None:
        hold_key, book_key, who = self.key(), self.key(), practitioner_id(practitioner)
        held = await self.retrying.ask(
            lambda partner: partner.hold(
                at.isoformat(), service=SCENARIO, practitionerId=who, idempotencyKey=hold_key
            )
        )
        if held is None:
            return None
        token = held["holdToken"]
        return await self.retrying.ask(
            lambda partner: partner.book(token, screening=[], idempotencyKey=book_key)
        )

    async def join(self, practitioner: str, at: datetime, name: str) -> str:
        patient = PATIENT | {"email": f"offers-{name}@example.com"}
        wish = wish_for(SCENARIO, at) | {"practitionerIds": [practitioner_id(practitioner)]}
        joined = await self.ask(JOIN, **wish, patient=patient, idempotencyKey=self.key())
        return str(joined["waitingListToken"]) if joined else ""

    async def offered(self, token: str, tokens: list[str]) -> str | None:
        """The offer, once the patient has it; None, and a mistake, if that takes too long."""
        until = monotonic() + OFFER_WITHIN.total_seconds()
        while monotonic() < until:
            for each in tokens:
                offer = await self.open_offer(each)
                if offer is not None:
                    self.tally.check(each == token, "a time was not offered in the order of joining")
                    return offer if each == token else None
            await asyncio.sleep(1)
        self.tally.fail(f"nobody was asked within {OFFER_WITHIN.seconds} s")
        return None

    async def open_offer(self, token: str) -> str | None:
        while True:
            try:
                answer = await self.chance.choice(self.tally.deployment.partners).ask(ENTRY, token=token)
            except (httpx.TransportError, Unavailable):
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            entry = (answer.get("data") or {}).get("waitingListEntry")
            return entry["openOffer"]["id"] if entry and entry["openOffer"] else None

    async def accept(self, token: str, offer: str) -> bool:
        taken = await self.ask(ACCEPT, waitingListToken=token, offerId=offer)
        if taken is None:
            return False
        self.confirmed.append(confirmed_appointment(taken["appointment"]))
        return self.ended(offer, OfferOutcome.ACCEPTED)

    async def decline(self, token: str, offer: str) -> bool:
        await self.ask(DECLINE, waitingListToken=token, offerId=offer)
        return self.ended(offer, OfferOutcome.DECLINED)

    async def let_lapse(self, token: str, offer: str) -> bool:
        """Nobody waits for minutes here: the end of the offer is brought forward."""
        lapse = update(WaitingListOffer).where(WaitingListOffer.id == uuid_of(offer))
        while True:
            with suppress(TryAgain):
                async with self.database.write() as session:
                    await session.execute(lapse.values(expires_at=await current_time(session)))
                break
        late = await self.ask(ACCEPT, "OfferEnded", waitingListToken=token, offerId=offer)
        self.tally.check(not late or late["appointment"] is None, "an offer was taken after its end")
        return self.ended(offer, OfferOutcome.EXPIRED)

    def ended(self, offer: str, outcome: OfferOutcome) -> bool:
        self.outcomes[uuid_of(offer)], self.ended_at[uuid_of(offer)] = outcome, monotonic()
        return outcome is OfferOutcome.ACCEPTED


async def offers(
    deployment: Deployment, box: Mailbox, *, kills: int, clients: int, seed: int, until_sent: bool
) -> Outcome:
    """Cancelled visits free times, which patients are offered, take, decline or let lapse.

    Each time goes to one patient in the end, in the order of joining, whichever server dies meanwhile; each
    offer ends as its patient was told; and no mail offers a time that is gone.
    """
    # Scenarios with one seed must not share their idempotency keys.
    tally, chance = Tally(SCENARIO, deployment), random.Random(f"offers {seed}")
    mails_before = len(box.messages)
    database = open_database(deployment.url)
    try:
        played = Offers(tally, RetryingClient(tally, chance), chance, database)
        async with asyncio.TaskGroup() as group:
            playing = [group.create_task(played.client()) for _ in range(clients)]
            try:
                await kill_now_and_then(tally, chance, kills)
            finally:
                played.is_over = True
            await asyncio.gather(*playing)
        try:
            await wait_until_sent(database, within=SENT_SECONDS if until_sent else SOON_SECONDS)
        except TimeoutError:
            tally.check(not until_sent, f"not all was sent within {SENT_SECONDS} s")
        mailed = await _judge(played, box, since=mails_before)
    finally:
        await database.close()
    accepted = list(played.outcomes.values()).count(OfferOutcome.ACCEPTED)
    tally.check(accepted > 0, "nobody took an offer")
    note = (
        f"{kills} kills, {played.retrying.cut} cut, {played.retrying.lost} answers lost, "
        f"{len(played.outcomes)} offers, {accepted} taken, {mailed} mailed"
    )
    return await tally.close(confirmed=played.confirmed, held=[], note=note)


async def _judge(played: Offers, box: Mailbox, *, since: int) -> int:
    """Compare the offers in the database with what their patients know; how many were mailed."""
    is_played = WaitingListOffer.practitioner.startswith(f"{SCENARIO}-")
    async with played.database.read() as session:
        rows = list(await session.scalars(select(WaitingListOffer).where(is_played)))
    kept = {row.id: row.outcome for row in rows}
    played.tally.check(
        kept == played.outcomes,
        f"{len(kept.items() ^ played.outcomes.items())} offers ended in another way than patients know",
    )
    offers = {str(row.event): row.id for row in rows}
    mailed = set()
    for message, at in zip(box.messages[since:], box.arrived_at[since:], strict=True):
        offer = offers.get(str(message["Message-ID"]).strip("<>").partition("@")[0])
        if offer is None:
            continue  # about another event
        mailed.add(offer)
        late = at - played.ended_at.get(offer, at)
        played.tally.check(late < IN_FLIGHT_SECONDS, f"an offer was mailed {late:.0f} s after its end")
    return len(mailed)
