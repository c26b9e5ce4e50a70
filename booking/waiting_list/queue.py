"""All who wait, in the order in which they would be asked, as the front desk sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from booking.patients.contacts import PatientContact, contacts_by_id
from booking.storage.models.appointments import Appointment
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.waiting_list import (
    WaitingRow,
    offers_by_person,
    offers_of_entries,
    persons_with_open_offers,
    practitioners_waited_for,
    services_of_practitioner,
    waiting_rows,
)
from booking.storage.session import BookingSession
from booking.waiting_list.entry import is_for, may_be_with
from booking.waiting_list.order import LATELY, Waiting, in_order
from booking.waiting_list.rules import WaitingListRules, waiting_list_rules


class QueueState(StrEnum):
    """Whether an entry can be asked, or what it waits for before."""

    HELD = "held"
    """A time is held for it."""
    IN_ORDER = "in-order"
    """It is asked when its turn is."""
    OTHER_OFFER = "other-offer"
    """Another time that is held for the person."""
    OFFERED_ENOUGH = "offered-enough"
    """The end of the week in which the person was offered as many times as the clinic allows."""
    OTHER_ENTRIES = "other-entries"
    """The end of one of the person's older entries."""
    CLOSED = "closed"
    """The clinic's waiting list, which it has closed."""


@dataclass(frozen=True)
class Queued:
    """An entry that waits. `place` counts from 1 those that can be asked, for times of all practitioners.

    `offers` are its own, the newest first; `offered_lately` counts those of its person within `LATELY`.
    `contact` is None where names are not wanted. `replaces` is the visit that stands until an earlier one is
    taken.
    """

    entry: WaitingListEntry
    state: QueueState
    place: int | None
    offered_lately: int
    offers: Sequence[WaitingListOffer]
    replaces: Appointment | None
    contact: PatientContact | None = None

    @property
    def held(self) -> WaitingListOffer | None:
        """The time that is held for it."""
        return next((each for each in self.offers if each.outcome is None), None)

    def is_for(self, practitioner: str) -> bool:
        """Whether it waits for this practitioner by name, or for an earlier time of a visit with them."""
        return is_for(self.entry, self.replaces, practitioner)


async def count_waiting(session: BookingSession, *, only_practitioner: str | None) -> int:
    """How many entries the queue has."""
    rows = await practitioners_waited_for(session)
    return sum(only_practitioner is None or only_practitioner in (*named, own) for named, own in rows)


async def waiting_queue(
    session: BookingSession,
    *,
    service: str | None = None,
    practitioner: str | None = None,
    only_practitioner: str | None = None,
    with_contacts: bool = True,
    now: datetime,
) -> Sequence[Queued]:
    """Who waits: those for whom a time is held, then the others in order, then who can't be asked yet.

    With `service` those of this service, with `practitioner` those whom a time of theirs may suit; with
    `only_practitioner` those alone who wait for that one by name. The number of statements doesn't grow.

    Raises:
        KeyProblem, TryAgain: the patients' data can't be read.
    """
    rules = waiting_list_rules(await get_clinic(session))
    rows = await waiting_rows(session)
    queued = await _queued(session, rows, rules, now=now)
    services = await services_of_practitioner(session, practitioner) if practitioner else set()
    shown = [
        each
        for each in queued
        if service in (None, each.entry.service)
        and (practitioner is None or may_be_with(each.entry, practitioner, services))
        and (only_practitioner is None or each.is_for(only_practitioner))
    ]
    if not with_contacts:
        return shown
    contacts = await contacts_by_id(session, [each.entry.patient for each in shown])
    return [replace(each, contact=contacts.get(each.entry.patient)) for each in shown]


async def _queued(
    session: BookingSession, rows: Sequence[WaitingRow], rules: WaitingListRules | None, *, now: datetime
) -> Sequence[Queued]:
    offered = await offers_by_person(session, since=now - LATELY)
    being_asked = await persons_with_open_offers(session)
    turns = in_order(
        [Waiting(row.entry.id, row.person, row.entry.waiting_since) for row in rows if row.person],
        asked=offered,
        being_asked=being_asked,
        offers_a_week=rules.offers_a_week if rules else 0,
        entries_a_person=rules.entries_a_person if rules else 0,
    )
    places = {turn.waiting.entry: turn.place for turn in turns}
    offers = await offers_of_entries(session, [row.entry.id for row in rows])
    visits = await appointments_by_id(session, [row.entry.replaces for row in rows if row.entry.replaces])
    by_id = {visit.id: visit for visit in visits}
    queued = []
    for row in rows:
        entry, count = row.entry, offered.get(row.person, 0) if row.person else 0
        own = offers.get(entry.id, ())
        if any(each.outcome is None for each in own):
            state = QueueState.HELD
        elif entry.id in places:
            state = QueueState.IN_ORDER
        else:
            state = _waits_for(row, being_asked, count, rules)
        visit = by_id.get(entry.replaces) if entry.replaces else None
        queued.append(Queued(entry, state, places.get(entry.id), count, own, visit))
    states = list(QueueState)
    return sorted(queued, key=lambda each: (states.index(each.state), each.place or 0))


def _waits_for(
    row: WaitingRow, being_asked: set[bytes], offered: int, rules: WaitingListRules | None
) -> QueueState:
    if rules is None:
        return QueueState.CLOSED
    if row.person in being_asked:
        return QueueState.OTHER_OFFER
    return QueueState.OFFERED_ENOUGH if offered >= rules.offers_a_week else QueueState.OTHER_ENTRIES
