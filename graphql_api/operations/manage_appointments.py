"""Seeing, moving and cancelling what is booked, by the secret of the manage link."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.appointments.cancel import cancel
from booking.appointments.lookup import managed_appointment
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.domain.errors import InvalidInput, NotFound
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.session import BookingSession
from graphql_api.operations.mutation import check_guess_limit, count_guess, run_mutation
from graphql_api.resolvers.context import Info
from graphql_api.resolvers.relay import key_from_id, key_from_optional_id
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.viewer import MANAGE, READ
from graphql_api.types.appointments import Appointment
from graphql_api.types.problems import IDEMPOTENCY_KEY, Problem

LINK = "The secret of the manage link. A key needs none for what it booked, but the `appointmentId`."


@strawberry.input(description="The visit to move, and where to.")
class RescheduleAppointmentInput:
    starts_at: datetime = strawberry.field(description="The start of an open slot of the same service.")
    manage_token: str | None = strawberry.field(default=None, description=LINK)
    appointment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which visit; needed only where the link is for a course."
    )
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="With whom from now on; without it, with the same person."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The moved visit, or why it stays.")
class RescheduleAppointmentPayload:
    appointment: Appointment | None = strawberry.field(description="The visit; null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


@strawberry.input(description="The visit to cancel.")
class CancelAppointmentInput:
    manage_token: str | None = strawberry.field(default=None, description=LINK)
    appointment_id: strawberry.ID | None = strawberry.field(
        default=None, description="Which visit; needed only where the link is for a course."
    )


@strawberry.type(description="The cancelled visit, or why it stands.")
class CancelAppointmentPayload:
    appointment: Appointment | None = strawberry.field(description="The visit; null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


def _uuid(id: str | None, *path: str) -> UUID | None:
    if id is None:
        return None
    try:
        return UUID(key_from_id(id, "Appointment", *path))
    except ValueError as malformed:
        raise InvalidInput("This is not the id of an Appointment.", path=path) from malformed


@strawberry.type
class ManageQueries:
    @strawberry.field(
        description="The appointment of a manage link; null when the link is not valid (any more).",
        directives=[READ],
    )
    async def appointment(
        self,
        info: Info,
        manage_token: Annotated[str, strawberry.argument(description="The secret of the manage link.")],
        id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Which visit of a course; its next one unless given."),
        ] = None,
    ) -> Appointment | None:
        context = info.context
        check_guess_limit(context)
        async with context.database.read() as session:
            try:
                visit = await managed_appointment(
                    session, manage_token, _uuid(id, "id"), or_next_at=context.now
                )
            except NotFound as unknown:
                count_guess(context, unknown)
                return None
        return Appointment.of(visit)


@strawberry.type
class ManageMutations:
    @strawberry.mutation(
        description=(
            "Move a visit to another open slot. The new time is owned before the old one is given up; "
            "refused, the visit stands as it was."
        ),
        directives=[MANAGE],
    )
    async def reschedule_appointment(
        self,
        info: Info,
        input: Annotated[RescheduleAppointmentInput, strawberry.argument(description="What and where to.")],
    ) -> RescheduleAppointmentPayload | None:
        async def work(session: BookingSession) -> AppointmentRow:
            who = input.practitioner_id
            request = RescheduleRequest(
                manage_token=input.manage_token,
                starts_at=input.starts_at,
                appointment=_uuid(input.appointment_id, "appointmentId"),
                owner=info.context.viewer.key,
                practitioner=key_from_optional_id(who, "Practitioner", "practitionerId"),
                idempotency_key=input.idempotency_key,
            )
            return await reschedule(session, request, now=info.context.now)

        visit, problems = await run_mutation(info.context, work)
        return RescheduleAppointmentPayload(
            appointment=Appointment.of(visit) if visit else None, problems=problems
        )

    @strawberry.mutation(
        description="Cancel a visit and free its time. Cancelling twice is one cancellation.",
        directives=[MANAGE],
    )
    async def cancel_appointment(
        self,
        info: Info,
        input: Annotated[CancelAppointmentInput, strawberry.argument(description="Which one.")],
    ) -> CancelAppointmentPayload | None:
        async def work(session: BookingSession) -> AppointmentRow:
            which = _uuid(input.appointment_id, "appointmentId")
            return await cancel(
                session, input.manage_token, which, owner=info.context.viewer.key, now=info.context.now
            )

        visit, problems = await run_mutation(info.context, work)
        return CancelAppointmentPayload(
            appointment=Appointment.of(visit) if visit else None, problems=problems
        )


part = SchemaPart(query=ManageQueries, mutation=ManageMutations)
