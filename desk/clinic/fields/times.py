"""Fields of times: durations, days, times on the wall, and weeks of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from booking.catalogue.clinic_file.hours.weeks import SPAN
from booking.catalogue.clinic_file.spelling import PLURALS, WEEKDAYS
from booking.i18n.texts import Texts
from desk.clinic.fields.field import ABSENT, Choices, Field
from rendering.form import Form

COUNT_AND_UNIT = re.compile(r"(.*?) ?(min|h|day|week|month|year)s?")
MIDNIGHT = "00:00"
END_OF_DAY = "24:00"


@dataclass(frozen=True)
class Length(Field):
    """A duration: a number of one of the `units`. Left empty where `false_if_empty`, it is `false`."""

    units: Sequence[str] = ("min", "h", "day")
    false_if_empty: bool = False
    template: ClassVar[str] = "length"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        count, unit = form.get(name).strip()[:20], form.get(f"{name}.unit")
        if not count:
            return False if self.false_if_empty else ABSENT
        unit = unit if unit in self.units else self.units[0]
        return f"{count} {unit}{'s' if unit in PLURALS and count != '1' else ''}"

    def shown(self, value: Any) -> Any:
        """The number as it was typed, and its unit."""
        match = COUNT_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
        return (match[1], match[2]) if match else ("", self.units[0])

    def described(self, value: Any, texts: Texts) -> str:
        count, unit = self.shown(value)
        return f"{count} {texts(f'desk.clinic.unit.{unit}')}" if count else ""


class Day(Field):
    """A date."""

    template = "day"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        text = super().read(form, name, choices)
        return text if text is ABSENT else _date(text)

    def described(self, value: Any, texts: Texts) -> str:
        return value.isoformat() if isinstance(value, date) else super().described(value, texts)


class Moment(Field):
    """A date, and a time on the wall if it is not the whole day."""

    template = "moment"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        text = super().read(form, name, choices)
        day, clock = text if text is ABSENT else _date(text), form.get(f"{name}.clock").strip()[:20]
        if not clock:
            return day
        try:
            return datetime.combine(day, time.fromisoformat(clock)) if isinstance(day, date) else clock
        except ValueError:
            return clock

    def shown(self, value: Any) -> Any:
        """The day and the time, each as an input wants it."""
        if isinstance(value, datetime):
            return (value.date().isoformat(), value.strftime("%H:%M"))
        return (super().shown(value), "")

    def described(self, value: Any, texts: Texts) -> str:
        if isinstance(value, datetime):
            return f"{value.date().isoformat()}, {texts.clock(value, zoned=False)}"
        return value.isoformat() if isinstance(value, date) else super().described(value, texts)


class Clock(Field):
    """A time on the wall."""

    template = "clock"


class Quiet(Field):
    """From one time on the wall to another; left empty, `false`."""

    template = "quiet"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        begins, ends = form.get(f"{name}.from").strip()[:20], form.get(f"{name}.to").strip()[:20]
        return f"{begins}-{ends}" if begins or ends else False

    def shown(self, value: Any) -> Any:
        first, _, last = value.partition("-") if isinstance(value, str) else ("", "", "")
        return (first.strip(), last.strip())

    def described(self, value: Any, texts: Texts) -> str:
        return str(value or texts("desk.clinic.none"))


class Week(Field):
    """Spans of time by weekday."""

    template = "week"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        week = {}
        for day in WEEKDAYS:
            begins, ends = form.all(f"{name}.{day}.from"), form.all(f"{name}.{day}.to")
            spans = [
                f"{first.strip()[:20]}-{_closing(last.strip()[:20])}"
                for first, last in zip(begins, ends, strict=False)
                if first.strip() or last.strip()
            ]
            if spans:
                week[day] = spans
        return week or ABSENT

    def shown(self, value: Any) -> Any:
        """Each weekday's spans, as pairs of what inputs of times want."""
        week: dict[str, list[tuple[str, str]]] = {day: [] for day in WEEKDAYS}
        for days, spans in (value or {}).items():
            first, _, last = days.partition("-")
            inside = WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]
            for day in inside:
                week[day] = [_pair(span) for span in spans]
        return week

    def described(self, value: Any, texts: Texts) -> str:
        week = self.shown(value)
        return "; ".join(
            f"{texts.short_weekday(number)} {', '.join('–'.join(span) for span in week[day])}"
            for number, day in enumerate(WEEKDAYS)
            if week[day]
        )


def _pair(span: str) -> tuple[str, str]:
    match = SPAN.fullmatch(span)
    if match:
        first, last = f"{match[1]}:{match[2]}", f"{match[3]}:{match[4]}"
    else:
        first, _, last = span.partition("-")
    return first, MIDNIGHT if last == END_OF_DAY else last


def _closing(clock: str) -> str:
    """An input of times knows no 24:00."""
    return END_OF_DAY if clock == MIDNIGHT else clock


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
