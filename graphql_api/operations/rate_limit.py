"""The caller's rate limit: how many points it has left."""

from datetime import datetime, timedelta

import strawberry

from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart
from graphql_api.limits.limits import MAX_COST


@strawberry.type(
    description="The points that the caller may spend. They come back steadily, up to the limit."
)
class RateLimit:
    cost: int = strawberry.field(description=f"The cost of this request, {MAX_COST} points at most.")
    limit: int = strawberry.field(description="The number of points when none is spent.")
    remaining: int = strawberry.field(description="The number of points left.")
    reset_at: datetime = strawberry.field(description="When all points are there again.")


@strawberry.type
class RateLimitQueries:
    @strawberry.field(description="The points that the caller may still spend, this request paid.")
    def rate_limit(self, info: Info) -> RateLimit | None:
        context = info.context
        points = context.internals.budgets.points
        reset_at = context.now + timedelta(seconds=points.full_in)
        return RateLimit(
            cost=points.cost,
            limit=points.most,
            remaining=points.remaining,
            reset_at=context.in_clinic_time(reset_at),
        )


part = SchemaPart(query=RateLimitQueries)
