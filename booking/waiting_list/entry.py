"""An entry by the secret of a link: its own, or one of a mail that offered a time."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.catalogue.lookup import all_services, practitioners_offering
from booking.domain.errors import NotFound
from booking.domain.tokens import hash_of
from booking.scheduling.resources import resources_needed
from booking.storage.models.appointments import Appointment
from booking.storage.models.waiting_list import WaitingListEntry, WaitingListOffer
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.waiting_list import entry_by_token, offers_of_entry
from booking.storage.session import BookingSession
from booking.waiting_list.wishes import AvailableTime, Wishes


@dataclass(frozen=True)
class WaitingState:
    """An entry as its patient sees it.

    `offers` are all that were made, the newest first. `replaces` is the visit that stands until an
    earlier one is taken, and `appointment` what was taken.
    """

    entry: WaitingListEntry
    offers: Sequence[WaitingListOffer]
    replaces: Appointment | None
    appointment: Appointment | None

    def open_offer(self, now: datetime) -> WaitingListOffer | None:
        """The time that is held for the patient now."""
        is_open = (each for each in self.offers if each.outcome is None and each.expires_at > now)
        return next(is_open, None) if self.entry.waits else None


async def waiting_state(session: BookingSession, token: str) -> WaitingState | None:
    """None where the secret opens nothing (any more)."""
    entry = await entry_by_token(session, hash_of(token))
    return None if entry is None else await state_of(session, entry)


async def state_of(session: BookingSession, entry: WaitingListEntry) -> WaitingState:
    rows = await _visits(session, entry)
    return WaitingState(
        entry,
        await offers_of_entry(session, entry.id),
        rows.get(entry.replaces) if entry.replaces else None,
        rows.get(entry.appointment) if entry.appointment else None,
    )


async def lock_entry(session: BookingSession, token: str) -> WaitingListEntry:
    """The entry of a secret, as it is once nobody else can change it, or decide about time that it waits for.

    Raises:
        NotFound: the secret opens nothing (any more).
    """
    entry = await entry_by_token(session, hash_of(token))
    if entry is None:
        raise NotFound("This link is not valid (any more). Please call us.", path=("waitingListToken",))
    await _lock(session, entry)
    return entry


async def lock_entry_by_id(
    session: BookingSession, id: uuid.UUID, *, only_practitioner: str | None
) -> WaitingListEntry:
    """The same for a member of the staff. With `only_practitioner` all entries but theirs are unknown.

    Raises:
        NotFound: there is no such entry (any more), or it isn't theirs.
    """
    entry = await session.get(WaitingListEntry, id)
    visit = (await _visits(session, entry)).get(entry.replaces) if entry and entry.replaces else None
    if entry is None or (only_practitioner is not None and not is_for(entry, visit, only_practitioner)):
        raise NotFound("This is not on the waiting list (any more).", path=("id",))
    await _lock(session, entry)
    return entry


def is_for(entry: WaitingListEntry, replaces: Appointment | None, practitioner: str) -> bool:
    """Whether an entry waits for this practitioner by name, or for an earlier time than a visit with them."""
    is_with_them = replaces is not None and replaces.practitioner == practitioner
    return is_with_them or practitioner in entry.practitioners


def may_be_with(entry: WaitingListEntry, practitioner: str, services: Collection[str]) -> bool:
    """Whether a time of the practitioner, who may deliver these services (slugs), can suit an entry."""
    return entry.service in services and practitioner in (entry.practitioners or [practitioner])


async def _lock(session: BookingSession, entry: WaitingListEntry) -> None:
    rows = await _visits(session, entry)
    offers = await offers_of_entry(session, entry.id)
    practitioners = {row.practitioner for row in rows.values()} | {each.practitioner for each in offers}
    practitioners |= set(await practitioners_offering(session, entry.service))
    service = (await all_services(session))[entry.service]
    # Schedules first, as everybody does who decides about time: no two wait for each other.
    await lock_schedules(session, practitioners, await resources_needed(session, service))
    await session.refresh(entry, with_for_update=True)
    for offer in offers:
        await session.refresh(offer)


def wishes_of(entry: WaitingListEntry, replaces: Appointment | None) -> Wishes:
    return Wishes(
        entry.first_day,
        entry.last_day,
        [AvailableTime(*each) for each in entry.available_times],
        entry.practitioners,
        entry.location,
        before=replaces.starts_at if replaces else None,
    )


async def _visits(session: BookingSession, entry: WaitingListEntry) -> dict[uuid.UUID, Appointment]:
    ids = [visit for visit in (entry.replaces, entry.appointment) if visit is not None]
    return {row.id: row for row in await appointments_by_id(session, ids)} if ids else {}
