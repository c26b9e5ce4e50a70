"""Holds: a slot or a course is held for a few minutes, extended and released."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

import strawberry

from booking.appointments.hold import (
    HoldRequest,
    Start,
    extend_hold,
    hold_course,
    hold_slot,
    is_repeated,
    release_hold,
    turn_to_hold,
)
from booking.appointments.idempotency import IdempotentRequest, lookup_outcome, save_outcome
from booking.domain.errors import IdempotencyKeyReused, ProofNeeded
from booking.storage.models.holds import Hold as HoldRow
from booking.storage.session import BookingSession
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.mutation import run_mutation
from graphql_api.security.viewer import BOOK
from graphql_api.types.payload import IDEMPOTENCY_KEY, Payload
from graphql_api.types.problems import Problem
from graphql_api.types.slots import Hold, SlotCriteriaInput


@strawberry.input
class HoldInput(SlotCriteriaInput):
    practitioner_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The practitioner; unless given, a free one with the fewest appointments on that day.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
    proof: str | None = strawberry.field(
        default=None, description="The solved challenge of `ProofNeeded`, where that was the answer."
    )

    def request(self, starts_at: Start) -> HoldRequest[Start]:
        """The request in the clinic's slugs.

        Raises:
            InvalidInput: an id of another type.
        """
        service, practitioner, location = self.slugs()
        return HoldRequest(service, starts_at, practitioner, location, self.idempotency_key)


@strawberry.input(description="The time to hold.")
class HoldSlotInput(HoldInput):
    starts_at: datetime = strawberry.field(description="The start of an open slot.")


@strawberry.type(description="The hold, or why there is none.")
class HoldSlotPayload(Payload):
    hold: Hold | None = strawberry.field(default=None, description="The hold; null when it was refused.")
    hold_token: str | None = strawberry.field(
        default=None,
        description="The secret that books, extends or releases the hold. Only this answer holds it.",
    )


@strawberry.input(description="The times of all visits of a course.")
class HoldCourseInput(HoldInput):
    starts_at: list[datetime] = strawberry.field(
        description="The starts of open slots, in order: one for each of the service's `visits`."
    )


@strawberry.type(description="The holds, or why there are none.")
class HoldCoursePayload(Payload):
    holds: list[Hold] | None = strawberry.field(
        default=None, description="One for each visit, in order; null when it was refused."
    )
    hold_tokens: list[str] | None = strawberry.field(
        default=None, description="Their secrets, in the same order. Only this answer holds them."
    )
    problems: list[Problem] = strawberry.field(
        default_factory=list,
        description='Why it was refused, naming the time: `["input", "startsAt", "1"]` is the second.',
    )


@strawberry.input
class HoldTokenInput:
    hold_token: str = strawberry.field(description="The secret of the hold.")


@strawberry.input(description="The hold to extend.")
class ExtendHoldInput(HoldTokenInput):
    pass


@strawberry.type(description="The extended hold, or why it was not extended.")
class ExtendHoldPayload(Payload):
    hold: Hold | None = strawberry.field(default=None, description="The hold; null when it was refused.")


@strawberry.input(description="The hold to release.")
class ReleaseHoldInput(HoldTokenInput):
    pass


@strawberry.type(description="Whether the hold was released.")
class ReleaseHoldPayload(Payload):
    released: bool = strawberry.field(description="Whether there was a hold to release.")


def _check_proof(input: HoldInput, context: Context) -> bytes | None:
    """A hash that identifies the input's proof; None while holds need no proof.

    Raises:
        ProofNeeded: no proof, a wrong one, or an old one.
    """
    proof_of_work = context.internals.proof_of_work
    if proof_of_work is None:
        return None
    checked = proof_of_work.checked(input.proof, context.now)
    if checked is None:
        raise ProofNeeded
    return checked


@asynccontextmanager
async def _turn(context: Context, input: HoldInput, starts_at: Start) -> AsyncIterator[None]:
    """The request's turn to hold its time, for which it may need a proof; a repeated request needs none.

    Raises:
        BookingError: no proof, or a time that isn't open.
    """
    try:
        _check_proof(input, context)
    except ProofNeeded:
        async with context.database.read() as session:
            if not await is_repeated(session, input.request(starts_at), now=context.now):
                raise
    async with turn_to_hold(context.database, input.request(starts_at), now=context.now):
        yield


async def _use_proof(session: BookingSession, input: HoldInput, hold: HoldRow, context: Context) -> None:
    """Use up the proof: it is good for one hold, however often that is repeated.

    Raises:
        ProofNeeded: as `_check_proof`, or the proof was used for another hold.
    """
    if hold.created_at < context.now:
        return  # A repeated request, whose first one used a proof.
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
            "Hold an open slot for a few minutes, so that it stays free while the form is filled in."
        ),
        directives=[BOOK],
    )
    async def hold_slot(
        self, info: Info, input: Annotated[HoldSlotInput, argument("The time to hold.")]
    ) -> HoldSlotPayload | None:
        context = info.context

        async def work(session: BookingSession) -> tuple[HoldRow, str]:
            request, holder = input.request(input.starts_at), context.internals.holder
            held = await hold_slot(session, request, now=context.now, holder=holder)
            await _use_proof(session, input, held[0], context)
            return held

        turn = _turn(context, input, input.starts_at)
        held, problems = await run_mutation(context, work, turn=turn)
        if held is None:
            return HoldSlotPayload(problems=problems)
        hold, token = held
        return HoldSlotPayload(hold=Hold.of(hold), hold_token=token)

    @strawberry.mutation(
        description=(
            "Hold the times of all visits of a course, with one practitioner, all or none. "
            "`courseSlots` suggests times in a rhythm."
        ),
        directives=[BOOK],
    )
    async def hold_course(
        self, info: Info, input: Annotated[HoldCourseInput, argument("The times to hold.")]
    ) -> HoldCoursePayload | None:
        context = info.context

        async def work(session: BookingSession) -> list[tuple[HoldRow, str]]:
            request, holder = input.request(tuple(input.starts_at)), context.internals.holder
            held = await hold_course(session, request, now=context.now, holder=holder)
            await _use_proof(session, input, held[0][0], context)
            return held

        turn = _turn(context, input, tuple(input.starts_at))
        held, problems = await run_mutation(context, work, turn=turn)
        if held is None:
            return HoldCoursePayload(problems=problems)
        holds, tokens = zip(*held, strict=True)
        return HoldCoursePayload(holds=[Hold.of(hold) for hold in holds], hold_tokens=list(tokens))

    @strawberry.mutation(
        description="Extend a hold by its whole length from now on. A hold is extended only once.",
        directives=[BOOK],
    )
    async def extend_hold(
        self, info: Info, input: Annotated[ExtendHoldInput, argument("The hold.")]
    ) -> ExtendHoldPayload | None:
        hold, problems = await run_mutation(
            info.context, lambda session: extend_hold(session, input.hold_token, now=info.context.now)
        )
        return ExtendHoldPayload(hold=Hold.of(hold) if hold else None, problems=problems)

    @strawberry.mutation(
        description="Release a hold before it expires. Repeating it does no harm.", directives=[BOOK]
    )
    async def release_hold(
        self, info: Info, input: Annotated[ReleaseHoldInput, argument("The hold.")]
    ) -> ReleaseHoldPayload | None:
        released, problems = await run_mutation(
            info.context, lambda session: release_hold(session, input.hold_token, now=info.context.now)
        )
        return ReleaseHoldPayload(released=bool(released), problems=problems)


part = SchemaPart(mutation=HoldMutations)
