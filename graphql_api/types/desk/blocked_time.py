"""Blocked time and extra hours, as the front desk writes them; and the visits in their way."""

from typing import Self

import strawberry

from booking.domain import errors
from booking.storage.models.desk.blocked_time import BlockedTime as BlockedTimeRow
from booking.storage.models.desk.blocked_time import BlockKind
from booking.storage.models.desk.blocked_time import ExtraHours as ExtraHoursRow
from booking.storage.queries.appointments import appointments_by_id
from graphql_api.context.context import Context, Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.types.appointments import Appointment
from graphql_api.types.catalogue import Location, Practitioner
from graphql_api.types.problems import Problem, problem
from graphql_api.types.relay import Node, global_id
from graphql_api.types.time_intervals import TimeInterval

strawberry.enum(
    BlockKind,
    name="BlockedTimeKind",
    description="Why nobody can be booked. More may come: take them as `OTHER`.",
)


@strawberry.interface(description="A stretch of a practitioner's time that the front desk has written.")
class DeskTime(TimeInterval, Node):
    row: strawberry.Private[BlockedTimeRow | ExtraHoursRow]
    label: str = strawberry.field(description="What the team calls it; no health data. May be empty.")

    @strawberry.field(description="The practitioner.")
    def practitioner(self, info: Info) -> Practitioner:
        slug, context = self.row.practitioner, info.context
        return resolve_loaded(context.load.practitioners, slug, lambda row: Practitioner.of(row, context))


@strawberry.type(description="Time in which a practitioner takes no visit (FHIR Slot, busy-unavailable).")
class BlockedTime(DeskTime):
    kind: BlockKind = strawberry.field(description="Why.")
    is_recurring: bool = strawberry.field(description="Whether it is a day of a weekly series.")

    @strawberry.field(description="The location where it counts; null for everywhere.")
    def location(self, info: Info) -> Location | None:
        slug, context = self.row.location, info.context
        if slug is None:
            return None
        return resolve_loaded(context.load.locations, slug, lambda row: Location.of(row, context))

    @classmethod
    def of(cls, row: BlockedTimeRow, context: Context) -> Self:
        return cls(
            id=global_id("BlockedTime", row.id),
            row=row,
            starts_at=context.in_clinic_time(row.starts_at),
            ends_at=context.in_clinic_time(row.ends_at),
            label=row.label,
            kind=row.kind,
            is_recurring=row.series is not None,
        )


@strawberry.type(description="Hours of a practitioner on one day besides the weekly ones.")
class ExtraHours(DeskTime):
    @strawberry.field(description="The location where the practitioner works then.")
    def location(self, info: Info) -> Location:
        slug, context = self.row.location, info.context
        assert slug is not None
        return resolve_loaded(context.load.locations, slug, lambda row: Location.of(row, context))

    @classmethod
    def of(cls, row: ExtraHoursRow, context: Context) -> Self:
        return cls(
            id=global_id("ExtraHours", row.id),
            row=row,
            starts_at=context.in_clinic_time(row.starts_at),
            ends_at=context.in_clinic_time(row.ends_at),
            label=row.label,
        )


@problem(
    errors.AppointmentsInside,
    "Visits are booked inside: nothing was changed. `overAppointments` goes on all the same.",
)
class AppointmentsInside(Problem):
    @strawberry.field(description="The visits inside that are still to come, in order of time.")
    async def appointments(self, info: Info) -> list[Appointment]:
        async with info.context.database.read() as session:
            rows = await appointments_by_id(session, self.error.appointments)
        return [Appointment.of(row) for row in rows]
