"""What can be chosen for a booking by phone: services, free times, and who is left out of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_practitioners, all_services, location_zones, qualified_offers
from booking.domain.open_slot import OpenSlot
from booking.scheduling.criteria import slot_criteria
from booking.scheduling.slots import find_slots
from booking.storage.models.catalogue.services import Service
from booking.storage.queries.catalogue import get_clinic, practitioners_who_offer
from booking.storage.session import BookingSession

DAYS = 7
MAX_TIMES = 8


@dataclass(frozen=True)
class FreeTime:
    """A time that staff may book; `is_within_notice` means that a patient could not any more."""

    slot: OpenSlot
    practitioner: str
    starts_at: datetime  # on the location's clock
    is_within_notice: bool
    is_usual: bool


async def phone_services(session: BookingSession, *, only_practitioner: str | None) -> Sequence[Service]:
    """The services that somebody may deliver, in the clinic's order."""
    rows = sorted((await all_services(session)).values(), key=lambda row: row.position)
    return [
        row
        for row in rows
        if row.listed
        and any(
            only_practitioner in (None, offer.practitioner.slug)
            for offer in await qualified_offers(session, row.slug)
        )
    ]


async def free_times(
    session: BookingSession,
    service: str,
    *,
    first: date,
    practitioner: str | None,
    usual: str | None,
    now: datetime,
) -> Sequence[FreeTime]:
    """The next free times from that day on: of the usual practitioner first, then of all.

    They are those of the clinic's grid, and the beginning of each free stretch.
    """
    criteria = await slot_criteria(session, service, practitioner, by_staff=True)
    clinic = await get_clinic(session)
    earliest, step = clinic.policy.earliest_start(now), clinic.slot_step
    slots = await find_slots(session, criteria, first, first + timedelta(days=DAYS - 1), now=now)
    zones, names = await location_zones(session), await all_practitioners(session)
    found = [
        FreeTime(
            slot,
            names[slot.practitioner].name,
            slot.starts_at.astimezone(zones[slot.location]),
            is_within_notice=slot.starts_at < earliest,
            is_usual=slot.practitioner == usual,
        )
        for slot in _thinned(slots, zones, step, now=now)
    ]
    usual_ones = [time for time in found if time.is_usual][: MAX_TIMES // 2]
    others = [time for time in found if time not in usual_ones]
    return [*usual_ones, *others[: MAX_TIMES - len(usual_ones)]]


def _thinned(
    slots: Sequence[OpenSlot], zones: Mapping[str, ZoneInfo], step: timedelta, *, now: datetime
) -> Sequence[OpenSlot]:
    """Not each five minutes: the clinic's grid, and the first of times that follow each other."""
    chosen: list[OpenSlot] = []
    last: dict[tuple[str, str], datetime] = {}
    minutes = max(1, int(step / timedelta(minutes=1)))
    for slot in slots:
        key = slot.practitioner, slot.location
        local = slot.starts_at.astimezone(zones[slot.location])
        is_first = last.get(key) != slot.starts_at - timedelta(minutes=5)
        last[key] = slot.starts_at
        if slot.starts_at >= now and (is_first or (local.hour * 60 + local.minute) % minutes == 0):
            chosen.append(slot)
    return chosen


async def uncertified(session: BookingSession, service: str, day: date) -> Sequence[str]:
    """The names of practitioners who offer the service, and hold no certificate that is valid on the day."""
    certified = {
        offer.practitioner.slug
        for offer in await qualified_offers(session, service)
        if offer.is_valid_within(day, day)
    }
    names = await all_practitioners(session)
    return [
        names[slug].name for slug in await practitioners_who_offer(session, service) if slug not in certified
    ]
