"""The waiting list: entries by secret, who waits in which order, offers, and where time has opened."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, func, or_, select, update

from booking.storage.base import core_table, insert_into
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import ServiceOffer
from booking.storage.models.ticks import Tick
from booking.storage.models.waiting_list import (
    OfferOutcome,
    WaitingListEntry,
    WaitingListOffer,
    WaitingListOpening,
    WaitingListStatus,
)
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession

PRACTITIONERS, OPENINGS = core_table(Practitioner), core_table(WaitingListOpening)
WAITS = WaitingListEntry.status == WaitingListStatus.WAITLIST
IS_OPEN = WaitingListOffer.outcome.is_(None)


@dataclass(frozen=True)
class WaitingRow:
    """An entry that waits. `person` is the blind index of its address, None once the patient is erased."""

    entry: WaitingListEntry
    person: bytes | None


async def note_openings(session: BookingSession, practitioners: Collection[str], *, due_at: datetime) -> None:
    """Record that time of these practitioners may have opened, in the transaction of the cause.

    Nothing is recorded while nobody waits.
    """
    if (await get_clinic(session)).waiting_list_offer is None or not practitioners:
        return
    if await session.scalar(select(exists().where(WAITS))):
        rows = [{"id": uuid.uuid4(), "practitioner": each, "due_at": due_at} for each in practitioners]
        await session.execute(insert_into(WaitingListOpening), rows)


async def practitioners_with_openings(session: BookingSession, now: datetime) -> Sequence[str]:
    """Those whose time may have opened, who has been due longest first."""
    query = select(WaitingListOpening.practitioner).where(WaitingListOpening.due_at <= now)
    by_practitioner = query.group_by(WaitingListOpening.practitioner)
    return (await session.scalars(by_practitioner.order_by(func.min(WaitingListOpening.due_at)))).all()


async def drop_openings(session: BookingSession, practitioner: str, *, until: datetime) -> None:
    is_due = OPENINGS.c.due_at <= until
    await session.execute(delete(OPENINGS).where(OPENINGS.c.practitioner == practitioner, is_due))


async def entry_by_token(session: BookingSession, token_hash: bytes) -> WaitingListEntry | None:
    """The entry that the secret of its own link, or of one of its offers, opens."""
    offered = select(WaitingListOffer.entry).where(WaitingListOffer.token_hash == token_hash)
    is_theirs = or_(WaitingListEntry.token_hash == token_hash, WaitingListEntry.id.in_(offered))
    return (await session.scalars(select(WaitingListEntry).where(is_theirs))).one_or_none()


async def entry_of_event(session: BookingSession, event: uuid.UUID) -> WaitingListEntry | None:
    """The entry that this event's mail confirms."""
    query = select(WaitingListEntry).where(WaitingListEntry.event == event)
    return (await session.scalars(query)).one_or_none()


async def entry_replacing(session: BookingSession, appointment: uuid.UUID) -> WaitingListEntry | None:
    """The entry that waits for an earlier time than this visit has."""
    query = select(WaitingListEntry).where(WaitingListEntry.replaces == appointment, WAITS)
    return (await session.scalars(query)).one_or_none()


async def entries_by_id(
    session: BookingSession, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, WaitingListEntry]:
    rows = await session.scalars(select(WaitingListEntry).where(WaitingListEntry.id.in_(ids)))
    return {row.id: row for row in rows}


async def entries_of_patients(
    session: BookingSession, patients: Collection[uuid.UUID]
) -> Sequence[WaitingListEntry]:
    """The oldest first."""
    query = select(WaitingListEntry).where(WaitingListEntry.patient.in_(patients))
    return (await session.scalars(query.order_by(WaitingListEntry.created_at, WaitingListEntry.id))).all()


async def forget_entries(
    session: BookingSession, patients: Collection[uuid.UUID], *, now: datetime
) -> Sequence[uuid.UUID]:
    """End the entries of patients who are erased, free what is held for them; which entries they had."""
    entries = [row.id for row in await entries_of_patients(session, patients)]
    of_theirs = WaitingListOffer.entry.in_(entries)
    holds = select(WaitingListOffer.hold).where(of_theirs, IS_OPEN, WaitingListOffer.hold.is_not(None))
    await session.execute(delete(Tick).where(Tick.owner.in_(holds)))
    ended = {"outcome": OfferOutcome.WITHDRAWN, "ended_at": now}
    await session.execute(update(WaitingListOffer).where(of_theirs, IS_OPEN).values(**ended))
    theirs = update(WaitingListEntry).where(WaitingListEntry.id.in_(entries))
    await session.execute(theirs.values(tell_practitioner=None))
    left = {"status": WaitingListStatus.CANCELLED, "ended_at": now}
    await session.execute(theirs.where(WAITS).values(**left))
    return entries


async def waiting_rows(session: BookingSession) -> Sequence[WaitingRow]:
    """All entries that wait, the longest first."""
    query = (
        select(WaitingListEntry, Patient.email_index)
        .join(Patient, Patient.id == WaitingListEntry.patient)
        .where(WAITS)
        .order_by(WaitingListEntry.waiting_since, WaitingListEntry.id)
    )
    return [WaitingRow(entry, person) for entry, person in await session.execute(query)]


