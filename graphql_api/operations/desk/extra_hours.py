"""Adding extra hours of a practitioner and removing them, as staff do."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.appointments.blocked_time.coming import standing_extra_hours
from booking.appointments.blocked_time.extra_hours import RemovedHours, add_extra_hours, remove_extra_hours
from booking.domain.errors import AppointmentsInside, BookingError
from booking.scheduling.blocked_time import ExtraHoursRequest
from booking.storage.models.desk.blocked_time import ExtraHours as ExtraHoursRow
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.desk.appointments import desk_actor
from graphql_api.operations.desk.blocked_time import OVER_APPOINTMENTS
from graphql_api.operations.mutation import run_mutation
from graphql_api.security.viewer import DESK_MANAGE, DESK_READ
from graphql_api.types.desk.blocked_time import ExtraHours
from graphql_api.types.payload import Payload
from graphql_api.types.relay import key_from_id, uuid_from_id


@strawberry.input(description="The hours to add.")
class AddExtraHoursInput:
    practitioner_id: strawberry.ID = strawberry.field(description="The practitioner.")
    location_id: strawberry.ID = strawberry.field(description="The location.")
    starts_at: datetime = strawberry.field(description="When they start, in steps of five minutes.")
    ends_at: datetime = strawberry.field(description="When they end; a day later at most.")
    label: str = strawberry.field(default="", description="Up to 60 characters for the team.")


@strawberry.type(description="The hours, or why they were not added.")
class AddExtraHoursPayload(Payload):
    extra_hours: ExtraHours | None = strawberry.field(
        default=None, description="The hours; null when they were refused."
    )


@strawberry.input(description="The hours to remove.")
class RemoveExtraHoursInput:
    extra_hours_id: strawberry.ID = strawberry.field(description="The hours.")
    over_appointments: bool = strawberry.field(default=False, description=OVER_APPOINTMENTS)


@strawberry.type(description="What was removed, or why nothing was.")
class RemoveExtraHoursPayload(Payload):
    removed_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id of the removed hours; null when it was refused."
    )


@strawberry.type
class ExtraHoursMutations:
    @strawberry.mutation(
        description=(
            "Let visits be booked in hours that are closed, also on a closed day; never inside blocked time "
            "or time off."
        ),
        directives=[DESK_MANAGE],
    )
    async def add_extra_hours(
        self, info: Info, input: Annotated[AddExtraHoursInput, argument("The hours to add.")]
    ) -> AddExtraHoursPayload | None:
        context = info.context

        async def work(session: BookingSession) -> ExtraHoursRow:
            request = ExtraHoursRequest(
                key_from_id(input.practitioner_id, "Practitioner", "practitionerId"),
                key_from_id(input.location_id, "Location", "locationId"),
                input.starts_at,
                input.ends_at,
                input.label,
            )
            return await add_extra_hours(session, request, actor=desk_actor(context), now=context.now)

        row, problems = await run_mutation(context, work)
        shown = ExtraHours.of(row, context) if row else None
        return AddExtraHoursPayload(extra_hours=shown, problems=problems)

    @strawberry.mutation(
        description="Remove extra hours. Visits in them stay booked.", directives=[DESK_MANAGE]
    )
    async def remove_extra_hours(
        self, info: Info, input: Annotated[RemoveExtraHoursInput, argument("The hours.")]
    ) -> RemoveExtraHoursPayload | None:
        context = info.context

        async def work(session: BookingSession) -> RemovedHours:
            outcome = await remove_extra_hours(
                session,
                uuid_from_id(input.extra_hours_id, "ExtraHours", "extraHoursId"),
                actor=desk_actor(context),
                now=context.now,
                over_visits=input.over_appointments,
            )
            if not outcome.is_removed:
                raise AppointmentsInside(appointments=outcome.visits)
            return outcome

        outcome, problems = await run_mutation(context, work)
        return RemoveExtraHoursPayload(
            removed_id=input.extra_hours_id if outcome else None, problems=problems
        )


async def extra_hours_by_key(key: str, context: Context) -> ExtraHours | None:
    try:
        async with context.database.read() as session:
            return ExtraHours.of(await standing_extra_hours(session, UUID(key)), context)
    except (BookingError, ValueError):
        return None


part = SchemaPart(
    mutation=ExtraHoursMutations, nodes={"ExtraHours": extra_hours_by_key}, node_scope=DESK_READ
)
