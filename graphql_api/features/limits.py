"""How much the caller may still ask for."""

from datetime import datetime, timedelta

import strawberry

from graphql_api.context import Info
from graphql_api.extending import Feature
from graphql_api.guards.limits import MOST_COST


@strawberry.type(
    description="What the caller may spend. Points come back steadily, until all are there again."
)
class RateLimit:
    cost: int = strawberry.field(description=f"What this request costs; {MOST_COST} at most.")
    limit: int = strawberry.field(description="How many points there are in all.")
    remaining: int = strawberry.field(description="How many are left.")
    reset_at: datetime = strawberry.field(description="When all of them are there again.")


@strawberry.type
class LimitQueries:
    @strawberry.field(description="What the caller may still ask for, this request paid.")
    def rate_limit(self, info: Info) -> RateLimit | None:
        context = info.context
        meter = context.meters.points
        reset_at = context.now + timedelta(seconds=meter.full_in)
        return RateLimit(
            cost=meter.cost,
            limit=meter.most,
            remaining=meter.remaining,
            reset_at=context.on_the_clinics_clock(reset_at),
        )


feature = Feature(name="limits", query=LimitQueries)
