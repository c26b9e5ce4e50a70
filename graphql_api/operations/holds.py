"""Keeping times for a few minutes, keeping them longer, and giving them back."""

import hashlib
from datetime import datetime
from typing import Annotated, Any

import strawberry

from booking.appointments.hold import (
    HoldRequest,
    check_hold,
    extend_hold,
    hold_course,
    hold_slot,
    release_hold,
)
from booking.appointments.idempotency import IdempotentRequest, lookup_outcome, save_outcome
from booking.domain.errors import IdempotencyKeyReused, ProofNeeded
from booking.storage.models.appointments import Hold as HoldRow
from booking.storage.session import BookingSession
from graphql_api.operations.mutation import run_mutation
from graphql_api.resolvers.context import Context, Info
from graphql_api.resolvers.relay import key_from_id, key_from_optional_id
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.viewer import BOOK
from graphql_api.types.problems import IDEMPOTENCY_KEY, Problem
from graphql_api.types.slots import Hold


@strawberry.input(description="The time to hold.")
class HoldSlotInput:
    service_id: strawberry.ID = strawberry.field(description="For what.")
    starts_at: datetime = strawberry.field(description="The start of an open slot.")
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With whom; without it, with whoever is free and has the least to do that day.",
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where; anywhere unless given."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
    proof: str | None = strawberry.field(
        default=None, description="The solved challenge of `ProofNeeded`, where that was the answer."
    )


@strawberry.type(description="The hold, or why there is none.")
class HoldSlotPayload:
    hold: Hold | None = strawberry.field(description="The hold; null when it was refused.")
    hold_token: str | None = strawberry.field(
        description="The secret that books, extends or releases the hold. It is told only here."
    )
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


@strawberry.input(description="The times of all visits of a course.")
class HoldCourseInput:
    service_id: strawberry.ID = strawberry.field(description="For what.")
    starts_at: list[datetime] = strawberry.field(
        description="The starts of open slots, in order: one for each of the service's `visits`."
    )
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With whom; without it, with whoever is free each time and has the least to do at first.",
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where; anywhere unless given."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
    proof: str | None = strawberry.field(
        default=None, description="The solved challenge of `ProofNeeded`, where that was the answer."
    )


@strawberry.type(description="The holds, or why there are none.")
class HoldCoursePayload:
    holds: list[Hold] | None = strawberry.field(
        description="One for each visit, in order; null when it was refused."
    )
    hold_tokens: list[str] | None = strawberry.field(
        description="Their secrets, in the same order. They are told only here."
    )
    problems: list[Problem] = strawberry.field(
        description='Why it was refused, naming the time: `["input", "startsAt", "1"]` is the second.'
    )


@strawberry.input(description="The hold to keep longer.")
class ExtendHoldInput:
    hold_token: str = strawberry.field(description="Its secret.")


@strawberry.type(description="The hold with its new end, or why it stays as it is.")
class ExtendHoldPayload:
    hold: Hold | None = strawberry.field(description="The hold; null when it was refused.")
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


@strawberry.input(description="The hold to give up.")
class ReleaseHoldInput:
    hold_token: str = strawberry.field(description="Its secret.")


@strawberry.type(description="What became of the hold.")
class ReleaseHoldPayload:
    released: bool = strawberry.field(description="Whether there was anything to give up.")
    problems: list[Problem] = strawberry.field(description="Why it could not be looked for.")


def _wanted(input: HoldSlotInput | HoldCourseInput) -> dict[str, Any]:
    who, where = input.practitioner_id, input.location_id
    return {
        "service": key_from_id(input.service_id, "Service", "serviceId"),
        "practitioner": key_from_optional_id(who, "Practitioner", "practitionerId"),
        "location": key_from_optional_id(where, "Location", "locationId"),
        "idempotency_key": input.idempotency_key,
    }


def _check_proof(input: HoldSlotInput | HoldCourseInput, context: Context) -> bytes | None:
    """What tells the proof from all others; None where none is needed. Refuses with ProofNeeded."""
    if context.internals.proof_of_work is None:
        return None
    checked = context.internals.proof_of_work.checked(input.proof, context.now)
    if checked is None:
        raise ProofNeeded
    return checked


