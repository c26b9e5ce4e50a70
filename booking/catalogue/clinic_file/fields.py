"""Values of a clinic's file: durations, phone numbers, zones, texts in several languages."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.spelling import LONG_UNITS, UNITS, length
from booking.domain.contact import parse_phone
from booking.i18n.sentences import InvalidValue, quoted
from booking.timegrid.public_holidays import UnknownRegion, check_region
from booking.timegrid.ticks import TICK

DURATION = re.compile(r"([0-9]{1,5}) ?(min|h|day|month|year)s?")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
MARKUP = re.compile(r"</?[a-zA-Z!]|[{}]")
MAX_MAIL_TEXT = 600
MAX_ABOUT = 300
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
# They mean the computer's own zone, and browsers don't know them.
UNUSABLE_ZONES = {"Factory", "localtime"}


def _duration(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match or match[2] not in UNITS:
        raise InvalidValue("check.duration")
    return int(match[1]) * UNITS[match[2]]


def _period(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise InvalidValue("check.period")
    return int(match[1]) * LONG_UNITS[match[2]]


def _whole_ticks(value: timedelta) -> timedelta:
    if value % TICK:
        raise InvalidValue("check.wholeTicks")
    return value


def _whole_days(value: timedelta) -> timedelta:
    if value % UNITS["day"]:
        raise InvalidValue("check.wholeDays")
    return value


def _whole_days_or_none(value: Any) -> timedelta | None:
    return None if value is False else _whole_days(_duration(value))


def _clock_time(value: Any) -> timedelta:
    match = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise InvalidValue("check.clock")
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _quiet_hours(value: Any) -> tuple[timedelta, timedelta] | None:
    if value is False:
        return None
    first, _, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = _clock_time(first.strip()), _clock_time(last.strip())
    except ValueError:
        raise InvalidValue("check.quietHours") from None
    if hours[0] == hours[1]:
        raise InvalidValue("check.quietHours.allDay")
    return hours


def matching(pattern: str, key: str) -> AfterValidator:
    """A text of this form; `key` is that of the sentence about any other, `{text}`."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise InvalidValue(key, text=quoted(text))
        return text

    return AfterValidator(check)


def between(shortest: str, longest: str) -> AfterValidator:
    """Bounds of a duration, as they would stand in the file; both included."""

    def check(value: timedelta) -> timedelta:
        if not _period(shortest) <= value <= _period(longest):
            raise InvalidValue("check.between", shortest=length(shortest), longest=length(longest))
        return value

    return AfterValidator(check)


def _zone(name: str) -> str:
    if name not in available_timezones() - UNUSABLE_ZONES:
        raise InvalidValue("check.zone", text=quoted(name))
    return name


def _region(region: Any) -> str | None:
    if region is False:
        return None
    if not isinstance(region, str) or not REGION.fullmatch(region):
        raise InvalidValue("check.region")
    try:
        check_region(region)
    except UnknownRegion as unknown:
        raise InvalidValue("check.region.unknown", text=quoted(region)) from unknown
    return region


def _country(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise InvalidValue("check.country", text=quoted(country))
    return country


def e164(phone: str, country: str) -> str:
    """The number for machines.

    Raises:
        InvalidValue: there can be no such number.
    """
    try:
        number = parse_phone(phone, country)
    except ValueError as reason:
        raise InvalidValue("check.phone", text=quoted(phone)) from reason
    if number is None:
        raise InvalidValue("check.phone.unassigned", text=quoted(phone), country=country)
    return number


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidValue("check.date")
    return value


def _date_or_time(value: Any) -> date:
    if not isinstance(value, date):
        raise InvalidValue("check.moment")
    return _with_neighbours(value)


def _with_neighbours(value: date) -> date:
    # At either end of the calendar a day has no date in another zone.
    if not 1900 <= value.year <= 9998:
        raise InvalidValue("check.year")
    return value


def _printable(text: str) -> str:
    if any(ord(char) < 32 and char not in "\t\n" for char in text):
        raise InvalidValue("check.character")
    return text


class TranslatedText(dict[str, str]):
    """A text by language; one for all languages is under "" until the clinic's are known."""


def _text(value: Any) -> TranslatedText:
    if isinstance(value, str):
        value = {"": value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidValue("check.text", example='{ en = "...", fr = "..." }')
    if not value or not all(text.strip() for text in value.values()):
        raise InvalidValue("check.text.empty")
    return TranslatedText({language: _printable(text) for language, text in value.items()})


def _about(value: Any) -> TranslatedText:
    return _short(_text(value), MAX_ABOUT)


def _short(texts: TranslatedText, most: int) -> TranslatedText:
    if any(len(text) > most for text in texts.values()):
        raise InvalidValue("check.tooLong", limit=most)
    return texts


def _mail_text(value: Any) -> TranslatedText:
    texts = _short(_text(value), MAX_MAIL_TEXT)
    for text in texts.values():
        if MARKUP.search(text):
            raise InvalidValue("check.markup", tag="<b>", field="{name}")
    return texts


Duration = Annotated[timedelta, BeforeValidator(_duration), spelling.DURATION]
Ticks = Annotated[Duration, AfterValidator(_whole_ticks)]
WholeDays = Annotated[Duration, AfterValidator(_whole_days)]
Period = Annotated[timedelta, BeforeValidator(_period), AfterValidator(_whole_days), spelling.PERIOD]
"""Whole days; a month counts as 31, a year as 366."""
WholeDaysOrFalse = Annotated[
    timedelta | None, BeforeValidator(_whole_days_or_none), spelling.DURATION_OR_FALSE
]
"""A duration of whole days; None for `false`."""
ClockTime = Annotated[timedelta, PlainValidator(_clock_time), spelling.CLOCK_TIME]
"""A time on the wall, as what has passed since midnight."""
QuietHours = Annotated[tuple[timedelta, timedelta] | None, PlainValidator(_quiet_hours), spelling.QUIET_HOURS]
"""From one time on the wall to another, mostly of the next day; None for `false`."""
Day = Annotated[date, PlainValidator(_day)]
CalendarDay = Annotated[Day, AfterValidator(_with_neighbours)]
"""A date from 1900 to 9998."""
Moment = Annotated[date, PlainValidator(_date_or_time), spelling.MOMENT]
"""A date, or its subclass with a time."""
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Region = Annotated[str | None, BeforeValidator(_region), spelling.REGION]
Text = Annotated[TranslatedText, PlainValidator(_text), spelling.TEXT]
AboutText = Annotated[TranslatedText, PlainValidator(_about), spelling.TEXT]
MailText = Annotated[TranslatedText, PlainValidator(_mail_text), spelling.TEXT]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Slug = Annotated[
    str,
    StringConstraints(max_length=64),
    matching(r"[a-z0-9]+(-[a-z0-9]+)*", "check.slug"),
]