async def offers_by_person(session: BookingSession, *, since: datetime) -> dict[bytes, int]:
    """How many times each person was offered since then, by the blind index of their address."""
    query = (
        select(Patient.email_index, func.count())
        .select_from(WaitingListOffer)
        .join(WaitingListEntry, WaitingListEntry.id == WaitingListOffer.entry)
        .join(Patient, Patient.id == WaitingListEntry.patient)
        .where(WaitingListOffer.offered_at > since, Patient.email_index.is_not(None))
        .group_by(Patient.email_index)
    )
    return {person: count for person, count in await session.execute(query) if person is not None}


async def persons_with_open_offers(session: BookingSession) -> set[bytes]:
    query = (
        select(Patient.email_index)
        .join(WaitingListEntry, WaitingListEntry.patient == Patient.id)
        .join(WaitingListOffer, WaitingListOffer.entry == WaitingListEntry.id)
        .where(IS_OPEN, Patient.email_index.is_not(None))
    )
    return {person for person in await session.scalars(query) if person is not None}


async def services_of_practitioner(session: BookingSession, practitioner: str) -> set[str]:
    query = select(ServiceOffer.service).where(ServiceOffer.practitioner == practitioner)
    return set((await session.scalars(query)).all())


async def practitioners_to_sweep(session: BookingSession) -> Sequence[str]:
    """Who offers a service that somebody waits for."""
    waited_for = select(WaitingListEntry.service).where(WAITS)
    query = select(ServiceOffer.practitioner).where(ServiceOffer.service.in_(waited_for)).distinct()
    return (await session.scalars(query)).all()


async def times_offered(
    session: BookingSession, practitioner: str, *, since: datetime
) -> set[tuple[uuid.UUID, datetime]]:
    """Times of the practitioner from then on that were offered before, each with the entry."""
    query = select(WaitingListOffer.entry, WaitingListOffer.starts_at)
    rows = await session.execute(
        query.where(WaitingListOffer.practitioner == practitioner, WaitingListOffer.starts_at >= since)
    )
    return {(row.entry, row.starts_at) for row in rows}


async def offers_of_entry(session: BookingSession, entry: uuid.UUID) -> Sequence[WaitingListOffer]:
    """The newest first."""
    query = select(WaitingListOffer).where(WaitingListOffer.entry == entry)
    return (await session.scalars(query.order_by(WaitingListOffer.offered_at.desc()))).all()


async def offers_of_entries(
    session: BookingSession, entries: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[WaitingListOffer]]:
    """Of each entry that has any the newest first."""
    query = select(WaitingListOffer).where(WaitingListOffer.entry.in_(entries))
    offers: dict[uuid.UUID, list[WaitingListOffer]] = defaultdict(list)
    for offer in await session.scalars(query.order_by(WaitingListOffer.offered_at.desc())):
        offers[offer.entry].append(offer)
    return offers


async def practitioners_waited_for(session: BookingSession) -> Sequence[tuple[Sequence[str], str | None]]:
    """For each entry that waits the practitioners whom it names, and with whom the visit is that it would
    replace."""
    columns = select(WaitingListEntry.practitioners, Appointment.practitioner)
    joined = columns.outerjoin(Appointment, Appointment.id == WaitingListEntry.replaces)
    return [(named, own) for named, own in await session.execute(joined.where(WAITS))]


async def offer_of_event(session: BookingSession, event: uuid.UUID) -> WaitingListOffer | None:
    query = select(WaitingListOffer).where(WaitingListOffer.event == event)
    return (await session.scalars(query)).one_or_none()


async def expired_offers(session: BookingSession, now: datetime) -> Sequence[WaitingListOffer]:
    """Open ones whose time to answer is over, the oldest first."""
    query = select(WaitingListOffer).where(IS_OPEN, WaitingListOffer.expires_at <= now)
    return (await session.scalars(query.order_by(WaitingListOffer.expires_at))).all()


async def has_work(session: BookingSession, now: datetime, *, expired_alone: bool) -> bool:
    """Whether an offer has expired, or else time of somebody may have opened."""
    expired = exists().where(IS_OPEN, WaitingListOffer.expires_at <= now)
    opened = exists().where(WaitingListOpening.due_at <= now)
    return bool(await session.scalar(select(expired if expired_alone else or_(expired, opened))))


async def end_entries(session: BookingSession, before: date, *, now: datetime) -> None:
    """End the entries whose last day is over everywhere, unless a time is just offered to them."""
    is_offered = exists().where(WaitingListOffer.entry == WaitingListEntry.id, IS_OPEN)
    over = update(WaitingListEntry).where(WAITS, WaitingListEntry.last_day < before, ~is_offered)
    await session.execute(over.values(status=WaitingListStatus.ENDED, ended_at=now))


async def first_work_due(session: BookingSession, *, expired_alone: bool) -> datetime | None:
    """Since when an offer has been over, or else since when time of somebody may have been open."""
    expired = await session.scalar(select(func.min(WaitingListOffer.expires_at)).where(IS_OPEN))
    opened = None if expired_alone else await session.scalar(select(func.min(WaitingListOpening.due_at)))
    return min(filter(None, (expired, opened)), default=None)


async def count_waiting(session: BookingSession) -> int:
    """How many entries wait."""
    return (await session.scalars(select(func.count()).select_from(WaitingListEntry).where(WAITS))).one()
