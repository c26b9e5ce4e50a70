"""Values of a clinic's file: durations, weeks, phone numbers, zones, texts in several languages."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.spelling import LONG_UNITS, UNITS, WEEKDAYS
from booking.domain.contact import parse_phone
from booking.timegrid.opening_hours import TimeSpan
from booking.timegrid.public_holidays import UnknownRegion, check_region
from booking.timegrid.ticks import TICK

DURATION = re.compile(r"([0-9]{1,5}) ?(min|h|day|month|year)s?")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
SPAN = re.compile(r"([0-9]{2}):([0-9]{2}) ?[-–] ?([0-9]{2}):([0-9]{2})")
MARKUP = re.compile(r"</?[a-zA-Z!]|[{}]")
MAX_MAIL_TEXT = 600
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
# They mean the computer's own zone, and browsers don't know them.
UNUSABLE_ZONES = {"Factory", "localtime"}
Week = dict[int, tuple[TimeSpan, ...]]


def _duration(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match or match[2] not in UNITS:
        raise ValueError('a duration looks like "45 min", "2 h" or "60 days"')
    return int(match[1]) * UNITS[match[2]]


def _period(value: Any) -> timedelta:
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError('a period looks like "90 days", "3 months" or "10 years"')
    return int(match[1]) * LONG_UNITS[match[2]]


def _whole_ticks(value: timedelta) -> timedelta:
    if value % TICK:
        raise ValueError("must be a multiple of 5 minutes")
    return value


def _whole_days(value: timedelta) -> timedelta:
    if value % UNITS["day"]:
        raise ValueError("must be whole days")
    return value


def _whole_days_or_none(value: Any) -> timedelta | None:
    return None if value is False else _whole_days(_duration(value))


def _clock_time(value: Any) -> timedelta:
    match = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise ValueError('a time looks like "16:00"')
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _quiet_hours(value: Any) -> tuple[timedelta, timedelta] | None:
    if value is False:
        return None
    first, _, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = _clock_time(first.strip()), _clock_time(last.strip())
    except ValueError:
        raise ValueError('quiet hours look like "21:00-08:00"; false for none') from None
    if hours[0] == hours[1]:
        raise ValueError("quiet hours that end when they begin would last all day; false for none")
    return hours


def matching(pattern: str, otherwise: str) -> AfterValidator:
    """A text of this form; `otherwise` completes the sentence about any other."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is {otherwise}")
        return text

    return AfterValidator(check)


def between(shortest: str, longest: str) -> AfterValidator:
    """Bounds of a duration, as they would stand in the file; both included."""

    def check(value: timedelta) -> timedelta:
        if not _period(shortest) <= value <= _period(longest):
            raise ValueError(f"must be from {shortest} to {longest}")
        return value

    return AfterValidator(check)


class SeveralMistakes(ValueError):
    """All mistakes of one value; `messages` has a sentence for each."""

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = messages
        super().__init__("; ".join(messages))


def _week(value: Any) -> Week:
    if not isinstance(value, dict):
        raise ValueError('a week looks like { mon-thu = ["07:00-15:00"], fri = ["07:00-12:00"] }')
    week: Week = {}
    mistakes: list[str] = []
    for days, texts in value.items():
        try:
            weekdays = _weekdays(days)
        except ValueError as mistake:
            mistakes.append(str(mistake))
            weekdays = range(0)
        if not isinstance(texts, list):
            mistakes.append(f'the times of {days} are a list, like ["07:00-12:00", "13:00-19:00"]')
            continue
        spans: list[TimeSpan] = []
        for text in texts:
            try:
                spans.append(_span(text))
            except ValueError as mistake:
                mistakes.append(str(mistake))
        for day in weekdays:
            if day in week:
                mistakes.append(f"{WEEKDAYS[day]} is given twice")
            try:
                week[day] = _in_order(WEEKDAYS[day], spans)
            except ValueError as mistake:
                mistakes.append(str(mistake))
    if mistakes:
        raise SeveralMistakes(mistakes)
    return week


