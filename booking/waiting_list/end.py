"""Ends: of an entry, and of an offer, whose time is free for the next in the order then."""

from datetime import datetime

from booking.scheduling.resources import practitioners_sharing
from booking.storage.models.holds import Hold
from booking.storage.models.waiting_list import (
    OfferOutcome,
    WaitingListEntry,
    WaitingListOffer,
    WaitingListStatus,
)
from booking.storage.queries.ticks import release_ticks
from booking.storage.queries.waiting_list import note_openings, offers_of_entry
from booking.storage.session import BookingSession


async def end_entry(
    session: BookingSession, entry: WaitingListEntry, status: WaitingListStatus, *, now: datetime
) -> None:
    """End an entry that waits. What was offered to it is free again. The schedules are locked."""
    entry.status, entry.ended_at = status, now
    for offer in await offers_of_entry(session, entry.id):
        if offer.outcome is None:
            await end_offer(session, offer, OfferOutcome.WITHDRAWN, now=now)


async def end_offer(
    session: BookingSession, offer: WaitingListOffer, outcome: OfferOutcome, *, now: datetime
) -> None:
    """End an open offer without a visit: the next in the order may be asked. The schedule is locked."""
    offer.outcome, offer.ended_at = outcome, now
    opened = {offer.practitioner}
    if offer.hold is not None:
        await release_ticks(session, offer.hold)
        hold = await session.get_one(Hold, offer.hold)
        hold.expires_at = min(hold.expires_at, now)
        opened = await practitioners_sharing(session, hold.service, offer.practitioner)
    await note_openings(session, opened, due_at=now)
