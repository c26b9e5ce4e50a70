"""Taking a time that was offered: a visit is booked, or a later one is moved, in one transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from booking.appointments.book import NewVisits, add_appointments, confirm_hold
from booking.appointments.checks.screening import check_screening, has_screening
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.audit.record import record_audit
from booking.catalogue.lookup import all_services
from booking.domain.actor import Actor
from booking.domain.errors import HoldExpired, NotFound, OfferEnded
from booking.domain.open_slot import RequestedTime
from booking.domain.screening import Answer
from booking.domain.tokens import hash_of
from booking.patients.contacts import PatientKey, contacts_by_id, patient_key
from booking.storage.models.appointments import Appointment, BookingSource
from booking.storage.models.audit import AuditAction
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.holds import Hold
from booking.storage.models.waiting_list import (
    OfferOutcome,
    WaitingListEntry,
    WaitingListOffer,
    WaitingListStatus,
)
from booking.storage.queries.appointments import appointments_by_id
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.waiting_list import offers_of_entry
from booking.storage.session import BookingSession
from booking.waiting_list.entry import lock_entry


@dataclass(frozen=True)
class AcceptRequest:
    """`token` is the secret of any link of the entry, `offer` the time that its patient was shown.

    `answers`, by slug of the screening question, are needed where the time is too long after the last ones.
    """

    token: str
    offer: uuid.UUID
    answers: Mapping[str, Answer] = field(default_factory=dict)
    answered_again: bool = False


async def accept_offer(
    session: BookingSession, request: AcceptRequest, *, actor: Actor | None = None, now: datetime
) -> Appointment:
    """Take the offered time. On return it is the patient's, and each link of the entry manages the visit.

    Taking it again, on another device too, answers with the same visit. A later visit that it replaces is
    moved: it stands as it was if this is refused.

    Raises:
        OfferEnded: the time is not held any more; the entry waits as before.
        BookingError: there is no such entry or offer, a visit can't be moved any more, screening answers are
            missing or block, or a rule declines.
    """
    entry = await lock_entry(session, request.token)
    offers = await offers_of_entry(session, entry.id)
    offer = next((each for each in offers if each.id == request.offer), None)
    if offer is None:
        raise NotFound("This time was not offered to you.", path=("offerId",))
    if offer.outcome is OfferOutcome.ACCEPTED and entry.appointment is not None:
        return (await appointments_by_id(session, [entry.appointment]))[0]
    hold = await session.get(Hold, offer.hold) if offer.hold else None
    if not entry.waits or offer.outcome is not None or hold is None or offer.expires_at <= now:
        raise _ended(entry, offer)
    if entry.replaces is not None:
        visit = await _move(session, request, entry, offer, hold, actor=actor, now=now)
    else:
        visit = await _book(session, request, entry, hold, now=now)
    offer.outcome, offer.ended_at = OfferOutcome.ACCEPTED, now
    entry.status, entry.ended_at, entry.appointment = WaitingListStatus.BOOKED, now, visit.id
    hashes = {entry.token_hash, *(each.token_hash for each in offers)}
    for token_hash in hashes:
        await session.merge(ManageLink(token_hash=token_hash, appointment=visit.id, created_at=now))
    await session.flush()
    detail = "offered time taken from the waiting list"
    await record_audit(session, actor, AuditAction.UPDATE, [entry.patient], detail=detail, now=now)
    return visit


def _ended(entry: WaitingListEntry, offer: WaitingListOffer) -> OfferEnded:
    wanted = RequestedTime(entry.service, offer.starts_at, offer.practitioner, offer.location)
    return OfferEnded(wanted=wanted)


async def _book(
    session: BookingSession, request: AcceptRequest, entry: WaitingListEntry, hold: Hold, *, now: datetime
) -> Appointment:
    service = (await all_services(session))[entry.service]
    contact = (await contacts_by_id(session, [entry.patient])).get(entry.patient)
    key = await patient_key(session, entry.patient)
    if contact is None or key is None:
        raise NotFound("This link is not valid (any more). Please call us.", path=("waitingListToken",))
    topics, repeated = await _topics(session, request, entry, hold, key)
    try:
        await confirm_hold(session, service, hold, now=now)
    except HoldExpired as expired:
        raise OfferEnded(wanted=expired.wanted) from expired
    visits = NewVisits(
        key,
        contact,
        topics=[key.encrypt_topics(hold.id, topics)],
        screening_repeated=repeated,
        source=BookingSource.ONLINE if entry.booked_by is None else BookingSource.PARTNER,
        booked_by=entry.booked_by,
    )
    booking = await add_appointments(session, service, [hold], visits, request.token, now=now)
    return (await appointments_by_id(session, [booking.appointments[0].id]))[0]


async def _topics(
    session: BookingSession, request: AcceptRequest, entry: WaitingListEntry, hold: Hold, key: PatientKey
) -> tuple[list[str], bool]:
    """What the practitioner talks about, and whether screening was repeated after a refusal.

    Raises:
        BookingError: answers are missing, or block.
    """
    policy = (await get_clinic(session)).policy
    if policy.needs_new_screening(hold.starts_at, answered_at=entry.created_at) or request.answers:
        topics = await check_screening(session, entry.service, request.answers)
        repeated = request.answered_again and await has_screening(session, entry.service)
        return list(topics), repeated
    stored = entry.tell_practitioner
    return key.topics_of_entry(entry.id, stored) if stored else [], entry.screening_repeated


async def _move(
    session: BookingSession,
    request: AcceptRequest,
    entry: WaitingListEntry,
    offer: WaitingListOffer,
    hold: Hold,
    *,
    actor: Actor | None,
    now: datetime,
) -> Appointment:
    visits = await appointments_by_id(session, [entry.replaces] if entry.replaces else [])
    if not visits or not visits[0].stands or offer.ends_at > visits[0].starts_at:
        raise _ended(entry, offer)  # The visit was cancelled, or is earlier now.
    link = ManageLink(token_hash=hash_of(request.token), appointment=visits[0].id, created_at=now)
    await session.merge(link)
    await session.flush()
    hold.expires_at = now
    move = RescheduleRequest(
        manage_token=request.token,
        starts_at=offer.starts_at,
        appointment=visits[0].id,
        practitioner=offer.practitioner,
        location=offer.location,
        answers=request.answers,
        answered_again=request.answered_again,
        offered=hold,
    )
    return await reschedule(session, move, actor=actor, now=now)
