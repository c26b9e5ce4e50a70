"""Offering time that has opened: to the first in the order whom it suits, with a hold of its own."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from booking.appointments.checks.holds import UNCOUNTED_CLIENT
from booking.appointments.hold import own_times
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services, location_zones
from booking.domain.actor import Actor
from booking.domain.errors import BookingError, TryAgain
from booking.domain.events import Event, EventKind
from booking.domain.open_slot import OpenSlot
from booking.domain.tokens import hash_of, new_token
from booking.scheduling.criteria import SlotCriteria
from booking.scheduling.resources import clinic_resources
from booking.scheduling.slots import all_open_schedules
from booking.storage.base import insert_rows
from booking.storage.models.appointments import Appointment, AppointmentStatus
from booking.storage.models.audit import AuditAction
from booking.storage.models.catalogue.services import Service
from booking.storage.models.holds import Hold
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event_for
from booking.storage.queries.ticks import delete_expired
from booking.storage.queries.waiting_list import (
    drop_openings,
    note_openings,
    offers_by_person,
    persons_with_open_offers,
    services_of_practitioner,
    times_offered,
    waiting_rows,
)
from booking.storage.session import BookingSession
from booking.waiting_list.entry import may_be_with, wishes_of
from booking.waiting_list.order import LATELY, Turn, Waiting, in_order
from booking.waiting_list.rules import WaitingListRules, waiting_list_rules

OFFERS_A_STEP = 10
"""Made in one transaction: no booking waits for long."""
REFUSALS = 3
"""So many times that features' rules decline are passed over for one entry."""


@dataclass(frozen=True)
class Offered:
    """An entry to which a time was offered, with the reason why it was its turn."""

    entry: WaitingListEntry
    reason: str


async def offer_open_times(
    session: BookingSession, practitioner: str, *, actor: Actor, now: datetime
) -> Sequence[Offered]:
    """Offer the practitioner's open times, each to the first in the order whom it suits; whom they were.

    The caller holds `try_lock_waiting_list`. Nothing is offered in quiet hours, nor where the waiting list is
    closed; what has opened waits.

    Raises:
        TryAgain: a feature's rule or busy source can't answer just now.
    """
    rules = waiting_list_rules(await get_clinic(session))
    if rules is None or rules.is_quiet(now):
        return []
    resources = await _resources_needed_by(session, practitioner)
    await lock_schedules(session, [practitioner], resources)
    await drop_openings(session, practitioner, until=now)
    entries, turns = await _turns(session, practitioner, rules, now=now)
    if not turns:
        return []
    await delete_expired(session, [practitioner], resources, now=now)
    search = _Search(session, practitioner, rules, now, await times_offered(session, practitioner, since=now))
    visits = {row.id: row for row in await appointments_by_id(session, _replaced(entries.values()))}
    offered: list[Offered] = []
    asked: set[bytes] = set()
    for turn in turns:
        if turn.waiting.person in asked:
            continue
        if len(offered) == OFFERS_A_STEP:
            await note_openings(session, [practitioner], due_at=now)
            break
        entry = entries[turn.waiting.entry]
        await session.refresh(entry, with_for_update=True)
        visit = visits.get(entry.replaces) if entry.replaces else None
        if entry.waits and await search.offer(entry, visit):
            asked.add(turn.waiting.person)
            offered.append(Offered(entry, turn.reason))
    if session.next_hold_expiry is not None:
        # Time that is only held may open when the hold ends.
        await note_openings(session, [practitioner], due_at=session.next_hold_expiry)
    for each in offered:
        detail = f"time offered as {each.reason}"
        await record_audit(session, actor, AuditAction.UPDATE, [each.entry.patient], detail=detail, now=now)
    return offered


async def _resources_needed_by(session: BookingSession, practitioner: str) -> set[str]:
    """The rooms and the equipment that visits with this practitioner may get."""
    clinic = await clinic_resources(session)
    if not clinic.known:
        return set()
    services = await all_services(session)
    offered = await services_of_practitioner(session, practitioner)
    return clinic.needed_by([services[slug] for slug in offered])


