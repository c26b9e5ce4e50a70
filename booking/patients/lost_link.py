"""Sending a manage link again to who has lost it, by the reference and the e-mail address of the booking.

Strangers must not learn from the answer who is a patient: it is the same, and takes as long, whether there is
such a visit or not.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from booking.audit.record import record_audit
from booking.domain.actor import Actor, ActorKind
from booking.domain.contact import check_email
from booking.domain.errors import InvalidInput, InvalidInputCode, NoMails
from booking.domain.events import Event, EventKind
from booking.domain.tokens import hash_of, new_token, reference_in
from booking.patients.contacts import has_email
from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.appointments import appointment_by_reference, appointments_by_course
from booking.storage.queries.messages.manage_links import count_links_since
from booking.storage.queries.outbox import record_event_for, sends_mails
from booking.storage.session import BookingSession

ANSWER_AFTER = 0.4
"""Seconds: longer than the search and the sending take."""
MOST_A_DAY = 3
"""Links that are mailed about one visit within a day; who asks for more gets none."""
DAY = timedelta(days=1)


async def send_link_again(
    database: Database,
    reference: str,
    email: str,
    *,
    source: str,
    clock: Callable[[BookingSession], Awaitable[datetime]],
) -> None:
    """Mail a link to the visits of the booking, if this is its address and they are to come.

    `source` is the address of who asks, for the audit trail.

    Raises:
        InvalidInput: this is no reference, or no e-mail address.
        NoMails: no server of the clinic sends mails.
        TryAgain: the database can't answer just now.
    """
    answer_at = asyncio.get_running_loop().time() + ANSWER_AFTER
    code = reference_in(reference)
    if code is None:
        message = "Please give the reference of the visit: eight letters and digits, like ABCD-1234."
        missing = InvalidInputCode.WRONG_FORMAT if reference.strip() else InvalidInputCode.REQUIRED
        raise InvalidInput(message, path=("reference",), code=missing)
    address = check_email(email, path=("email",))
    async with database.write() as session:
        if not await sends_mails(session):
            raise NoMails
        await _send(session, code, address, source=source, now=await clock(session))
    await asyncio.sleep(max(0, answer_at - asyncio.get_running_loop().time()))


async def _send(session: BookingSession, reference: str, email: str, *, source: str, now: datetime) -> None:
    row = await appointment_by_reference(session, reference)
    if row is None or not await has_email(session, row.patient, email):
        return
    coming = [each for each in await _booked_with(session, row) if each.stands and each.ends_at > now]
    if not coming or await count_links_since(session, row.id, now - DAY) >= MOST_A_DAY:
        return
    token = new_token()
    session.add_all(
        ManageLink(token_hash=hash_of(token), appointment=each.id, created_at=now) for each in coming
    )
    event = Event(uuid.uuid4(), EventKind.BOOKED, tuple(each.id for each in coming), now)
    await record_event_for(session, event, [MAIL_LISTENER], ordering_key=row.ordering_key, token=token)
    by = Actor(ActorKind.SERVER, "lost link", source)
    detail = "manage link sent again"
    await record_audit(session, by, AuditAction.READ, [row.patient], detail=detail, now=now)


async def _booked_with(session: BookingSession, row: Appointment) -> list[Appointment]:
    """The visits of its course; the visit alone without one."""
    return list((await appointments_by_course(session, [row.course]))[row.course]) if row.course else [row]
