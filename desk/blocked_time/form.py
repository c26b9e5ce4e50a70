"""The form that blocks time or adds extra hours: read, turned into a request, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum

from booking.domain.errors import (
    BookingError,
    InvalidInput,
    InvalidInputCode,
    NotFound,
    RepeatedTime,
    SkippedTime,
)
from booking.i18n.texts import Texts
from booking.scheduling.blocked_time import BlockRequest, ExtraHoursRequest, Weekly
from booking.storage.models.desk.blocked_time import MAX_LABEL, BlockKind
from rendering.form import Form

EXTRA = "extra"
KINDS = (*BlockKind, EXTRA)
MAX_VALUE = 4 * MAX_LABEL
"""Of each field: a longer label is refused, and nothing longer is shown again."""
FIELDS = (
    *("kind", "practitioner", "location", "day", "from", "last_day", "to", "endless", "until", "label"),
    *("from_at", "to_at"),
)
FIELD_OF_PATH = {
    "practitionerId": "practitioner",
    "locationId": "location",
    "startsAt": "from",
    "endsAt": "to",
    "weekdays": "weekdays",
    "lastDay": "until",
    "label": "label",
}


class Over(StrEnum):
    """What to do about the visits inside."""

    OFFER = "offer"
    """Block, and offer the patients other times by mail."""
    CALL = "call"
    """Block: the desk calls the patients."""

    @classmethod
    def sent(cls, form: Form) -> "Over | None":
        """None before somebody was asked."""
        return next((choice for choice in cls if form.get("over") == choice), None)


@dataclass(frozen=True)
class BlockForm:
    """Values as they were typed. `from_at` and `to_at` say which pass of a repeated hour is meant."""

    values: Mapping[str, str] = field(default_factory=dict)
    weekdays: tuple[int, ...] = ()
    over: Over | None = None

    @classmethod
    def read(cls, form: Form) -> "BlockForm":
        weekdays = tuple(day for day in range(7) if str(day) in form.all("weekday"))
        return cls({name: form.get(name)[:MAX_VALUE] for name in FIELDS}, weekdays, Over.sent(form))

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def is_extra(self) -> bool:
        return self["kind"] == EXTRA

    def at(self, location: str) -> "BlockForm":
        """The same at a location, where none was chosen."""
        return self if self["location"] else replace(self, values={**self.values, "location": location})

    def hidden(self) -> list[tuple[str, str]]:
        """The fields of a form that asks once more."""
        fields = [(name, value) for name, value in self.values.items() if value]
        return [*fields, *(("weekday", str(day)) for day in self.weekdays)]

    def block_request(self) -> BlockRequest:
        """What is asked for.

        Raises:
            InvalidInput: a value is missing, or is none of its kind.
        """
        if self["kind"] not in tuple(BlockKind):
            raise _wrong("kind", InvalidInputCode.UNKNOWN)
        weekly = None
        if self.weekdays:
            weekly = Weekly(frozenset(self.weekdays), self._date("until", "lastDay"))
        is_endless = bool(self["endless"]) and weekly is None
        return BlockRequest(
            self["practitioner"],
            self._time("day", "from", "startsAt"),
            None if is_endless else self._end(),
            BlockKind(self["kind"]),
            self["label"],
            self["location"] or None,
            weekly,
        )

    def extra_hours_request(self) -> ExtraHoursRequest:
        """What is asked for.

        Raises:
            InvalidInput: a value is missing, or is none of its kind.
        """
        if not self["location"]:
            raise _wrong("locationId", InvalidInputCode.REQUIRED)
        return ExtraHoursRequest(
            self["practitioner"],
            self["location"],
            self._time("day", "from", "startsAt"),
            self._end(),
            self["label"],
        )

    def _end(self) -> datetime:
        return self._time("last_day" if self["last_day"] else "day", "to", "endsAt")

    def _time(self, day: str, clock: str, path: str) -> datetime:
        try:
            wall = datetime.combine(date.fromisoformat(self[day]), time.fromisoformat(self[clock]))
        except ValueError as error:
            raise _wrong(path, InvalidInputCode.REQUIRED) from error
        if wall.tzinfo is not None:
            raise _wrong(path, InvalidInputCode.WRONG_FORMAT)
        chosen = self._chosen(f"{clock}_at")
        # A choice that was made for another time is none any more.
        return chosen if chosen and chosen.replace(tzinfo=None) == wall else wall

    def _chosen(self, name: str) -> datetime | None:
        try:
            chosen = datetime.fromisoformat(self[name])
        except ValueError:
            return None
        return chosen if chosen.tzinfo else None

    def _date(self, name: str, path: str) -> date:
        try:
            return date.fromisoformat(self[name])
        except ValueError as error:
            raise _wrong(path, InvalidInputCode.REQUIRED) from error


@dataclass(frozen=True)
class Mistake:
    """A field that can't be used as it is, in words; `choices` of a time that the clock shows twice."""

    field: str
    text: str
    choices: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, refusal: BookingError, texts: Texts) -> "Mistake":
        """In the reader's words, whatever the refusal says."""
        path = refusal.path[0] if refusal.path else ""
        name = FIELD_OF_PATH.get(path, "kind")
        match refusal:
            case RepeatedTime():
                return cls(name, texts("desk.blocks.wrong.repeated"), refusal.choices)
            case SkippedTime():
                shown = texts.clock(refusal.next_shown)
                return cls(name, texts("desk.blocks.wrong.skipped", time=shown))
            case InvalidInput() | NotFound():
                return cls(name, texts("desk.blocks.wrong." + name))
        return cls(name, texts("desk.blocks.wrong.kind"))


def _wrong(path: str, code: InvalidInputCode) -> InvalidInput:
    return InvalidInput("Please fill in this field.", path=(path,), code=code)
