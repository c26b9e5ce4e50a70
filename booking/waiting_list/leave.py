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
from booking.waiting_list.entry import lock_entry


async def leave_waiting_list(
    session: BookingSession, token: str, *, actor: Actor | None = None, now: datetime
) -> WaitingListEntry:
    """End an entry; again, it stays as it ended. What was offered to it is free for the next.

    Raises:
        NotFound: the secret opens nothing (any more).
    """
    entry = await lock_entry(session, token)
    if entry.waits:
        await end_entry(session, entry, WaitingListStatus.CANCELLED, now=now)
        await session.flush()
        await record_audit(
            session, actor, AuditAction.UPDATE, [entry.patient], detail="waiting list left", now=now
        )
    return entry


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
