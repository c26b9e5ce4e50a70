"""The day of a practitioner as the front desk sees it: open, free, held, blocked and booked time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Self, TypeVar

import strawberry

from booking.agenda.values import Blocked, Column, Entry, Gap, Held, Span
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.desk.blocked_time import ExtraHours as ExtraHoursRow
from graphql_api.context.context import Context, Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.limits.query_cost import Cost
from graphql_api.types.appointments import Appointment
from graphql_api.types.catalogue import Practitioner
from graphql_api.types.desk.blocked_time import ExtraHours
from graphql_api.types.relay import After, Connection, First, Key, Node, global_id, paginate
from graphql_api.types.time_intervals import TimeInterval

E = TypeVar("E", Blocked, Gap, Held)

VISITS_OF_A_DAY = 16
"""The value of `first` where a client gives none: a day of twenty practitioners costs less than the most."""
OF_THE_DAY = Cost(weight=0)
"""What a practitioner's day has beside its appointments is read with it, and paid with it."""


@strawberry.type(description="A stretch of open or free time.")
class OpenInterval(TimeInterval):
    @classmethod
    def of(cls, span: Span | Gap, context: Context) -> Self:
        return cls(**_interval(span, context))


@strawberry.type(description="A time that somebody holds while a form is filled in.")
class HeldInterval(TimeInterval):
    expires_at: dt.datetime = strawberry.field(description="When the hold expires.")
    by_staff: bool = strawberry.field(description="Whether it is held at the desk; else online.")
    is_squeeze_in: bool = strawberry.field(description="Whether it stands beside a time that is taken.")

    @classmethod
    def of(cls, held: Held, context: Context) -> Self:
        return cls(
            **_interval(held, context),
            expires_at=context.in_clinic_time(held.expires_at),
            by_staff=held.by_staff,
            is_squeeze_in=held.squeeze_in,
        )


@strawberry.type(description="A stretch of blocked time within the hours (FHIR Slot, busy-unavailable).")
class BlockedInterval(TimeInterval):
    blocked_time_id: strawberry.ID = strawberry.field(
        description="The blocked time that it is a part of, for `removeBlockedTime`."
    )
    label: str = strawberry.field(description="What the team calls it; may be empty.")

    @classmethod
    def of(cls, blocked: Blocked, context: Context) -> Self:
        return cls(
            **_interval(blocked, context),
            blocked_time_id=global_id("BlockedTime", blocked.id),
            label=blocked.label,
        )


@strawberry.type(description="A practitioner's day (FHIR Schedule), as the front desk sees it.")
class PractitionerDay(Node):
    date: dt.date = strawberry.field(description="The day, on the clinic's calendar.")
    column: strawberry.Private[Column]
    rows: strawberry.Private[Sequence[AppointmentRow]]
    extra: strawberry.Private[Sequence[ExtraHoursRow]]

    @strawberry.field(description="The practitioner.", directives=[OF_THE_DAY])
    def practitioner(self, info: Info) -> Practitioner:
        slug, context = self.column.practitioner, info.context
        return resolve_loaded(context.load.practitioners, slug, lambda row: Practitioner.of(row, context))

    @strawberry.field(
        description="Hours that are worked, or would be but for blocked time; in order.",
        directives=[OF_THE_DAY],
    )
    def open(self, info: Info) -> list[OpenInterval]:
        return [OpenInterval.of(span, info.context) for span in self.column.open]

    @strawberry.field(
        description="Open time that nobody has and that is not over; in order.", directives=[OF_THE_DAY]
    )
    def free(self, info: Info) -> list[OpenInterval]:
        return [OpenInterval.of(gap, info.context) for gap in _of_kind(self.column.entries, Gap)]

    @strawberry.field(description="Held time, in order.", directives=[OF_THE_DAY])
    def held(self, info: Info) -> list[HeldInterval]:
        return [HeldInterval.of(held, info.context) for held in _of_kind(self.column.entries, Held)]

    @strawberry.field(description="Blocked time, in order.", directives=[OF_THE_DAY])
    def blocked(self, info: Info) -> list[BlockedInterval]:
        return [BlockedInterval.of(each, info.context) for each in _of_kind(self.column.entries, Blocked)]

    @strawberry.field(
        description="Hours besides the weekly ones that touch the day, in order.", directives=[OF_THE_DAY]
    )
    def extra_hours(self, info: Info) -> list[ExtraHours]:
        return [ExtraHours.of(row, info.context) for row in self.extra]

    @strawberry.field(description="The visits that stand, in order of time.", directives=[OF_THE_DAY])
    def appointments(
        self, first: First = VISITS_OF_A_DAY, after: After = None
    ) -> Connection[Appointment] | None:
        return paginate(self.rows, key=_position, show=Appointment.of, first=first, after=after)

    @classmethod
    def of(
        cls,
        day: dt.date,
        column: Column,
        rows: Iterable[AppointmentRow],
        extra: Iterable[ExtraHoursRow],
    ) -> Self:
        """`rows` are the visits of any practitioners, `extra` their extra hours in order."""
        slug = column.practitioner
        return cls(
            id=global_id("PractitionerDay", f"{slug}/{day}"),
            date=day,
            column=column,
            rows=sorted((row for row in rows if row.practitioner == slug), key=_position),
            extra=[row for row in extra if row.practitioner == slug],
        )


def _position(row: AppointmentRow) -> Key:
    return (row.starts_at.isoformat(), str(row.id))


def _interval(span: Span | Entry, context: Context) -> dict[str, dt.datetime]:
    return {
        "starts_at": context.in_clinic_time(span.starts_at),
        "ends_at": context.in_clinic_time(span.ends_at),
    }


def _of_kind(entries: Sequence[Entry], kind: type[E]) -> list[E]:
    return [entry for entry in entries if isinstance(entry, kind)]
