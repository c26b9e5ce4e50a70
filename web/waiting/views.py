"""An entry of the waiting list, as its pages show it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from booking.catalogue.lookup import all_locations, all_practitioners, all_services, location_zones
from booking.catalogue.visit_place import place_lines
from booking.domain.open_slot import RequestedTime
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.notifications.layout import Row
from booking.notifications.waiting_list import wish_rows
from booking.scheduling.slots import nearest_slots
from booking.storage.models.catalogue.services import ScreeningQuestion
from booking.storage.models.waiting_list import OfferOutcome, WaitingListOffer, WaitingListStatus
from booking.storage.queries.catalogue import get_clinic, screening_questions_of
from booking.storage.session import BookingSession
from booking.waiting_list.entry import WaitingState, waiting_state
from booking.waiting_list.rules import MINUTE, SHORTEST_OFFER, waiting_list_rules
from web.visits.views import VisitView, visit_views
from web.waiting.request import WaitingRequest


@dataclass(frozen=True)
class OfferView:
    """`change_until` is the last instant to move or cancel the visit online; None if there is none."""

    id: uuid.UUID
    service: str
    practitioner: str
    location: str
    address: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    change_until: datetime | None
    questions: Sequence[ScreeningQuestion]


@dataclass(frozen=True)
class EntryView:
    """`offer` is what is held now; `is_late` says that the last one is over, and nobody has declined it."""

    status: WaitingListStatus
    service: str
    rows: Sequence[Row]
    offer_minutes: int
    offer: OfferView | None
    is_late: bool
    is_declined: bool
    open_times: Sequence[datetime]
    later: VisitView | None
    booked: VisitView | None


async def entry_view(request: WaitingRequest, session: BookingSession, *, now: datetime) -> EntryView | None:
    """None where the secret opens nothing (any more)."""
    state = await waiting_state(session, request.token)
    if state is None:
        return None
    entry, language = state.entry, request.texts.language
    offer, last = state.open_offer(now), state.offers[0] if state.offers else None
    is_late = entry.waits and offer is None and last is not None
    replaced = [state.replaces] if state.replaces and state.replaces.stands else []
    later = await visit_views(session, replaced, language, now=now)
    booked = await visit_views(session, [state.appointment] if state.appointment else [], language, now=now)
    is_declined = is_late and last is not None and last.outcome is OfferOutcome.DECLINED
    return EntryView(
        entry.status,
        entry.service,
        await _rows(request, session, state),
        await _offer_minutes(session),
        await _offer(session, state, offer, language) if offer else None,
        is_late and not is_declined,
        is_declined,
        await _open_times(session, state, last, now=now) if last and is_late else [],
        later[0] if later else None,
        booked[0] if booked else None,
    )


async def _offer_minutes(session: BookingSession) -> int:
    """Of the clinic's rules; those of a waiting list that is closed just now are not known."""
    rules = waiting_list_rules(await get_clinic(session))
    return (rules.offer if rules else SHORTEST_OFFER) // MINUTE


async def _rows(request: WaitingRequest, session: BookingSession, state: WaitingState) -> list[Row]:
    catalogue = (
        await all_services(session),
        await all_practitioners(session),
        await all_locations(session),
    )
    return wish_rows(state.entry, *catalogue, request.texts, request.texts.language)


async def _offer(
    session: BookingSession, state: WaitingState, offer: WaitingListOffer, language: str
) -> OfferView:
    services, practitioners = await all_services(session), await all_practitioners(session)
    place, zone = (await all_locations(session))[offer.location], await _zone(session, offer)
    where = place_lines(services[state.entry.service], place, texts_for(language), language)
    policy = (await get_clinic(session)).policy
    answered_at = (state.replaces or state.entry).created_at
    is_asked = policy.needs_new_screening(offer.starts_at, answered_at=answered_at)
    deadline = policy.change_deadline(offer.starts_at)
    return OfferView(
        offer.id,
        in_language(services[state.entry.service].name, language),
        practitioners[offer.practitioner].name,
        where[0],
        where[1:],
        offer.starts_at.astimezone(zone),
        offer.ends_at.astimezone(zone),
        offer.expires_at.astimezone(zone),
        deadline.astimezone(zone) if deadline > offer.expires_at else None,
        await screening_questions_of(session, state.entry.service) if is_asked else [],
    )


async def _zone(session: BookingSession, offer: WaitingListOffer) -> ZoneInfo:
    return (await location_zones(session))[offer.location]


async def _open_times(
    session: BookingSession, state: WaitingState, last: WaitingListOffer, *, now: datetime
) -> list[datetime]:
    """Times near the one that is over, which anybody can book."""
    zones = await location_zones(session)
    wanted = RequestedTime(state.entry.service, last.starts_at, last.practitioner, last.location)
    slots = await nearest_slots(session, wanted, now=now)
    return [slot.starts_at.astimezone(zones[slot.location]) for slot in slots]
