"""Booking for a patient, as staff do by phone."""

from datetime import datetime
from typing import Annotated

import strawberry

from booking.appointments.book import Booking
from booking.appointments.by_staff.book import PhoneBookingRequest, book_by_staff, hold_by_staff
from booking.appointments.hold import HoldRequest
from booking.storage.session import BookingSession
from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.book import PATIENT_NOTE, BookAppointmentPayload
from graphql_api.operations.desk.appointments import NOTIFY, desk_actor
from graphql_api.operations.mutation import run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import DESK_MANAGE
from graphql_api.types.appointments import Appointment
from graphql_api.types.payload import IDEMPOTENCY_KEY
from graphql_api.types.relay import uuid_from_id
from graphql_api.types.slots import SlotCriteriaInput


@strawberry.input(description="The patient's details: a name, and an e-mail address or a phone number.")
class PatientByPhoneInput:
    name: str = strawberry.field(default="", description="The patient's name.")
    email: str = strawberry.field(default="", description="The patient's e-mail address.")
    phone: str = strawberry.field(
        default="",
        description="A phone number in any style; without a country code it is of the clinic's country.",
    )
    contact_name: str | None = strawberry.field(
        default=None,
        description="Whom `email` and `phone` reach, where that isn't the patient: who calls for a child.",
    )


@strawberry.input(description="The time, and the patient.")
class BookForPatientInput(SlotCriteriaInput):
    starts_at: datetime = strawberry.field(
        description="Any time of the practitioner's hours that is not taken, in steps of five minutes."
    )
    squeeze_in: bool = strawberry.field(
        default=False,
        description="Stand beside another visit where the time is taken, marked as such.",
    )
    patient_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The patient of an earlier booking, whose details stand where `patient` gives none.",
    )
    patient: PatientByPhoneInput = strawberry.field(
        default_factory=PatientByPhoneInput, description="The patient; for a regular what has changed."
    )
    language: str | None = strawberry.field(
        default=None,
        description="The language of the mails; a regular's own, or the clinic's first, unless given.",
    )
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list, description="One answer to each of the service's `screeningQuestions`."
    )
    consents: bool = strawberry.field(
        default=False, description="Whether the patient agreed to `clinic.consentText`, where there is one."
    )
    notify: bool = strawberry.field(default=True, description=NOTIFY)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
    note: str | None = strawberry.field(default=None, description=PATIENT_NOTE)


@strawberry.type(description="The appointment, or why there is none.")
class BookForPatientPayload(BookAppointmentPayload):
    pass


@strawberry.type
class DeskBookingMutations:
    @strawberry.mutation(
        description=(
            "Hold a time and book it for a patient, at once. Notice, horizon and the grid of starts don't "
            "bind the desk; a certificate, screening and a taken time do."
        ),
        directives=[DESK_MANAGE],
    )
    async def book_for_patient(
        self, info: Info, input: Annotated[BookForPatientInput, argument("The time and the patient.")]
    ) -> BookForPatientPayload | None:
        context = info.context

        async def work(session: BookingSession) -> Booking:
            service, practitioner, location = input.slugs()
            key, given = input.idempotency_key, input.patient
            wanted = HoldRequest(
                service, input.starts_at, practitioner, location, key, squeeze_in=input.squeeze_in
            )
            known = input.patient_id
            regular = None if known is None else uuid_from_id(known, "Patient", "patientId")
            answers = answers_by_slug(input.screening)
            _, token = await hold_by_staff(session, wanted, now=context.now)
            request = PhoneBookingRequest(
                [token],
                given.name,
                given.email,
                given.phone,
                input.language or "",
                answers,
                regular,
                input.consents,
                input.notify,
                key,
                given.contact_name or "",
                input.note or "",
            )
            return await book_by_staff(session, request, actor=desk_actor(context), now=context.now)

        booking, problems = await run_mutation(context, work)
        if booking is None:
            return BookForPatientPayload(problems=problems)
        appointment = Appointment.of(booking.appointments[0])
        return BookForPatientPayload(appointment=appointment, manage_token=booking.manage_token)


part = SchemaPart(mutation=DeskBookingMutations)
