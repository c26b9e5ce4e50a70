"""Times of a day and of the days of a week, as a clinic's file has them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.spelling import WEEKDAYS, weekday
from booking.i18n.sentences import InvalidValue, Sentence, quoted, sentence
from booking.timegrid.opening_hours import TimeSpan

SPAN = re.compile(r"([0-9]{2}):([0-9]{2}) ?[-–] ?([0-9]{2}):([0-9]{2})")
Week = dict[int, tuple[TimeSpan, ...]]


class SeveralMistakes(ValueError):
    """All mistakes of one value."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        super().__init__("; ".join(map(str, sentences)))


def _week(value: Any) -> Week:
    if not isinstance(value, dict):
        raise InvalidValue("check.week", example='{ mon-thu = ["07:00-15:00"], fri = ["07:00-12:00"] }')
    week: Week = {}
    mistakes: list[Sentence] = []
    for days, texts in value.items():
        try:
            weekdays = _weekdays(days)
        except InvalidValue as mistake:
            mistakes.append(mistake.sentence)
            weekdays = range(0)
        if not isinstance(texts, list):
            mistakes.append(sentence("check.week.list", days=days))
            continue
        spans = _spans(texts, mistakes)
        for day in weekdays:
            if day in week:
                mistakes.append(sentence("check.week.twice", day=weekday(day)))
            if _overlap(spans):
                mistakes.append(sentence("check.week.overlap", day=weekday(day)))
            week[day] = tuple(spans)
    if mistakes:
        raise SeveralMistakes(mistakes)
    return week


def _weekdays(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise InvalidValue("check.days", text=quoted(text), days=", ".join(WEEKDAYS))
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise InvalidValue("check.days.backwards", text=quoted(text))
    return range(start, end + 1)


def _span(text: Any) -> TimeSpan:
    match = SPAN.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise InvalidValue("check.span", text=quoted(text))
    hour, minute, end_hour, end_minute = map(int, match.groups())
    opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or hour > 23 or closes > 1440:
        raise InvalidValue("check.span.ofNoDay", text=quoted(text))
    if closes <= opens:
        raise InvalidValue("check.span.backwards", text=quoted(text))
    if opens % 5 or closes % 5:
        raise InvalidValue("check.span.wholeTicks", text=quoted(text))
    return TimeSpan(opens, closes)


def _spans(texts: Sequence[Any], mistakes: list[Sentence]) -> list[TimeSpan]:
    """The spans in order; what is no span is added to the mistakes."""
    spans = []
    for text in texts:
        try:
            spans.append(_span(text))
        except InvalidValue as mistake:
            mistakes.append(mistake.sentence)
    return sorted(spans)


def _overlap(spans: Sequence[TimeSpan]) -> bool:
    return any(later.opens < earlier.closes for earlier, later in pairwise(spans))


def _times(value: Any) -> tuple[TimeSpan, ...]:
    if not isinstance(value, list) or not value:
        raise InvalidValue("check.times")
    mistakes: list[Sentence] = []
    spans = _spans(value, mistakes)
    if _overlap(spans):
        mistakes.append(sentence("check.times.overlap"))
    if mistakes:
        raise SeveralMistakes(mistakes)
    return tuple(spans)


Weekly = Annotated[Week, BeforeValidator(_week), spelling.WEEK]
Times = Annotated[tuple[TimeSpan, ...], BeforeValidator(_times), spelling.TIMES]
"""Times of one day, at least one."""
