"""Managing appointments by the secret of their manage link, and the mail with the link."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.appointments.cancel import cancel, undo_cancellation
from booking.appointments.lookup import managed_appointment
from booking.appointments.reschedule import RescheduleRequest, reschedule, turn_to_move
from booking.domain.errors import BookingError, NotFound
from booking.domain.tokens import token_in
from booking.patients.correct_email import CorrectedBooking, Correction, correct_email
from booking.patients.lost_link import send_link_again
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.mutation import run_mutation, to_problem
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import MANAGE, READ
from graphql_api.types.appointments import Appointment
from graphql_api.types.payload import IDEMPOTENCY_KEY, Payload
from graphql_api.types.problems import Problem
from graphql_api.types.relay import key_from_optional_id, uuid_from_id


@strawberry.input
class ManageInput:
    manage_token: str | None = strawberry.field(
        default=None,
        description="The secret of the manage link. A key needs only `appointmentId` for what it booked.",
    )
    appointment_id: strawberry.ID | None = strawberry.field(
        default=None, description="The appointment; needed only where the link is for a course."
    )

    def token(self) -> str | None:
        return None if self.manage_token is None else token_in(self.manage_token)

    def appointment_key(self) -> UUID | None:
        return _optional_key(self.appointment_id, "appointmentId")


@strawberry.input(description="The appointment to move, and its new time.")
class RescheduleAppointmentInput(ManageInput):
    starts_at: datetime = strawberry.field(description="The start of an open slot of the same service.")
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new practitioner; unless given, it stays the same."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new location; unless given, it stays at the same."
    )
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list,
        description=(
            "One answer to each `missing` question of `ScreeningIncomplete`, which a move is refused with "
            "where the new time is too long after the answers of the booking."
        ),
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type
class AppointmentPayload(Payload):
    appointment: Appointment | None = strawberry.field(
        default=None, description="The appointment; null when it was refused."
    )


@strawberry.type(description="The moved appointment, or why it was not moved.")
class RescheduleAppointmentPayload(AppointmentPayload):
    pass


@strawberry.input(description="The appointment to cancel.")
class CancelAppointmentInput(ManageInput):
    pass


@strawberry.type(description="The cancelled appointment, or why it was not cancelled.")
class CancelAppointmentPayload(AppointmentPayload):
    pass


@strawberry.input(description="The appointment to book again.")
class UndoCancellationInput(ManageInput):
    pass


@strawberry.type(description="The appointment that is booked again, or why it stays cancelled.")
class UndoCancellationPayload(AppointmentPayload):
    pass


@strawberry.input(description="The booking, and the address that is right.")
class CorrectEmailInput:
    manage_token: str = strawberry.field(description="The secret of the manage link.")
    email: str = strawberry.field(description="Where mails about the booking go from now on.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Where the confirmation was sent, or why it was not.")
class CorrectEmailPayload(Payload):
    email: str | None = strawberry.field(
        default=None, description="The address as it is stored now; null when it was refused."
    )
    manage_token: str | None = strawberry.field(
        default=None,
        description="The secret that opens the booking from now on: the former one opens nothing any more.",
    )
    appointments: list[Appointment] | None = strawberry.field(
        default=None,
        description="The visits of the booking, whose calendar files have the new link; null when refused.",
    )


@strawberry.input(description="A booking, as its patient knows it.")
class SendManageLinkInput:
    reference: str = strawberry.field(description="The reference of one of its visits.")
    email: str = strawberry.field(description="The address that the booking has.")


@strawberry.type(description="The same whether there is such a booking or not.")
class SendManageLinkPayload(Payload):
    is_accepted: bool = strawberry.field(
        description="Whether the request could be read: a mail is sent if it names a booking."
    )


def _optional_key(id: str | None, *path: str) -> UUID | None:
    return None if id is None else uuid_from_id(id, "Appointment", *path)


@strawberry.type
class ManageQueries:
    @strawberry.field(
        description="The appointment of a manage link; null when the link is not valid (any more).",
        directives=[READ],
    )
    async def appointment(
        self,
        info: Info,
        manage_token: Annotated[str, argument("The secret of the manage link.")],
        id: Annotated[
            strawberry.ID | None, argument("The appointment of a course; its next one unless given.")
        ] = None,
    ) -> Appointment | None:
        context = info.context
        async with context.database.read() as session:
            try:
                appointment = await managed_appointment(
                    session, token_in(manage_token), _optional_key(id, "id"), or_next_at=context.now
                )
            except NotFound:
                return None
        return Appointment.of(appointment, token_in(manage_token))


@strawberry.type
class ManageMutations:
    @strawberry.mutation(
        description=(
            "Move an appointment to another open slot. The new time is yours before the old one is given up; "
            "when it is refused, nothing changes."
        ),
        directives=[MANAGE],
    )
    async def reschedule_appointment(
        self, info: Info, input: Annotated[RescheduleAppointmentInput, argument("The new time.")]
    ) -> RescheduleAppointmentPayload | None:
        context = info.context

        def request() -> RescheduleRequest:
            return RescheduleRequest(
                manage_token=input.token(),
                starts_at=input.starts_at,
                appointment=input.appointment_key(),
                owner=context.viewer.key,
                practitioner=key_from_optional_id(input.practitioner_id, "Practitioner", "practitionerId"),
                location=key_from_optional_id(input.location_id, "Location", "locationId"),
                idempotency_key=input.idempotency_key,
                answers=answers_by_slug(input.screening),
                answered_again=context.internals.budgets.screening.was_refused,
            )

        @asynccontextmanager
        async def turn() -> AsyncIterator[None]:
            async with turn_to_move(context.database, request(), now=context.now):
                yield

        async def work(session: BookingSession) -> AppointmentRow:
            return await reschedule(session, request(), actor=context.internals.actor, now=context.now)

        row, problems = await run_mutation(context, work, turn=turn())
        return RescheduleAppointmentPayload(
            appointment=Appointment.of(row, input.token()) if row else None, problems=problems
        )

    @strawberry.mutation(
        description="Cancel an appointment and free its time. Repeating it does no harm.", directives=[MANAGE]
    )
    async def cancel_appointment(
        self, info: Info, input: Annotated[CancelAppointmentInput, argument("The appointment.")]
    ) -> CancelAppointmentPayload | None:
        appointment, problems = await _change(cancel, input, info.context)
        return CancelAppointmentPayload(appointment=appointment, problems=problems)

    @strawberry.mutation(
        description=(
            "Book an appointment again that its patient cancelled a short while ago (`undoDeadline`), if its "
            "time is still free. Repeating it does no harm."
        ),
        directives=[MANAGE],
    )
    async def undo_cancellation(
        self, info: Info, input: Annotated[UndoCancellationInput, argument("The appointment.")]
    ) -> UndoCancellationPayload | None:
        appointment, problems = await _change(undo_cancellation, input, info.context)
        return UndoCancellationPayload(appointment=appointment, problems=problems)

    @strawberry.mutation(
        description=(
            "Correct the e-mail address of a booking, and send its confirmation there, with a new link: the "
            "former links open nothing any more. Nobody is told at the former address. It works three times."
        ),
        directives=[MANAGE],
    )
    async def correct_email(
        self, info: Info, input: Annotated[CorrectEmailInput, argument("The right address.")]
    ) -> CorrectEmailPayload | None:
        context = info.context

        async def work(session: BookingSession) -> CorrectedBooking:
            return await correct_email(
                session,
                Correction(token_in(input.manage_token), input.email, input.idempotency_key),
                source=context.internals.client_address,
                actor=context.internals.actor,
                now=context.now,
            )

        booking, problems = await run_mutation(context, work)
        if booking is None:
            return CorrectEmailPayload(problems=problems)
        return CorrectEmailPayload(
            email=booking.email,
            manage_token=booking.manage_token,
            appointments=[Appointment.of(row, booking.manage_token) for row in booking.appointments],
        )

    @strawberry.mutation(
        description=(
            "Mail a manage link to who has lost it. The answer is the same, and takes as long, whether there "
            "is such a booking or not; three mails a day are sent about one visit at most."
        ),
        directives=[MANAGE],
    )
    async def send_manage_link(
        self, info: Info, input: Annotated[SendManageLinkInput, argument("The booking.")]
    ) -> SendManageLinkPayload | None:
        context, internals = info.context, info.context.internals
        try:
            await send_link_again(
                context.database,
                input.reference,
                input.email,
                source=internals.client_address,
                clock=internals.clock,
            )
        except BookingError as refusal:
            return SendManageLinkPayload(is_accepted=False, problems=[to_problem(refusal, context)])
        return SendManageLinkPayload(is_accepted=True)


async def _change(
    use_case: Callable[..., Awaitable[AppointmentRow]], input: ManageInput, context: Context
) -> tuple[Appointment | None, list[Problem]]:
    """Cancel the appointment of the input, or book it again; or why not."""

    async def work(session: BookingSession) -> AppointmentRow:
        return await use_case(
            session,
            input.token(),
            input.appointment_key(),
            owner=context.viewer.key,
            actor=context.internals.actor,
            now=context.now,
        )

    row, problems = await run_mutation(context, work)
    return Appointment.of(row, input.token()) if row else None, problems


part = SchemaPart(query=ManageQueries, mutation=ManageMutations)
