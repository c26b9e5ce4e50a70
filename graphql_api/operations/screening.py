"""Screening: the answers are judged before the patient types any details."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from booking.appointments.checks.screening import check_screening
from booking.catalogue.lookup import listed_service
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.screening import Answer
from booking.storage.session import BookingSession
from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.mutation import run_mutation
from graphql_api.security.viewer import BOOK
from graphql_api.types.payload import Payload
from graphql_api.types.problems import Problem
from graphql_api.types.relay import key_from_id

strawberry.enum(
    Answer,
    name="ScreeningAnswer",
    description="A patient's answer: `YES`, `NO`, or `UNSURE` when they don't know.",
)


@strawberry.input(description="The answer to one screening question.")
class ScreeningAnswerInput:
    question_id: strawberry.ID = strawberry.field(description="The question.")
    answer: Answer = strawberry.field(description="The answer.")


def answers_by_slug(answers: Sequence[ScreeningAnswerInput]) -> dict[str, Answer]:
    """The answers by the slug of their question.

    Raises:
        InvalidInput: an id of another type, or a question that is answered twice.
    """
    by_slug: dict[str, Answer] = {}
    for number, answer in enumerate(answers):
        path = ("screening", str(number), "questionId")
        slug = key_from_id(answer.question_id, "ScreeningQuestion", *path)
        if slug in by_slug:
            raise InvalidInput("This question is answered twice.", path=path, code=InvalidInputCode.CONFLICT)
        by_slug[slug] = answer.answer
    return by_slug


@strawberry.input(description="The answers to judge.")
class CheckScreeningInput:
    service_id: strawberry.ID = strawberry.field(description="The service that is to be booked.")
    screening: list[ScreeningAnswerInput] = strawberry.field(
        description="One answer to each of the service's `screeningQuestions`."
    )


@strawberry.type(description="Whether the answers allow the visit to be booked online.")
class CheckScreeningPayload(Payload):
    cleared: bool = strawberry.field(description="Whether it can be booked online.")
    problems: list[Problem] = strawberry.field(
        default_factory=list, description="Missing answers, or `CallTheClinic`; empty when cleared."
    )


@strawberry.type
class ScreeningMutations:
    @strawberry.mutation(
        description=(
            "Judge screening answers before the details are asked for. Nothing is stored; it is a mutation "
            "so that no answer gets into a URL or a cache. Booking judges the same answers again."
        ),
        directives=[BOOK],
    )
    async def check_screening(
        self, info: Info, input: Annotated[CheckScreeningInput, argument("The answers.")]
    ) -> CheckScreeningPayload | None:
        async def work(session: BookingSession) -> None:
            service = await listed_service(session, key_from_id(input.service_id, "Service", "serviceId"))
            await check_screening(session, service.slug, answers_by_slug(input.screening))

        _, problems = await run_mutation(info.context, work)
        return CheckScreeningPayload(cleared=not problems, problems=problems)


part = SchemaPart(mutation=ScreeningMutations)
