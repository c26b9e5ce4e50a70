"""Where a partner hears of visits, and what came of each attempt."""

from datetime import datetime
from typing import Self

import strawberry

from booking.domain.events import EventKind
from booking.storage.models.webhooks import WebhookAttempt as WebhookAttemptRow
from booking.storage.models.webhooks import WebhookEndpoint as WebhookEndpointRow
from booking.webhooks.endpoints import delivery_log
from graphql_api.resolvers.context import Context, Info
from graphql_api.resolvers.relay import Node, global_id

LATEST = 50

strawberry.enum(
    EventKind, name="WebhookEvent", description="What a webhook can tell of. More kinds may come."
)


@strawberry.type(description="A request that was made to an endpoint, or should have been.")
class WebhookAttempt:
    event_id: strawberry.ID = strawberry.field(description="The `webhook-id` of the event.")
    number: int = strawberry.field(description="1 is the first attempt to tell of it.")
    at: datetime = strawberry.field(description="When.")
    milliseconds: int = strawberry.field(description="How long it took.")
    status: int | None = strawberry.field(description="The HTTP status; null without an answer.")
    problem: str | None = strawberry.field(description="What was wrong; null if it was taken.")

    @classmethod
    def of(cls, row: WebhookAttemptRow, context: Context) -> Self:
        return cls(
            event_id=strawberry.ID(str(row.event)),
            number=row.number,
            at=context.in_clinic_time(row.at),
            milliseconds=row.milliseconds,
            status=row.status,
            problem=row.problem,
        )


@strawberry.type(description="An address of yours that is told what happens to visits.")
class WebhookEndpoint(Node):
    row: strawberry.Private[WebhookEndpointRow]
    name: str = strawberry.field(description="What you call it.")
    url: str = strawberry.field(description="Where it is.")
    events: list[EventKind] = strawberry.field(description="What it is told of.")
    disabled_because: str | None = strawberry.field(description="Why; null while it is told.")

    @strawberry.field(description="Since when it is told nothing; null while it is.")
    def disabled_at(self, info: Info) -> datetime | None:
        at = self.row.disabled_at
        return at and info.context.in_clinic_time(at)

    @strawberry.field(description=f"What came of the last {LATEST} attempts, the latest first.")
    async def attempts(self, info: Info) -> list[WebhookAttempt]:
        context = info.context
        async with context.database.read() as session:
            found = await delivery_log(session, self.row.id, most=LATEST, key_id=self.row.key_id)
        return [WebhookAttempt.of(row, context) for row in found]

    @classmethod
    def of(cls, row: WebhookEndpointRow) -> Self:
        return cls(
            id=global_id("WebhookEndpoint", row.id),
            row=row,
            name=row.name,
            url=row.url,
            events=[EventKind(kind) for kind in row.kinds],
            disabled_because=row.disabled_because,
        )
