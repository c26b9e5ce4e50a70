"""What staff do with a visit: note what became of it, write a note, move it, cancel it."""

from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from booking.appointments.by_staff.change import ByStaff
from booking.appointments.cancel import cancel
from booking.appointments.notes import MAX_NOTE, write_note
from booking.appointments.reschedule import RescheduleRequest, reschedule
from booking.appointments.status import set_status
from booking.domain.actor import Actor
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.appointments import AppointmentStatus, CancellationReason
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.manage_appointments import AppointmentPayload
from graphql_api.operations.mutation import Work, run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import DESK_MANAGE
from graphql_api.types.appointments import Appointment
from graphql_api.types.relay import key_from_optional_id, uuid_from_id

P = TypeVar("P", bound=AppointmentPayload)

NOTIFY = (
    "Whether the patient gets a mail, if there is an address: one about the last state, some minutes later."
)


@strawberry.input
class DeskInput:
    appointment_id: strawberry.ID = strawberry.field(description="The appointment, whoever booked it.")
    version: int | None = strawberry.field(
        default=None,
        description=(
            "The `version` that you saw: what somebody has changed since is refused with "
            "`ChangedMeanwhile`. Unless given, it is changed all the same."
        ),
    )

    def key(self) -> UUID:
        return uuid_from_id(self.appointment_id, "Appointment", "appointmentId")


@strawberry.input(description="The appointment, and what became of it.")
class SetAppointmentStatusInput(DeskInput):
    status: AppointmentStatus = strawberry.field(
        description="Any but `CANCELLED`, from the day of the visit on; with `BOOKED` it is taken back."
    )


@strawberry.type(description="The appointment with its status, or why it stays as it was.")
class SetAppointmentStatusPayload(AppointmentPayload):
    pass


@strawberry.input(description="The appointment, and the note on it.")
class SetAppointmentNoteInput(DeskInput):
    text: str = strawberry.field(
        description=f"Up to {MAX_NOTE} characters for organising the visit, no health record; empty for none."
    )


@strawberry.type(description="The appointment with its note, or why it stays as it was.")
class SetAppointmentNotePayload(AppointmentPayload):
    pass


@strawberry.input(description="The appointment to move, and its new time.")
class RescheduleForPatientInput(DeskInput):
    starts_at: datetime = strawberry.field(
        description="Any time of the practitioner's hours that is not taken, in steps of five minutes."
    )
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new practitioner; unless given, it stays the same."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new location; unless given, it stays at the same."
    )
    squeeze_in: bool = strawberry.field(
        default=False,
        description="Stand beside another visit where the time is taken, marked as such.",
    )
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list,
        description=(
            "One answer to each `missing` question of `ScreeningIncomplete`, which a move is refused with "
            "where the new time is too long after the answers of the booking."
        ),
    )
    notify: bool = strawberry.field(default=True, description=NOTIFY)


@strawberry.type(description="The moved appointment, or why it was not moved.")
class RescheduleForPatientPayload(AppointmentPayload):
    pass


@strawberry.input(description="The appointment to cancel.")
class CancelForPatientInput(DeskInput):
    reason: CancellationReason = strawberry.field(description="On whose part it is cancelled.")
    notify: bool = strawberry.field(default=True, description=NOTIFY)


@strawberry.type(description="The cancelled appointment, or why it was not cancelled.")
class CancelForPatientPayload(AppointmentPayload):
    pass


def desk_actor(context: Context) -> Actor:
    """The key of the clinic's own software: nobody else has a scope of the desk."""
    actor = context.internals.actor
    assert actor is not None
    return actor


async def _changed(context: Context, work: Work[AppointmentRow], payload: type[P]) -> P:
    row, problems = await run_mutation(context, work)
    return payload(appointment=Appointment.of(row) if row else None, problems=problems)


@strawberry.type
class DeskAppointmentMutations:
    @strawberry.mutation(
        description=(
            "Note what became of a visit. It keeps its time, and the patient gets no mail. The status that "
            "it has changes nothing."
        ),
        directives=[DESK_MANAGE],
    )
    async def set_appointment_status(
        self, info: Info, input: Annotated[SetAppointmentStatusInput, argument("The status.")]
    ) -> SetAppointmentStatusPayload | None:
        context = info.context

        async def work(session: BookingSession) -> AppointmentRow:
            actor, now = desk_actor(context), context.now
            return await set_status(
                session, input.key(), input.status, version=input.version, actor=actor, now=now
            )

        return await _changed(context, work, SetAppointmentStatusPayload)

    @strawberry.mutation(
        description="Replace the desk's note on a visit. It is encrypted, and in no mail or message.",
        directives=[DESK_MANAGE],
    )
    async def set_appointment_note(
        self, info: Info, input: Annotated[SetAppointmentNoteInput, argument("The note.")]
    ) -> SetAppointmentNotePayload | None:
        context = info.context

        async def work(session: BookingSession) -> AppointmentRow:
            actor, now = desk_actor(context), context.now
            return await write_note(
                session, input.key(), input.text, version=input.version, actor=actor, now=now
            )

        return await _changed(context, work, SetAppointmentNotePayload)

    @strawberry.mutation(
        description=(
            "Move any appointment, until its day is over. Notice, horizon and the grid of starts don't bind "
            "the desk; a certificate, blocked time and a taken time do. When refused, nothing changes."
        ),
        directives=[DESK_MANAGE],
    )
    async def reschedule_for_patient(
        self, info: Info, input: Annotated[RescheduleForPatientInput, argument("The new time.")]
    ) -> RescheduleForPatientPayload | None:
        context = info.context

        async def work(session: BookingSession) -> AppointmentRow:
            request = RescheduleRequest(
                None,
                input.starts_at,
                input.key(),
                key_from_optional_id(input.practitioner_id, "Practitioner", "practitionerId"),
                key_from_optional_id(input.location_id, "Location", "locationId"),
                answers=answers_by_slug(input.screening),
                staff=ByStaff(desk_actor(context), input.version, input.notify, input.squeeze_in),
            )
            return await reschedule(session, request, now=context.now)

        return await _changed(context, work, RescheduleForPatientPayload)

    @strawberry.mutation(
        description="Cancel any appointment, until its day is over. Repeating it does no harm.",
        directives=[DESK_MANAGE],
    )
    async def cancel_for_patient(
        self, info: Info, input: Annotated[CancelForPatientInput, argument("The appointment.")]
    ) -> CancelForPatientPayload | None:
        context = info.context

        async def work(session: BookingSession) -> AppointmentRow:
            staff = ByStaff(desk_actor(context), input.version, input.notify)
            return await cancel(session, None, input.key(), staff=staff, reason=input.reason, now=context.now)

        return await _changed(context, work, CancelForPatientPayload)


part = SchemaPart(mutation=DeskAppointmentMutations)