async def _turns(
    session: BookingSession, practitioner: str, rules: WaitingListRules, *, now: datetime
) -> tuple[Mapping[uuid.UUID, WaitingListEntry], Sequence[Turn]]:
    """Who waits for time of this practitioner, in order; an entry's place counts all who wait for it."""
    services = await services_of_practitioner(session, practitioner)
    rows = [row for row in await waiting_rows(session) if row.person is not None]
    waiting = [Waiting(row.entry.id, row.person, row.entry.waiting_since) for row in rows if row.person]
    turns = in_order(
        waiting,
        asked=await offers_by_person(session, since=now - LATELY),
        being_asked=await persons_with_open_offers(session),
        offers_a_week=rules.offers_a_week,
        entries_a_person=rules.entries_a_person,
    )
    entries = {row.entry.id: row.entry for row in rows if may_be_with(row.entry, practitioner, services)}
    return entries, [turn for turn in turns if turn.waiting.entry in entries]


def _replaced(entries: Iterable[WaitingListEntry]) -> set[uuid.UUID]:
    return {entry.replaces for entry in entries if entry.replaces is not None}


@dataclass
class _Search:
    """The open times of a practitioner, computed again once one of them is offered."""

    session: BookingSession
    practitioner: str
    rules: WaitingListRules
    now: datetime
    offered_before: set[tuple[uuid.UUID, datetime]]

    def __post_init__(self) -> None:
        self._open: dict[str, list[OpenSlot]] = {}  # by service, earliest first

    async def offer(self, entry: WaitingListEntry, visit: Appointment | None) -> bool:
        """Hold and offer the earliest time that suits the entry; whether there was one."""
        if entry.replaces is not None and not await self._can_be_moved(visit):
            return False
        service, refused = (await all_services(self.session))[entry.service], 0
        if not service.listed:
            return False
        wishes, zones = wishes_of(entry, visit), await location_zones(self.session)
        for slot in await self._open_slots(service):
            is_repeated = (entry.id, slot.starts_at) in self.offered_before
            if is_repeated or not wishes.suits(slot, zones[slot.location]):
                continue
            until = self.now + self.rules.offer_length(slot.starts_at, now=self.now)
            if visit is not None and visit.change_deadline((await get_clinic(self.session)).policy) < until:
                return False
            if await self._hold(entry, service, slot, until):
                self._open.clear()
                return True
            refused += 1
            if refused == REFUSALS:
                return False
        return False

    async def _open_slots(self, service: Service) -> list[OpenSlot]:
        if service.slug not in self._open:
            criteria = SlotCriteria(service, self.practitioner, from_waiting_list=True)
            schedules = await all_open_schedules(self.session, criteria, now=self.now)
            slots = [
                schedule.slot_at(tick)
                for schedule in schedules
                for tick in schedule.window.ticks(schedule.starts)
            ]
            self._open[service.slug] = sorted(slots, key=lambda slot: (slot.starts_at, slot.location))
        return self._open[service.slug]

    async def _can_be_moved(self, visit: Appointment | None) -> bool:
        if visit is None or visit.status is not AppointmentStatus.BOOKED:
            return False
        deadline = visit.change_deadline((await get_clinic(self.session)).policy)
        return self.now <= deadline

    async def _hold(self, entry: WaitingListEntry, service: Service, slot: OpenSlot, until: datetime) -> bool:
        """Hold the time for the entry, and offer it by a mail; False where a feature's rule declines it."""
        hold = Hold(
            id=uuid.uuid4(),
            token_hash=hash_of(new_token()),  # Nobody knows it: the offer's secret takes the time.
            **asdict(slot),
            created_at=self.now,
            expires_at=until,
            from_waiting_list=True,
            client=UNCOUNTED_CLIENT,
        )
        try:
            async with self.session.begin_nested():
                await own_times(self.session, service, [hold], now=self.now)
        except TryAgain:
            raise
        except BookingError:
            return False
        token = new_token()
        event = Event(uuid.uuid4(), EventKind.WAITING_LIST_OFFERED, (), self.now)
        offer = WaitingListOffer(
            id=uuid.uuid4(),
            entry=entry.id,
            token_hash=hash_of(token),
            hold=hold.id,
            practitioner=slot.practitioner,
            location=slot.location,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            offered_at=self.now,
            expires_at=until,
            event=event.id,
        )
        await insert_rows(self.session, [offer])
        await record_event_for(self.session, event, [MAIL_LISTENER], ordering_key=entry.id, token=token)
        return True
