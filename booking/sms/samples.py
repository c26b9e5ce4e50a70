"""A sample of each text message: the longest that a clinic sends of its kind, and how long that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.i18n.negotiation import preferred_language
from booking.i18n.texts import Texts
from booking.sms.reminder import TextedTime, reminder_text
from booking.sms.reply import SmsReply, reply_text
from booking.sms.segments import Segments, segments_of
from booking.storage.models.catalogue.clinic import Clinic
from booking.storage.models.catalogue.services import Service

LONGEST_DAYS = 366
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class SampleSms:
    """`kind` is `reminder`, `reminders` for several visits, `confirmed`, or a reply's key."""

    kind: str
    text: str

    @property
    def segments(self) -> Segments:
        return segments_of(self.text)


def sample_texts(
    clinic: Clinic, services: Iterable[Service], language: str, *, now: datetime
) -> list[SampleSms]:
    """In one of the clinic's languages. Reminders have the longest day and time of a year, and the longest
    name of a service where messages name it: the shortest would promise too little.
    """
    texts, own = texts_for(language), preferred_language(language, clinic.languages)
    name, phone = in_language(clinic.name, own), clinic.phone_shown
    last = _longest_day(texts, now.astimezone(ZoneInfo(clinic.time_zone)))
    names = [in_language(service.name, own) for service in services if service.listed]
    service = max(names, key=len, default="") if clinic.sms_names_service else ""
    one, two = [TextedTime(last, service)], [TextedTime(last - HOUR, service), TextedTime(last, service)]
    reminders = {"reminder": (one, False), "reminders": (two, False), "confirmed": (one, True)}
    return [
        *(
            SampleSms(
                kind, reminder_text(texts, clinic=name, phone=phone, times=times, is_confirmed=is_confirmed)
            )
            for kind, (times, is_confirmed) in reminders.items()
        ),
        *(SampleSms(reply, reply_text(texts, reply, clinic=name, phone=phone)) for reply in SmsReply),
    ]


def _longest_day(texts: Texts, today: datetime) -> datetime:
    late = today.replace(hour=22, minute=45, second=0, microsecond=0)
    days = [late + timedelta(days=number) for number in range(LONGEST_DAYS)]
    return max(days, key=lambda day: len(texts.day_and_time(day)))