def _weekdays(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValueError(f'{text!r} is no day; days are {", ".join(WEEKDAYS)}, or from-to like "mon-fri"')
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise ValueError(f"{text!r} runs backwards; a week starts on Monday")
    return range(start, end + 1)


def _span(text: Any) -> TimeSpan:
    match = SPAN.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f'{text!r} is no time; a time looks like "07:00-19:00"')
    hour, minute, end_hour, end_minute = map(int, match.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or hour > 23 or closes > 1440:
        raise ValueError(f"{text!r} is no time of a day; a day ends at 24:00")
    if closes <= opens:
        raise ValueError(f"{text!r} closes before it opens")
    if opens % 5 or closes % 5:
        raise ValueError(f"{text!r} must be on multiples of 5 minutes")
    return TimeSpan(opens, closes)


def _in_order(day: str, spans: list[TimeSpan]) -> tuple[TimeSpan, ...]:
    ordered = sorted(spans)
    for earlier, later in pairwise(ordered):
        if later.opens < earlier.closes:
            raise ValueError(f"the times of {day} overlap")
    return tuple(ordered)


def _zone(name: str) -> str:
    if name not in available_timezones() - UNUSABLE_ZONES:
        raise ValueError(f'{name!r} is no time zone; time zones look like "America/Toronto"')
    return name


def _region(region: Any) -> str | None:
    if region is False:
        return None
    if not isinstance(region, str) or not REGION.fullmatch(region):
        raise ValueError('a region looks like "CA-ON"; false to stay open on public holidays')
    try:
        check_region(region)
    except UnknownRegion as unknown:
        raise ValueError(f'{unknown}; a region looks like "CA-ON"') from unknown
    return region


def _country(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise ValueError(f'{country!r} is no country; countries look like "CA"')
    return country


def e164(phone: str, country: str) -> str:
    """The number for machines.

    Raises:
        ValueError: there can be no such number.
    """
    number = parse_phone(phone, country)
    if number is None:
        raise ValueError(f"there is no phone number {phone!r} in {country}")
    return number


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a date, like 2027-03-15 (without quotes)")
    return value


def _date_or_time(value: Any) -> date:
    if not isinstance(value, date):
        raise ValueError("must be a date, like 2027-03-15, or a date with a time (without quotes)")
    # At either end of the calendar a day has no date in another zone.
    if not 1900 <= value.year <= 9998:
        raise ValueError("the year must be from 1900 to 9998")
    return value


def _printable(text: str) -> str:
    if any(ord(char) < 32 and char not in "\t\n" for char in text):
        raise ValueError("has a character that can't be shown")
    return text


class TranslatedText(dict[str, str]):
    """A text by language; one for all languages is under "" until the clinic's are known."""


def _text(value: Any) -> TranslatedText:
    if isinstance(value, str):
        value = {"": value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError('a text is "..." or, by language, { en = "...", fr = "..." }')
    if not value or not all(text.strip() for text in value.values()):
        raise ValueError("a text must not be empty")
    return TranslatedText({language: _printable(text) for language, text in value.items()})


def _mail_text(value: Any) -> TranslatedText:
    texts = _text(value)
    for text in texts.values():
        if len(text) > MAX_MAIL_TEXT:
            raise ValueError(f"must have {MAX_MAIL_TEXT} characters at most")
        if MARKUP.search(text):
            raise ValueError("is sent as it stands: no tags such as <b>, and no fields such as {name}")
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
Moment = Annotated[date, PlainValidator(_date_or_time), spelling.MOMENT]
"""A date, or its subclass with a time."""
Weekly = Annotated[Week, BeforeValidator(_week), spelling.WEEK]
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Region = Annotated[str | None, BeforeValidator(_region), spelling.REGION]
Text = Annotated[TranslatedText, PlainValidator(_text), spelling.TEXT]
MailText = Annotated[TranslatedText, PlainValidator(_mail_text), spelling.TEXT]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Slug = Annotated[
    str,
    StringConstraints(max_length=64),
    matching(
        r"[a-z0-9]+(-[a-z0-9]+)*", 'no slug: small letters, digits and single hyphens, like "dry-needling"'
    ),
]
