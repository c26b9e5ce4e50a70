"""Offers patients other times for their visits that can't take place, by a mail each, all in one go."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.domain.events import Event, EventKind
from booking.domain.open_slot import OpenSlot
from booking.domain.tokens import hash_of, new_token
from booking.patients.contacts import contacts_by_id
from booking.scheduling.other_times import other_times
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.models.desk.offered_times import ManageLink, OfferedTime
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.desk.offered_times import forget_offers, last_offers
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.outbox import record_event_for, sends_mails
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class OfferOutcome:
    """Ids of visits, in order of time.

    `mailed` have a mail on its way, or had one before; the patients of `to_call` get none: no time is open
    near the visit, they have no address, or the server sends no mails.
    """

    mailed: Sequence[uuid.UUID]
    to_call: Sequence[uuid.UUID]


async def offer_times(
    session: BookingSession, visits: Collection[uuid.UUID], *, actor: Actor, now: datetime
) -> OfferOutcome:
    """Send each patient up to three other times, with a link to choose one of them or any other.

    Nothing is held. A visit that is not impossible (any more) is left out, and one for which times were
    offered since it became so gets no second mail.
    """
    rows = await appointments_by_id(session, visits)
    await lock_schedules(session, {row.practitioner for row in rows})
    for row in rows:
        await session.refresh(row)
    rows = [row for row in rows if _needs_time(row, now)]
    last = await last_offers(session, [row.id for row in rows])
    before = {row.id for row in rows if row.id in last and last[row.id] >= (row.impossible_since or now)}
    new = [row for row in rows if row.id not in before]
    patients = {row.patient for row in new} if await sends_mails(session) else set()
    contacts = await contacts_by_id(session, patients)
    reachable = [row for row in new if row.patient in contacts and contacts[row.patient].email]
    times = await other_times(session, reachable, now=now)
    offered = [row for row in reachable if times[row.id]]
    await forget_offers(session, [row.id for row in offered])
    for key, group in groupby(sorted(offered, key=_order), key=lambda row: row.ordering_key):
        await _offer(session, key, list(group), times, now=now)
    mailed_to = list(dict.fromkeys(row.patient for row in offered))
    await record_audit(session, actor, AuditAction.READ, mailed_to, detail="other times offered", now=now)
    mailed = before | {row.id for row in offered}
    return OfferOutcome(
        [row.id for row in rows if row.id in mailed], [row.id for row in rows if row.id not in mailed]
    )


def _needs_time(row: Appointment, now: datetime) -> bool:
    return row.stands and row.impossible_since is not None and row.starts_at > now


def _order(row: Appointment) -> tuple[uuid.UUID, datetime]:
    return row.ordering_key, row.starts_at


async def _offer(
    session: BookingSession,
    key: uuid.UUID,
    rows: Sequence[Appointment],
    times: Mapping[uuid.UUID, Sequence[OpenSlot]],
    *,
    now: datetime,
) -> None:
    """One mail about a visit, or about the visits of a course."""
    token = new_token()
    event = Event(uuid.uuid4(), EventKind.NEEDS_ATTENTION, tuple(row.id for row in rows), now)
    session.add_all(ManageLink(token_hash=hash_of(token), appointment=row.id, created_at=now) for row in rows)
    session.add_all(
        OfferedTime(
            appointment=row.id,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            practitioner=slot.practitioner,
            location=slot.location,
            offered_at=now,
            event=event.id,
        )
        for row in rows
        for slot in times[row.id]
    )
    await session.flush()
    await record_event_for(session, event, [MAIL_LISTENER], ordering_key=key, token=token)
