"""The status of a sent message, as its gateway tells it later."""

import uuid
from datetime import datetime

from booking.sms.gateway import CODE
from booking.storage.models.messages.sms import SmsStatus
from booking.storage.queries.messages.sms import sms_by_id
from booking.storage.session import BookingSession

TOLD = {
    "accepted": SmsStatus.ACCEPTED,
    "scheduled": SmsStatus.ACCEPTED,
    "queued": SmsStatus.ACCEPTED,
    "sending": SmsStatus.ACCEPTED,
    "sent": SmsStatus.SENT,
    "delivered": SmsStatus.DELIVERED,
    "read": SmsStatus.DELIVERED,
    "undelivered": SmsStatus.FAILED,
    "failed": SmsStatus.FAILED,
    "canceled": SmsStatus.FAILED,
}
"""https://www.twilio.com/docs/messaging/api/message-resource#message-status-values"""
ORDER = list(SmsStatus)


async def note_status(
    session: BookingSession, message: uuid.UUID, told: str, code: str, *, now: datetime
) -> bool:
    """Note the status, if it is later than the one that is known: callbacks come late, and twice.

    False if there is no such message or status, and where nothing is new.
    """
    status, row = TOLD.get(told), await sms_by_id(session, message)
    if status is None or row is None or ORDER.index(status) <= ORDER.index(row.status):
        return False
    row.status, row.status_changed_at = status, now
    if status is SmsStatus.FAILED and CODE.fullmatch(code):
        row.error_code = code
    return True
