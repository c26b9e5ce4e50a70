"""Turning held times into appointments."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import strawberry

from booking.appointments.book import Booking, BookingRequest, book
from booking.domain.errors import TooManyBookings
from booking.storage.session import BookingSession
from graphql_api.operations.mutation import run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.resolvers.context import Context, Info
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.viewer import BOOK
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.problems import IDEMPOTENCY_KEY, Problem


@strawberry.input(description="Who comes. Checked by the server, each detail on its own.")
class PatientInput:
    name: str = strawberry.field(description="Their name.")
    email: str = strawberry.field(description="Their e-mail address.")
    phone: str = strawberry.field(
        description="Their phone number in any style; without a country code it is of the clinic's country."
    )


@strawberry.input(description="What to book, for whom.")
class BookAppointmentInput:
    hold_token: str = strawberry.field(description="The secret of the hold.")
    patient: PatientInput = strawberry.field(description="Who comes.")
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list, description="One answer to each of the service's `screeningQuestions`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The appointment, or why there is none.")
class BookAppointmentPayload:
    appointment: Appointment | None = strawberry.field(description="The visit; null when it was refused.")
    manage_token: str | None = strawberry.field(
        description="The secret of the patient's link `/manage#<manageToken>`. It is told only here."
    )
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


@strawberry.input(description="Which visits to book as one course, for whom.")
class BookCourseInput:
    hold_tokens: list[str] = strawberry.field(
        description="The secrets of the holds: one for each of its `visits`, all with one practitioner."
    )
    patient: PatientInput = strawberry.field(description="Who comes.")
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list, description="One answer to each of the service's `screeningQuestions`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The course, or why there is none.")
class BookCoursePayload:
    course: Course | None = strawberry.field(description="The course; null when it was refused.")
    manage_token: str | None = strawberry.field(
        description="The secret of its one link `/manage#<manageToken>`. It is told only here."
    )
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


async def _book(
    context: Context,
    tokens: Sequence[str],
    patient: PatientInput,
    screening: Sequence[ScreeningAnswerInput],
    *,
    as_course: bool,
    key: str | None,
) -> tuple[Booking | None, list[Problem]]:
    async def work(session: BookingSession) -> Booking:
        request = BookingRequest(
            hold_tokens=tokens,
            as_course=as_course,
            name=patient.name,
            email=patient.email,
            phone=patient.phone,
            answers=answers_by_slug(screening),
            language=context.language,
            booked_by=context.viewer.key,
            idempotency_key=key,
        )
        if not context.internals.budgets.bookings.may(1):
            raise TooManyBookings(retry_after=timedelta(seconds=context.internals.budgets.bookings.wait))
        return await book(session, request, now=context.now)

    booking, problems = await run_mutation(context, work)
    if booking:
        context.internals.budgets.bookings.charge(1)
    return booking, problems


@strawberry.type
class BookingMutations:
    @strawberry.mutation(
        description=(
            "Turn a hold into an appointment. Repeating it with the same hold token answers with the same "
            "appointment, so a lost reply is no harm."
        ),
        directives=[BOOK],
    )
    async def book_appointment(
        self,
        info: Info,
        input: Annotated[BookAppointmentInput, strawberry.argument(description="What and who.")],
    ) -> BookAppointmentPayload | None:
        booking, problems = await _book(
            info.context,
            [input.hold_token],
            input.patient,
            input.screening,
            as_course=False,
            key=input.idempotency_key,
        )
        if booking is None:
            return BookAppointmentPayload(appointment=None, manage_token=None, problems=problems)
        return BookAppointmentPayload(
            appointment=Appointment.of(booking.appointments[0]),
            manage_token=booking.manage_token,
            problems=[],
        )

    @strawberry.mutation(
        description=(
            "Turn holds into a course of visits, all or none. Repeating it with the same hold tokens answers "
            "with the same course."
        ),
        directives=[BOOK],
    )
    async def book_course(
        self, info: Info, input: Annotated[BookCourseInput, strawberry.argument(description="What and who.")]
    ) -> BookCoursePayload | None:
        booking, problems = await _book(
            info.context,
            input.hold_tokens,
            input.patient,
            input.screening,
            as_course=True,
            key=input.idempotency_key,
        )
        if booking is None or booking.course is None:
            return BookCoursePayload(course=None, manage_token=None, problems=problems)
        return BookCoursePayload(
            course=Course.of(booking.course.id), manage_token=booking.manage_token, problems=[]
        )


part = SchemaPart(mutation=BookingMutations)
