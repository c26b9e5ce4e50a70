"""Leaving the waiting list, and declining one time of it."""

import uuid
from datetime import datetime

from booking.audit.record import record_audit
from booking.domain.actor import Actor
from booking.domain.errors import NotFound
from booking.storage.models.audit import AuditAction
from booking.storage.models.waiting_list import OfferOutcome, WaitingListEntry, WaitingListStatus
from booking.storage.queries.waiting_list import offers_of_entry
from booking.storage.session import BookingSession
from booking.waiting_list.end import end_entry, end_offer
from booking.waiting_list.entry import lock_entry, lock_entry_by_id


async def leave_waiting_list(
    session: BookingSession, token: str, *, actor: Actor | None = None, now: datetime
) -> WaitingListEntry:
    """End an entry; again, it stays as it ended. What was offered to it is free for the next.

    Raises:
        NotFound: the secret opens nothing (any more).
    """
    entry = await lock_entry(session, token)
    await _leave(session, entry, actor=actor, now=now)
    return entry


async def take_off_waiting_list(
    session: BookingSession,
    entry: uuid.UUID,
    *,
    actor: Actor,
    only_practitioner: str | None = None,
    now: datetime,
) -> WaitingListEntry:
    """The same by a member of the staff; the patient gets no mail.

    Raises:
        NotFound: there is no such entry (any more), or it is not for `only_practitioner` (slug).
    """
    row = await lock_entry_by_id(session, entry, only_practitioner=only_practitioner)
    await _leave(session, row, actor=actor, now=now)
    return row


async def _leave(
    session: BookingSession, entry: WaitingListEntry, *, actor: Actor | None, now: datetime
) -> None:
    if entry.waits:
        await end_entry(session, entry, WaitingListStatus.CANCELLED, now=now)
        await session.flush()
        detail = "waiting list left"
        await record_audit(session, actor, AuditAction.UPDATE, [entry.patient], detail=detail, now=now)


async def decline_offer(
    session: BookingSession, token: str, offer: uuid.UUID, *, actor: Actor | None = None, now: datetime
) -> WaitingListEntry:
    """Give an offered time to the next in the order, and wait on; again, or once it is over, nothing changes.

    Raises:
        NotFound: the secret opens nothing (any more), or it is another entry's offer.
    """
    entry = await lock_entry(session, token)
    chosen = next((each for each in await offers_of_entry(session, entry.id) if each.id == offer), None)
    if chosen is None:
        raise NotFound("This time was not offered to you.", path=("offerId",))
    if chosen.outcome is None:
        await end_offer(session, chosen, OfferOutcome.DECLINED, now=now)
        await session.flush()
        await record_audit(
            session, actor, AuditAction.UPDATE, [entry.patient], detail="offered time declined", now=now
        )
    return entry
