"""The clinic's rules for its waiting list: how long an offer lasts, how many, and when none is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.outbox import sends_mails
from booking.storage.session import BookingSession
from booking.timegrid.quiet_hours import QuietHours

SHORTEST_OFFER = timedelta(minutes=5)
NEAR = 4
"""An offer lasts for this part of the time until the visit at most."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class WaitingListRules:
    """`zone` is the clinic's own, for quiet hours."""

    offer: timedelta
    offers_a_week: int
    entries_a_person: int
    quiet: QuietHours | None
    zone: ZoneInfo

    def offer_length(self, starts_at: datetime, *, now: datetime) -> timedelta:
        """How long the time of a visit is held for whom it is offered to, in whole minutes."""
        near = (starts_at - now) / NEAR
        return max(SHORTEST_OFFER, min(self.offer, near // MINUTE * MINUTE))

    def is_quiet(self, now: datetime) -> bool:
        return self.quiet is not None and self.quiet.around(now, self.zone) is not None


def waiting_list_rules(clinic: Clinic) -> WaitingListRules | None:
    """None where the clinic has no waiting list."""
    if clinic.waiting_list_offer is None:
        return None
    begin, end = clinic.waiting_list_quiet_from, clinic.waiting_list_quiet_until
    return WaitingListRules(
        offer=clinic.waiting_list_offer,
        offers_a_week=clinic.waiting_list_offers_a_week,
        entries_a_person=clinic.waiting_list_entries,
        quiet=QuietHours(begin, end) if begin != end else None,
        zone=ZoneInfo(clinic.time_zone),
    )


async def has_waiting_list(session: BookingSession) -> bool:
    """Whether patients can wait: the clinic's file says so, and a server of it sends mails."""
    return (await get_clinic(session)).waiting_list_offer is not None and await sends_mails(session)
