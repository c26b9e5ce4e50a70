"""Correcting the e-mail address of a booking by its manage link: the link is replaced, and mailed there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.contact import check_email
from booking.domain.errors import (
    IdempotencyKeyReused,
    NoMails,
    NotFound,
    TooLateToChange,
    TooManyCorrections,
)
from booking.domain.events import Event, EventKind
from booking.domain.tokens import check_idempotency_key, hash_of, new_token, replaced_token_for
from booking.patients.contacts import change_email, has_email
from booking.storage.models.appointments import Appointment, Patient
from booking.storage.models.audit import AuditAction
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_manage_token, appointments_of_patients
from booking.storage.queries.locks import lock_schedules
from booking.storage.queries.messages.manage_links import replace_links, replace_waiting_tokens
from booking.storage.queries.outbox import record_event_for, sends_mails
from booking.storage.queries.waiting_list import entries_of_patients, offers_of_entries
from booking.storage.session import BookingSession


@dataclass(frozen=True)
class Correction:
    """`manage_token` opens the booking until it is corrected. With an `idempotency_key` a repeat does nothing
    again, and has the answer of the first request, although its link is replaced by then."""

    manage_token: str
    email: str
    idempotency_key: str | None = None

    def replaced_token(self) -> str | None:
        """The secret of the link that takes the place; None where each request makes another."""
        key = self.idempotency_key
        return None if key is None else replaced_token_for(self.manage_token, key)


@dataclass(frozen=True)
class CorrectedBooking:
    """The address as it is stored, the secret that opens the booking now, and its visits in order of time."""

    email: str
    manage_token: str
    appointments: Sequence[Appointment]


async def correct_email(
    session: BookingSession, correction: Correction, *, source: str, actor: Actor | None = None, now: datetime
) -> CorrectedBooking:
    """Write to this address from now on, and send the confirmation there, with a new link.

    The former links open nothing any more: who reads the mails to the wrong address has no business with the
    visit. That holds for all visits of the booking, and for what its patient waits for. Nobody is told at the
    former address. `actor` is a partner's key; without one the holder of the link is recorded, at `source`.

    Raises:
        NotFound: the link isn't valid.
        InvalidInput: this is no e-mail address, or no idempotency key.
        IdempotencyKeyReused: the key stands for another address.
        TooLateToChange: no visit of the booking is to come.
        TooManyCorrections: it was corrected as often as it may.
        NoMails: no server of the clinic sends mails.
    """
    if correction.idempotency_key is not None:
        check_idempotency_key(correction.idempotency_key)
    linked = await _lock(session, correction.manage_token)
    if not linked:
        return await _repeated(session, correction)
    address = check_email(correction.email, path=("email",))
    if not await sends_mails(session):
        raise NoMails
    patients = sorted({row.patient for row in linked})
    rows = await appointments_of_patients(session, patients)
    coming = [row for row in rows if row.stands and row.starts_at > now]
    if not coming:
        message = "This visit is over or cancelled. Please book a new one, or call us."
        raise TooLateToChange(message, deadline=rows[-1].starts_at)
    for patient in patients:  # One, but for a reminder of visits that were booked one by one.
        if not await change_email(session, patient, address):
            raise TooManyCorrections
    token = correction.replaced_token() or new_token()
    await _replace_links(session, rows, token, now=now)
    for key in dict.fromkeys(row.ordering_key for row in coming):
        ids = tuple(row.id for row in coming if row.ordering_key == key)
        event = Event(uuid.uuid4(), EventKind.BOOKED, ids, now)
        await record_event_for(session, event, [MAIL_LISTENER], ordering_key=key, token=token)
    by = actor or Actor(ActorKind.SERVER, "manage link", source)
    detail = "e-mail address corrected"
    await record_audit(session, by, AuditAction.UPDATE, patients, detail=detail, now=now)
    return CorrectedBooking(address, token, rows)


async def is_corrected_booking(session: BookingSession, rows: Sequence[Appointment]) -> bool:
    """Whether these are all visits of one booking, whose address was corrected."""
    patients = {row.patient for row in rows}
    ids = {row.id for row in await appointments_of_patients(session, patients)}
    if len(patients) > 1 or ids != {row.id for row in rows}:
        return False
    return (await session.get_one(Patient, patients.pop())).email_corrections > 0


async def _lock(session: BookingSession, manage_token: str) -> Sequence[Appointment]:
    """The visits that the link opens, once nobody else can change them or correct the address."""
    rows = await appointments_by_manage_token(session, hash_of(manage_token))
    if rows:
        await lock_schedules(session, {row.practitioner for row in rows})
        rows = await appointments_by_manage_token(session, hash_of(manage_token))
    return rows


async def _repeated(session: BookingSession, correction: Correction) -> CorrectedBooking:
    """The answer to the request that has replaced this link.

    Raises:
        NotFound: there was none, or its link is replaced, too.
        IdempotencyKeyReused: that one had another address.
    """
    token = correction.replaced_token()
    linked = await appointments_by_manage_token(session, hash_of(token)) if token else []
    if not linked or token is None:
        raise NotFound("This link is not valid (any more). Please call us.", path=("manageToken",))
    address = check_email(correction.email, path=("email",))
    patients = {row.patient for row in linked}
    if not all([await has_email(session, patient, address) for patient in patients]):
        raise IdempotencyKeyReused
    return CorrectedBooking(address, token, linked)


async def _replace_links(
    session: BookingSession, rows: Sequence[Appointment], token: str, *, now: datetime
) -> None:
    """Also in mails that are still to be sent, and those of the waiting list, which is confirmed anew."""
    ids = [row.id for row in rows]
    await replace_links(session, ids, hash_of(token))
    tokens = dict.fromkeys((row.ordering_key for row in rows), token)
    confirmed: dict[uuid.UUID, Event] = {}
    entries = await entries_of_patients(session, {row.patient for row in rows})
    offers = await offers_of_entries(session, [entry.id for entry in entries])
    for entry in entries:
        tokens[entry.id] = new_token()
        entry.token_hash = hash_of(tokens[entry.id])
        for offer in offers.get(entry.id, ()):
            offer.token_hash = hash_of(new_token())  # Nobody knows it: the entry's own link shows the offer.
        if entry.waits:
            confirmed[entry.id] = Event(uuid.uuid4(), EventKind.WAITING_LIST_JOINED, (), now)
            entry.event = confirmed[entry.id].id
    await session.flush()
    await replace_waiting_tokens(session, tokens, only_about=ids)
    for entry_id, event in confirmed.items():
        await record_event_for(session, event, [MAIL_LISTENER], ordering_key=entry_id, token=tokens[entry_id])
