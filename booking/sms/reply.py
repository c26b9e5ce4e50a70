"""The replies to what patients answer by text message."""

from enum import StrEnum

from booking.i18n.texts import Texts
from booking.sms.segments import in_gsm_7


class SmsReply(StrEnum):
    """Each is the key of its text."""

    CONFIRMED = "sms.reply.confirmed"
    STOPPED = "sms.reply.stopped"
    STARTED = "sms.reply.started"
    CALL = "sms.reply.call"


def reply_text(texts: Texts, reply: SmsReply, *, clinic: str, phone: str) -> str:
    """`phone` is as the clinic writes it."""
    return in_gsm_7(texts.label(clinic, texts(reply, phone=phone)))
