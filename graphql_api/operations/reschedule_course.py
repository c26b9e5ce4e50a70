"""Moving visits of a course together: suggested times, and the move of all of them or none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.appointments.courses.reschedule import (
    CourseMove,
    MovedVisit,
    ask_calendars,
    reschedule_course,
)
from booking.appointments.lookup import managed_appointment
from booking.catalogue.lookup import check_practitioner
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.tokens import token_in
from booking.scheduling.course_plan import MAX_MOVE_DAYS, check_practitioner_or_any, movable_visits, plan_move
from booking.storage.queries.appointments import appointments_by_course
from booking.storage.session import BookingSession
from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.query_cost import SEARCH_WEIGHT, Cost
from graphql_api.operations.mutation import run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import MANAGE
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.payload import IDEMPOTENCY_KEY, Payload
from graphql_api.types.relay import key_from_optional_id, uuid_from_id
from graphql_api.types.slots import OpenSlot

MAX_VISITS = 100
"""More than any course has."""


@strawberry.type(description="A visit of a course that can be moved, and a suggested time for it.")
class CourseMoveSuggestion:
    appointment: Appointment = strawberry.field(description="The visit as it is booked.")
    slot: OpenSlot | None = strawberry.field(
        description="The open slot nearest to the same time of the wished day; null where none is near it."
    )


@strawberry.input(description="A visit of a course, and its new time.")
class MovedVisitInput:
    appointment_id: strawberry.ID = strawberry.field(description="The visit.")
    starts_at: datetime = strawberry.field(description="The start of an open slot of the same service.")
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new location; unless given, it stays at the same."
    )

    def moved(self, number: int) -> MovedVisit:
        path = ("visits", str(number))
        return MovedVisit(
            uuid_from_id(self.appointment_id, "Appointment", *path, "appointmentId"),
            self.starts_at,
            key_from_optional_id(self.location_id, "Location", *path, "locationId"),
        )


@strawberry.input(description="The visits of a course to move, and their new times.")
class RescheduleCourseInput:
    manage_token: str | None = strawberry.field(
        default=None,
        description="The secret of the manage link. A key needs none for what it booked.",
    )
    visits: list[MovedVisitInput] = strawberry.field(
        description="The visits to move, each once. The others of the course stay as they are."
    )
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description=(
            "The new practitioner of all visits that can still be moved; unless given, they stay with theirs."
        ),
    )
    any_practitioner: bool = strawberry.field(
        default=False,
        description=(
            "Whether they may go to any one practitioner who is free at all new times: to theirs, if they "
            "are. While others of the course could still be moved, they stay with theirs. Not together with "
            "`practitionerId`."
        ),
    )
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list,
        description=(
            "One answer to each `missing` question of `ScreeningIncomplete`, which a move is refused with "
            "where a new time is too long after the answers of the booking."
        ),
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The course with its moved visits, or why none was moved.")
class RescheduleCoursePayload(Payload):
    course: Course | None = strawberry.field(
        default=None, description="The course; null when it was refused."
    )


@strawberry.type
class CourseMoveQueries:
    @strawberry.field(
        description=(
            "Suggested times for all visits of a course that can still be moved, so many days later at the "
            "same time of the day, or as near to that as a slot is open. No slot is held by this. Empty when "
            "the link is not of a course, or no visit can be moved."
        ),
        directives=[MANAGE, Cost(weight=SEARCH_WEIGHT)],
    )
    async def course_move(
        self,
        info: Info,
        manage_token: Annotated[str, argument("The secret of the manage link.")],
        by_days: Annotated[
            int, argument(f"How many days later; negative for earlier. At most {MAX_MOVE_DAYS}.")
        ],
        practitioner_id: Annotated[
            strawberry.ID | None, argument("Another practitioner; unless given, they stay with theirs.")
        ] = None,
        any_practitioner: Annotated[
            bool,
            argument(
                "Whether they may go to any one practitioner: to whoever has a slot for most of them, "
                "nearest to their times. Not together with `practitionerId`."
            ),
        ] = False,
    ) -> list[CourseMoveSuggestion] | None:
        now = info.context.now
        check_practitioner_or_any(practitioner_id, any_practitioner)
        async with info.context.database.read() as session:
            slug = key_from_optional_id(practitioner_id, "Practitioner", "practitionerId")
            practitioner = await check_practitioner(session, slug)
            row = await managed_appointment(session, token_in(manage_token), or_next_at=now)
            if row.course is None:
                return []
            course = (await appointments_by_course(session, [row.course]))[row.course]
            visits = await movable_visits(session, course, now=now)
            slots = (
                await plan_move(
                    session, visits, by_days, practitioner, any_practitioner=any_practitioner, now=now
                )
                if visits
                else []
            )
        return [
            CourseMoveSuggestion(appointment=Appointment.of(visit), slot=OpenSlot.of(slot) if slot else None)
            for visit, slot in zip(visits, slots)
        ]


@strawberry.type
class CourseMoveMutations:
    @strawberry.mutation(
        description=(
            "Move visits of a course to other open slots: all of them, or none. Each may take the former "
            "time of another; the former times are given up with the move. The patient gets one mail."
        ),
        directives=[MANAGE],
    )
    async def reschedule_course(
        self, info: Info, input: Annotated[RescheduleCourseInput, argument("The visits and their new times.")]
    ) -> RescheduleCoursePayload | None:
        context = info.context

        def move() -> CourseMove:
            if len(input.visits) > MAX_VISITS:
                message = f"Please move {MAX_VISITS} visits at most."
                raise InvalidInput(message, path=("visits",), code=InvalidInputCode.TOO_LONG)
            return CourseMove(
                manage_token=None if input.manage_token is None else token_in(input.manage_token),
                visits=tuple(visit.moved(number) for number, visit in enumerate(input.visits)),
                practitioner=key_from_optional_id(input.practitioner_id, "Practitioner", "practitionerId"),
                any_practitioner=input.any_practitioner,
                owner=context.viewer.key,
                idempotency_key=input.idempotency_key,
                answers=answers_by_slug(input.screening),
                answered_again=context.internals.budgets.screening.was_refused,
            )

        @asynccontextmanager
        async def turn() -> AsyncIterator[None]:
            await ask_calendars(context.database, move(), now=context.now)
            yield

        async def work(session: BookingSession) -> UUID:
            return await reschedule_course(session, move(), actor=context.internals.actor, now=context.now)

        course, problems = await run_mutation(context, work, turn=turn())
        return RescheduleCoursePayload(course=Course.of(course) if course else None, problems=problems)


part = SchemaPart(query=CourseMoveQueries, mutation=CourseMoveMutations)