async def _use_proof(
    session: BookingSession, input: HoldSlotInput | HoldCourseInput, hold: HoldRow, context: Context
) -> None:
    """A proof is good for one hold, however often that is asked for. Refuses with ProofNeeded."""
    if checked := _check_proof(input, context):
        intended = IdempotentRequest(checked, hashlib.sha256(hold.id.bytes).digest())
        try:
            if await lookup_outcome(session, intended, now=context.now) is None:
                await save_outcome(session, intended, hold.id, now=context.now)
        except IdempotencyKeyReused as used:
            raise ProofNeeded from used


@strawberry.type
class HoldMutations:
    @strawberry.mutation(
        description=(
            "Keep an open slot for a few minutes, so that nobody takes it while the form is filled in."
        ),
        directives=[BOOK],
    )
    async def hold_slot(
        self,
        info: Info,
        input: Annotated[HoldSlotInput, strawberry.argument(description="The time to hold.")],
    ) -> HoldSlotPayload | None:
        def request() -> HoldRequest[datetime]:
            return HoldRequest(starts_at=input.starts_at, **_wanted(input))

        async def work(session: BookingSession) -> tuple[HoldRow, str]:
            held = await hold_slot(session, request(), now=info.context.now, by=info.context.internals.holder)
            await _use_proof(session, input, held[0], info.context)
            return held

        async def check(session: BookingSession) -> None:
            _check_proof(input, info.context)
            await check_hold(session, request(), now=info.context.now)

        held, problems = await run_mutation(info.context, work, check=check)
        if held is None:
            return HoldSlotPayload(hold=None, hold_token=None, problems=problems)
        hold, token = held
        return HoldSlotPayload(hold=Hold.of(hold), hold_token=token, problems=[])

    @strawberry.mutation(
        description=(
            "Keep the times of all visits of a course, with one practitioner, all or none. "
            "`courseSlots` suggests times in a rhythm."
        ),
        directives=[BOOK],
    )
    async def hold_course(
        self,
        info: Info,
        input: Annotated[HoldCourseInput, strawberry.argument(description="The times to hold.")],
    ) -> HoldCoursePayload | None:
        async def work(session: BookingSession) -> list[tuple[HoldRow, str]]:
            request = HoldRequest(starts_at=tuple(input.starts_at), **_wanted(input))
            held = await hold_course(session, request, now=info.context.now, by=info.context.internals.holder)
            await _use_proof(session, input, held[0][0], info.context)
            return held

        async def check(_session: BookingSession) -> None:
            _check_proof(input, info.context)

        held, problems = await run_mutation(info.context, work, check=check)
        if held is None:
            return HoldCoursePayload(holds=None, hold_tokens=None, problems=problems)
        return HoldCoursePayload(
            holds=[Hold.of(hold) for hold, _ in held], hold_tokens=[token for _, token in held], problems=[]
        )

    @strawberry.mutation(
        description="Keep a held time for the same while again, from now on. A hold is extended only once.",
        directives=[BOOK],
    )
    async def extend_hold(
        self, info: Info, input: Annotated[ExtendHoldInput, strawberry.argument(description="The hold.")]
    ) -> ExtendHoldPayload | None:
        async def work(session: BookingSession) -> HoldRow:
            return await extend_hold(session, input.hold_token, now=info.context.now)

        hold, problems = await run_mutation(info.context, work)
        return ExtendHoldPayload(hold=Hold.of(hold) if hold else None, problems=problems)

    @strawberry.mutation(
        description="Give up a hold early. Repeating it does no harm.",
        directives=[BOOK],
    )
    async def release_hold(
        self, info: Info, input: Annotated[ReleaseHoldInput, strawberry.argument(description="The hold.")]
    ) -> ReleaseHoldPayload | None:
        released, problems = await run_mutation(
            info.context, lambda session: release_hold(session, input.hold_token, now=info.context.now)
        )
        return ReleaseHoldPayload(released=bool(released), problems=problems)


part = SchemaPart(mutation=HoldMutations)
