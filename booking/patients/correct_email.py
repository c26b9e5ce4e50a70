"""Correcting the e-mail address of a booking by its manage link; the confirmation is sent there again."""

import uuid
from datetime import datetime

from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.contact import check_email
from booking.domain.errors import NoMails, NotFound, TooLateToChange, TooManyCorrections
from booking.domain.events import Event, EventKind
from booking.domain.tokens import hash_of
from booking.patients.contacts import change_email
from booking.storage.models.audit import AuditAction
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointments_by_manage_token
from booking.storage.queries.desk.offered_times import forget_mailed_links
from booking.storage.queries.outbox import record_event_for, sends_mails
from booking.storage.session import BookingSession


async def correct_email(
    session: BookingSession,
    manage_token: str,
    email: str,
    *,
    source: str,
    actor: Actor | None = None,
    now: datetime,
) -> str:
    """Write to this address from now on, and send the confirmation there; the address as it is stored.

    Nobody is told at the former address, and links in later mails to it open nothing any more. `actor` is a
    partner's key; without one the holder of the link is recorded, at the address `source`.

    Raises:
        NotFound: the link isn't valid.
        InvalidInput: this is no e-mail address.
        TooLateToChange: no visit of the link is to come.
        TooManyCorrections: it was corrected as often as it may.
        NoMails: no server of the clinic sends mails.
    """
    rows = await appointments_by_manage_token(session, hash_of(manage_token))
    if not rows:
        raise NotFound("This link is not valid (any more). Please call us.", path=("manageToken",))
    address = check_email(email, path=("email",))
    if not await sends_mails(session):
        raise NoMails
    coming = [row for row in rows if row.stands and row.starts_at > now]
    if not coming:
        message = "This visit is over or cancelled. Please book a new one, or call us."
        raise TooLateToChange(message, deadline=rows[-1].starts_at)
    if not await change_email(session, rows[0].patient, address):
        raise TooManyCorrections
    await forget_mailed_links(session, [row.id for row in rows])
    event = Event(uuid.uuid4(), EventKind.BOOKED, tuple(row.id for row in coming), now)
    await record_event_for(
        session, event, [MAIL_LISTENER], ordering_key=rows[0].ordering_key, token=manage_token
    )
    by = actor or Actor(ActorKind.SERVER, "manage link", source)
    detail = "e-mail address corrected"
    await record_audit(session, by, AuditAction.UPDATE, [rows[0].patient], detail=detail, now=now)
    return address
