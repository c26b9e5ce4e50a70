"""Booking: held times become appointments."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import strawberry

from booking.appointments.book import Booking, BookingRequest, book
from booking.appointments.checks.fresh_calendars import ask_before_booking
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.rate_limiting import one_booking
from graphql_api.operations.mutation import run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import BOOK
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.payload import IDEMPOTENCY_KEY, Payload
from graphql_api.types.problems import Problem
from graphql_api.types.relay import key_from_optional_id

PATIENT_NOTE = (
    "What the practitioner should know, in up to 500 characters. Stored encrypted, shown to the staff alone, "
    "and in no mail, calendar or webhook."
)


@strawberry.input(description="The patient's details. The server checks each of them.")
class PatientInput:
    name: str = strawberry.field(description="The patient's name.")
    email: str = strawberry.field(description="The patient's e-mail address.")
    phone: str = strawberry.field(
        description="A phone number in any style; without a country code it is of the clinic's country."
    )
    contact_name: str | None = strawberry.field(
        default=None,
        description=(
            "The name of the person whom `email` and `phone` reach, where that isn't the patient: a parent, "
            "somebody who cares for them."
        ),
    )


@strawberry.input
class BookInput:
    patient: PatientInput = strawberry.field(description="The patient.")
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list, description="One answer to each of the service's `screeningQuestions`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
    consent_text_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "The `clinic.consentText` that the patient has read and agreed to; required where there is one."
        ),
    )
    note: str | None = strawberry.field(default=None, description=PATIENT_NOTE)


@strawberry.input(description="The hold to book, and the patient.")
class BookAppointmentInput(BookInput):
    hold_token: str = strawberry.field(description="The secret of the hold.")


@strawberry.type(description="The appointment, or why there is none.")
class BookAppointmentPayload(Payload):
    appointment: Appointment | None = strawberry.field(
        default=None, description="The appointment; null when it was refused."
    )
    manage_token: str | None = strawberry.field(
        default=None,
        description=(
            "The secret of the patient's link `/manage#<manageToken>`. Only this answer holds it; null where "
            "`correctEmail` has replaced it since."
        ),
    )


@strawberry.input(description="The holds to book as one course, and the patient.")
class BookCourseInput(BookInput):
    hold_tokens: list[str] = strawberry.field(
        description="The secrets of the holds: one for each of its `visits`, all with one practitioner."
    )


@strawberry.type(description="The course, or why there is none.")
class BookCoursePayload(Payload):
    course: Course | None = strawberry.field(
        default=None, description="The course; null when it was refused."
    )
    manage_token: str | None = strawberry.field(
        default=None,
        description=(
            "The secret of its one link `/manage#<manageToken>`. Only this answer holds it; null where "
            "`correctEmail` has replaced it since."
        ),
    )


async def _book(
    context: Context, hold_tokens: Sequence[str], input: BookInput, *, as_course: bool
) -> tuple[Booking | None, list[Problem]]:
    async def work(session: BookingSession) -> Booking:
        request = BookingRequest(
            hold_tokens=hold_tokens,
            as_course=as_course,
            name=input.patient.name,
            email=input.patient.email,
            phone=input.patient.phone,
            answers=answers_by_slug(input.screening),
            language=context.language,
            booked_by=context.viewer.key,
            idempotency_key=input.idempotency_key,
            consent_text=key_from_optional_id(input.consent_text_id, "ConsentText", "consentTextId"),
            answered_again=context.internals.budgets.screening.was_refused,
            contact_name=input.patient.contact_name or "",
            note=input.note or "",
        )
        with one_booking(context.internals.budgets.bookings) as count:
            actor = context.internals.actor
            return await book(session, request, actor=actor, now=context.now, count=count)

    return await run_mutation(context, work, turn=_after_asking(context, hold_tokens))


@asynccontextmanager
async def _after_asking(context: Context, hold_tokens: Sequence[str]) -> AsyncIterator[None]:
    await ask_before_booking(context.database, hold_tokens, now=context.now)
    yield


@strawberry.type
class BookingMutations:
    @strawberry.mutation(
        description=(
            "Turn a hold into an appointment. Repeating it with the same hold token answers with the same "
            "appointment, so a lost reply does no harm."
        ),
        directives=[BOOK],
    )
    async def book_appointment(
        self, info: Info, input: Annotated[BookAppointmentInput, argument("The hold and the patient.")]
    ) -> BookAppointmentPayload | None:
        booking, problems = await _book(info.context, [input.hold_token], input, as_course=False)
        if booking is None:
            return BookAppointmentPayload(problems=problems)
        appointment = Appointment.of(booking.appointments[0], booking.manage_token)
        return BookAppointmentPayload(appointment=appointment, manage_token=booking.manage_token)

    @strawberry.mutation(
        description=(
            "Turn holds into a course of visits, all or none. Repeating it with the same hold tokens answers "
            "with the same course."
        ),
        directives=[BOOK],
    )
    async def book_course(
        self, info: Info, input: Annotated[BookCourseInput, argument("The holds and the patient.")]
    ) -> BookCoursePayload | None:
        booking, problems = await _book(info.context, input.hold_tokens, input, as_course=True)
        if booking is None or booking.course is None:
            return BookCoursePayload(problems=problems)
        return BookCoursePayload(
            course=Course.of(booking.course.id, booking.manage_token), manage_token=booking.manage_token
        )


part = SchemaPart(mutation=BookingMutations)
