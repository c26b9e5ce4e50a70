"""The form in which a patient says when they could come, if something earlier opens."""

from dataclasses import dataclass
from datetime import date

from booking.waiting_list.wishes import AvailableTime
from rendering.form import Form

PARTS_OF_DAY = (("time.morning", 0, 12), ("time.afternoon", 12, 17), ("time.evening", 17, 24))
"""The key of each name, and the hours from and until."""
WEEKDAYS = range(7)
MINUTES = 60


@dataclass(frozen=True)
class WishesForm:
    """The ticked weekdays (0 is Monday) and parts of the day, with whom (slug), and the last day, as sent."""

    weekdays: frozenset[int]
    parts: frozenset[str]
    practitioner: str | None
    last_day: date | None

    @classmethod
    def read(cls, form: Form) -> "WishesForm":
        days = {str(day): day for day in WEEKDAYS}
        names = {name for name, _, _ in PARTS_OF_DAY}
        return cls(
            frozenset(days[value] for value in form.all("weekday") if value in days),
            frozenset(names & set(form.all("part"))),
            form.get("with") or None,
            _date(form.get("until")),
        )

    @property
    def available_times(self) -> list[AvailableTime]:
        """None for any time. Parts of the day that touch are one time: a visit may go over noon."""
        if not self.weekdays and not self.parts:
            return []
        spans: list[tuple[int, int]] = []
        for name, begin, end in PARTS_OF_DAY:
            if self.parts and name not in self.parts:
                continue
            if spans and spans[-1][1] == begin:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((begin, end))
        return [
            AvailableTime(day, begin * MINUTES, end * MINUTES)
            for day in sorted(self.weekdays or WEEKDAYS)
            for begin, end in spans
        ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
