"""Keeping a time for a few minutes, and giving it back."""

from datetime import datetime
from typing import Annotated

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from booking.hold import HoldRequest, hold_slot, release_hold
from booking.storage import tables
from graphql_api.context import Info
from graphql_api.extending import Feature
from graphql_api.ids import key_of
from graphql_api.problems import IDEMPOTENCY_KEY, Problem, attempt
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


@strawberry.type(description="The hold, or why there is none.")
class HoldSlotPayload:
    hold: Hold | None = strawberry.field(description="The hold; null when it was refused.")
    hold_token: str | None = strawberry.field(
        description="The secret that books or releases the hold. It is told only here."
    )
    problems: list[Problem] = strawberry.field(description="Why it was refused; empty when it was not.")


@strawberry.input(description="The hold to give up.")
class ReleaseHoldInput:
    hold_token: str = strawberry.field(description="Its secret.")


@strawberry.type(description="What became of the hold.")
class ReleaseHoldPayload:
    released: bool = strawberry.field(description="Whether there was anything to give up.")
    problems: list[Problem] = strawberry.field(description="Always empty so far.")


@strawberry.type
class HoldMutations:
    @strawberry.mutation(
        description=(
            "Keep an open slot for a few minutes, so that nobody takes it while the form is filled in."
        )
    )
    async def hold_slot(
        self,
        info: Info,
        input: Annotated[HoldSlotInput, strawberry.argument(description="The time to hold.")],
    ) -> HoldSlotPayload | None:
        async def work(session: AsyncSession) -> tuple[tables.Hold, str]:
            who, where = input.practitioner_id, input.location_id
            request = HoldRequest(
                service=key_of(input.service_id, "Service", "serviceId"),
                starts_at=input.starts_at,
                practitioner=who and key_of(who, "Practitioner", "practitionerId"),
                location=where and key_of(where, "Location", "locationId"),
                idempotency_key=input.idempotency_key,
            )
            return await hold_slot(session, request, now=info.context.now)

        held, problems = await attempt(info.context, work)
        if held is None:
            return HoldSlotPayload(hold=None, hold_token=None, problems=problems)
        hold, token = held
        return HoldSlotPayload(hold=Hold.of(hold), hold_token=token, problems=[])

    @strawberry.mutation(description="Give up a hold early. Repeating it does no harm.")
    async def release_hold(
        self, info: Info, input: Annotated[ReleaseHoldInput, strawberry.argument(description="The hold.")]
    ) -> ReleaseHoldPayload | None:
        released, problems = await attempt(
            info.context, lambda session: release_hold(session, input.hold_token, now=info.context.now)
        )
        return ReleaseHoldPayload(released=bool(released), problems=problems)


feature = Feature(name="holds", mutation=HoldMutations)
