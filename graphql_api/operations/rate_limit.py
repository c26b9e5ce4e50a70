"""How much the caller may still ask for."""

from datetime import datetime, timedelta

import strawberry

from graphql_api.resolvers.context import Info
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.limits import MAX_COST


@strawberry.type(
    description="What the caller may spend. Points come back steadily, until all are there again."
)
class RateLimit:
    cost: int = strawberry.field(description=f"What this request costs; {MAX_COST} at most.")
    limit: int = strawberry.field(description="How many points there are in all.")
    remaining: int = strawberry.field(description="How many are left.")
    reset_at: datetime = strawberry.field(description="When all of them are there again.")


@strawberry.type
class RateLimitQueries:
    @strawberry.field(description="What the caller may still ask for, this request paid.")
    def rate_limit(self, info: Info) -> RateLimit | None:
        context = info.context
        meter = context.internals.budgets.points
        reset_at = context.now + timedelta(seconds=meter.full_in)
        return RateLimit(
            cost=meter.cost,
            limit=meter.most,
            remaining=meter.remaining,
            reset_at=context.in_clinic_time(reset_at),
        )


part = SchemaPart(query=RateLimitQueries)
