"""Intervals of time: from an instant up to another, and weekly ones on the wall clock."""

from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from booking.storage.queries.catalogue import WeeklyTime
from graphql_api.types.scalars import LocalTime, local_time


@strawberry.interface(description="From an instant up to another, with the clinic's offset.")
class TimeInterval:
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")


@strawberry.enum(description="A day of the week.")
class Weekday(Enum):
    MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


@strawberry.type(description="An opening time of a location, weekly, on the location's wall clock.")
class OpeningHours:
    weekday: Weekday = strawberry.field(description="The day of the week.")
    opens: LocalTime = strawberry.field(description="When it opens.")
    closes: LocalTime = strawberry.field(description="When it closes.")

    @classmethod
    def of(cls, row: WeeklyTime) -> Self:
        return cls(weekday=Weekday(row.weekday), opens=local_time(row.opens), closes=local_time(row.closes))
