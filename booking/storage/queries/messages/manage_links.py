"""The manage links of visits: those that were mailed, and how another one takes the place of all."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update

from booking.storage.key_store.manage_tokens import encrypted_manage_token
from booking.storage.models.appointments import Appointment
from booking.storage.models.desk.offered_times import ManageLink
from booking.storage.models.outbox import OutboxDelivery, OutboxEvent
from booking.storage.session import BookingSession


async def count_links_since(session: BookingSession, appointment: uuid.UUID, since: datetime) -> int:
    """How many further links to the visit were mailed since then."""
    query = select(func.count()).where(ManageLink.appointment == appointment, ManageLink.created_at > since)
    return (await session.scalar(query)) or 0


async def replace_links(
    session: BookingSession, appointments: Collection[uuid.UUID], token_hash: bytes
) -> None:
    """Let this secret alone open the visits: neither that of the booking does any more, nor one of a mail.

    Their `version` stays: nothing about them has changed for the staff.
    """
    await session.execute(delete(ManageLink).where(ManageLink.appointment.in_(appointments)))
    theirs = update(Appointment).where(Appointment.id.in_(appointments))
    await session.execute(theirs.values(manage_token_hash=token_hash, version=Appointment.version))


async def replace_waiting_tokens(
    session: BookingSession, tokens: Mapping[uuid.UUID, str], *, only_about: Collection[uuid.UUID]
) -> None:
    """Give mails that wait in the outbox another link: `tokens` by the ordering key of their events.

    An event that is about more visits than `only_about` keeps its link, which opens those others alone.
    """
    waits = (OutboxDelivery.manage_token.is_not(None), OutboxEvent.ordering_key.in_(tokens))
    query = (
        select(OutboxDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event)
        .where(*waits)
        .with_for_update(of=OutboxDelivery)
    )
    ours = {str(appointment) for appointment in only_about}
    for delivery, event in (await session.execute(query)).all():
        if event.ordering_key and ours.issuperset(event.appointments):
            token = tokens[event.ordering_key]
            delivery.manage_token = await encrypted_manage_token(session.data_keys, event.id, token)
    await session.flush()
