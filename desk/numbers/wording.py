"""Numbers, shares, days and lengths as the reader's language writes them."""

from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal

from booking.i18n.texts import Texts
from booking.storage.models.appointments import AppointmentStatus
from desk.day.clock import length

NONE = "–"


@dataclass(frozen=True)
class Wording:
    """Where there is nothing to say, it is a dash."""

    texts: Texts

    def number(self, n: int) -> str:
        """`1,234`."""
        return format_decimal(n, locale=self.texts.locale)

    def percent(self, percent: int | None) -> str:
        """`72%`."""
        return NONE if percent is None else self.texts("desk.numbers.percent", n=self.number(percent))

    def lead(self, days: int | None) -> str:
        """`4 days`."""
        return NONE if days is None else self.texts.count("desk.numbers.lead", days)

    def length(self, minutes: int) -> str:
        """`32 h 15 min`."""
        return length(self.texts, minutes)

    def date(self, day: date) -> str:
        """`Thursday, November 26, 2026`."""
        return self.texts("desk.numbers.date", day=self.texts.day(day), year=day.year)

    def status(self, status: AppointmentStatus) -> str:
        return self.texts(f"desk.day.status.{status}")
