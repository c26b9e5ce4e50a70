"""The text of a reminder by SMS: clinic, day, time, how to answer, and the phone number. No health data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.i18n.texts import Texts
from booking.sms.segments import in_gsm_7


@dataclass(frozen=True)
class TextedTime:
    """A visit's start on its location's clock. `service` is empty unless the clinic wants it named."""

    starts_at: datetime
    service: str = ""


def reminder_text(
    texts: Texts, *, clinic: str, phone: str, times: Sequence[TextedTime], is_confirmed: bool
) -> str:
    """Of all visits of a day, in order of time. `phone` is as the clinic writes it."""
    first = times[0]
    if len(times) == 1:
        when = _with_service(texts.day_and_time(first.starts_at), first.service)
    else:
        clocks = [_with_service(texts.clock(each.starts_at), each.service) for each in times]
        when = texts.label(texts.day(first.starts_at), ", ".join(clocks))
    answer = "sms.stop" if is_confirmed else "sms.answer"
    sentence = texts.count("sms.reminder", len(times), clinic=clinic, when=when).removesuffix(".")
    return in_gsm_7(" ".join([f"{sentence}.", texts(answer), texts("sms.phone", phone=phone)]))


def _with_service(time: str, service: str) -> str:
    return f"{time} ({service})" if service else time
