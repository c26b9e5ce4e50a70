"""Scalars for instants, days and wall-clock times; they refuse a time that is ambiguous."""

import re
from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.timegrid.opening_hours import clock_time

LocalTime = NewType("LocalTime", str)

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d")
WRONG_FORMAT = {"code": "INVALID_INPUT", "inputCode": InvalidInputCode.WRONG_FORMAT.name}
"""The extensions of the error about a value that no scalar has."""
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
NANOSECONDS = re.compile(r"(\.\d{6})\d+")


def parse_instant(value: Any) -> datetime:
    """An aware UTC instant. A time without an offset is refused, because it names no instant."""
    if isinstance(value, str) and RFC3339.fullmatch(value):
        try:
            return datetime.fromisoformat(NANOSECONDS.sub(r"\1", value.upper())).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        "DateTime needs a date, a time and an offset, like 2027-03-15T09:30:00-04:00.",
        extensions=dict(WRONG_FORMAT),
    )


def _serialize_instant(value: datetime) -> str:
    """RFC 3339. A time without an offset would be read in the zone of each reader.

    Raises:
        ValueError: it has no offset.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return value.isoformat()


def parse_date(value: Any) -> date:
    if isinstance(value, str) and FULL_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("LocalDate looks like 2027-03-15.", extensions=dict(WRONG_FORMAT))


def local_time(minutes: int) -> LocalTime:
    return LocalTime(clock_time(minutes))


def minutes_of(time: LocalTime, *path: str) -> int:
    """Minutes after midnight.

    Raises:
        InvalidInput: a time that no clock shows.
    """
    if not CLOCK.fullmatch(time):
        raise InvalidInput(
            "Please write a time like 09:30, up to 24:00.", path=path, code=InvalidInputCode.WRONG_FORMAT
        )
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "An instant as RFC 3339 date-time with its offset, like `2027-03-15T09:30:00-04:00`. "
            "Answers carry the offset of the location."
        ),
        specified_by_url="https://scalars.graphql.org/chillicream/date-time.html",
        serialize=_serialize_instant,
        parse_value=parse_instant,
    ),
    date: strawberry.scalar(
        name="LocalDate",
        description="A day on the location's calendar, `YYYY-MM-DD`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=lambda value: value.isoformat(),
        parse_value=parse_date,
    ),
    LocalTime: strawberry.scalar(
        name="LocalTime",
        description="A time on the location's wall clock, `HH:MM`; a day ends at `24:00`.",
        serialize=str,
        parse_value=str,
    ),
}
