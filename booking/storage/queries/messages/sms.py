"""Text messages: which were sent to a number, how many today, and who wants none."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, bindparam, delete, exists, select, text, update

from booking.storage.base import UtcDateTime
from booking.storage.models.appointments import Appointment, Patient, Reminder
from booking.storage.models.messages.sms import (
    SmsDay,
    SmsKind,
    SmsMessage,
    SmsOptOut,
    SmsReceived,
    SmsStatus,
)
from booking.storage.queries.reminders import IS_CURRENT
from booking.storage.session import BookingSession

NEW_DAY = text(
    "INSERT INTO sms_days (starts_at, messages, most) VALUES (:day, 0, :most) ON CONFLICT DO NOTHING"
).bindparams(bindparam("day", type_=UtcDateTime))
NEW_RECEIVED = text(
    "INSERT INTO sms_received (gateway_id, phone_index, kind, received_at) "
    "VALUES (:gateway_id, :phone_index, :kind, :at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime))
NEW_OPT_OUT = text(
    "INSERT INTO sms_opt_outs (phone_index, since) VALUES (:phone_index, :at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime))


class TextedVisit(NamedTuple):
    """A visit that a text message has reminded of, as it still stands; and whose it is."""

    message: SmsMessage
    visit: Appointment
    patient: Patient


async def sms_about(session: BookingSession, event: uuid.UUID) -> SmsMessage | None:
    return (await session.scalars(select(SmsMessage).where(SmsMessage.event == event))).one_or_none()


async def sms_by_id(session: BookingSession, message: uuid.UUID) -> SmsMessage | None:
    """Locked: the status changes in turns."""
    query = select(SmsMessage).where(SmsMessage.id == message).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def count_sms(session: BookingSession, day: datetime, *, most: int) -> bool:
    """Count one more message on the day that begins then; False, and not counted, where that is too many."""
    await session.execute(NEW_DAY, {"day": day, "most": most})
    counted = update(SmsDay).where(SmsDay.starts_at == day, SmsDay.messages < most)
    values = counted.values(messages=SmsDay.messages + 1, most=most)
    return await _changed(session, values)


async def uncount_sms(session: BookingSession, day: datetime) -> None:
    """The gateway has not taken a message that was counted."""
    counted = update(SmsDay).where(SmsDay.starts_at == day, SmsDay.messages > 0)
    await _changed(session, counted.values(messages=SmsDay.messages - 1))


async def forget_sms(session: BookingSession, message: uuid.UUID) -> None:
    """As if it had never been marked: it may be sent later."""
    await session.execute(delete(SmsMessage).where(SmsMessage.id == message))


async def refuses_sms(session: BookingSession, phone_index: bytes) -> bool:
    return bool(await session.scalar(select(exists().where(SmsOptOut.phone_index == phone_index))))


async def patient_refuses_sms(session: BookingSession, patient: uuid.UUID) -> bool:
    """Whether the patient's number wants no messages."""
    refused = exists().where(Patient.id == patient, Patient.phone_index == SmsOptOut.phone_index)
    return bool(await session.scalar(select(refused)))


async def refuse_sms(session: BookingSession, phone_index: bytes, *, now: datetime) -> None:
    """The number wants no messages any more, until `allow_sms`."""
    await session.execute(NEW_OPT_OUT, {"phone_index": phone_index, "at": now})


async def allow_sms(session: BookingSession, phone_index: bytes) -> None:
    await session.execute(delete(SmsOptOut).where(SmsOptOut.phone_index == phone_index))


async def receive_sms(
    session: BookingSession, gateway_id: str, phone_index: bytes, kind: SmsKind, *, now: datetime
) -> bool:
    """Note a message that was received; False if it had been before."""
    values = {"gateway_id": gateway_id, "phone_index": phone_index, "kind": kind.value, "at": now}
    result = await session.execute(NEW_RECEIVED, values)
    return cast("CursorResult[Any]", result).rowcount > 0


async def has_received_sms(
    session: BookingSession, phone_index: bytes, kinds: Sequence[SmsKind], since: datetime, *, but: str
) -> bool:
    """Whether such a message came from the number since then, besides the one with this id."""
    received = exists().where(
        SmsReceived.phone_index == phone_index,
        SmsReceived.kind.in_(kinds),
        SmsReceived.received_at > since,
        SmsReceived.gateway_id != but,
    )
    return bool(await session.scalar(select(received)))


async def texted_visits(
    session: BookingSession, phone_index: bytes, *, now: datetime
) -> Sequence[TextedVisit]:
    """The coming visits that messages to this number have reminded of, the last message first."""
    query = (
        select(SmsMessage, Appointment, Patient)
        .join(Reminder, Reminder.event == SmsMessage.event)
        .join(Appointment, Appointment.id == Reminder.appointment)
        .join(Patient, Patient.id == Appointment.patient)
        .where(
            SmsMessage.phone_index == phone_index,
            SmsMessage.status != SmsStatus.FAILED,
            Appointment.starts_at > now,
            *IS_CURRENT,
        )
        .order_by(SmsMessage.marked_at.desc(), Appointment.starts_at, Appointment.id)
        .distinct()
    )
    return [TextedVisit(*row) for row in await session.execute(query)]


async def last_sms(session: BookingSession, row: Appointment) -> SmsMessage | None:
    """The last message that has reminded of the visit at the time that it has."""
    query = (
        select(SmsMessage)
        .join(Reminder, Reminder.event == SmsMessage.event)
        .where(Reminder.appointment == row.id, Reminder.starts_at == row.starts_at)
        .order_by(SmsMessage.marked_at.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def last_answer(session: BookingSession, message: SmsMessage) -> SmsReceived | None:
    """The last message from the number since then, but for STOP and START: `refuses_sms` tells of them."""
    query = select(SmsReceived).where(
        SmsReceived.phone_index == message.phone_index,
        SmsReceived.received_at >= message.marked_at,
        SmsReceived.kind.in_([SmsKind.CONFIRM, SmsKind.OTHER]),
    )
    latest = query.order_by(SmsReceived.received_at.desc(), SmsReceived.gateway_id).limit(1)
    return (await session.scalars(latest)).one_or_none()


async def sms_to_patients(session: BookingSession, patients: Sequence[uuid.UUID]) -> Sequence[SmsMessage]:
    query = select(SmsMessage).where(SmsMessage.patient.in_(patients))
    return (await session.scalars(query.order_by(SmsMessage.marked_at, SmsMessage.id))).all()


async def language_of_number(session: BookingSession, phone_index: bytes) -> str | None:
    """The language of the last booking with this number."""
    query = select(Patient.language).where(Patient.phone_index == phone_index)
    return await session.scalar(query.order_by(Patient.created_at.desc()).limit(1))


async def _changed(session: BookingSession, statement: Any) -> bool:
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount > 0
