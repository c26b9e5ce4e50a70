"""Webhook endpoints of partners, and the attempts to reach them."""

from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from booking.domain.events import EventKind
from booking.storage.models.messages.webhooks import WebhookAttempt as WebhookAttemptRow
from booking.storage.models.messages.webhooks import WebhookEndpoint as WebhookEndpointRow
from booking.webhooks.endpoints import delivery_log
from graphql_api.context.context import Context, Info
from graphql_api.types.relay import Node, global_id

MAX_ATTEMPTS = 50


@strawberry.enum(description="A kind of event that webhooks send. More kinds may come.")
class WebhookEvent(Enum):
    BOOKED = EventKind.BOOKED
    MOVED = EventKind.MOVED
    CANCELLED = EventKind.CANCELLED
    NEEDS_ATTENTION = EventKind.NEEDS_ATTENTION
    ARRIVED = EventKind.ARRIVED
    CHECKED_IN = EventKind.CHECKED_IN
    FULFILLED = EventKind.FULFILLED
    NOSHOW = EventKind.NOSHOW
    REOPENED = EventKind.REOPENED
    REMINDER_DUE = EventKind.REMINDER_DUE
    CONFIRMED = EventKind.CONFIRMED
    CATALOGUE_CHANGED = EventKind.CATALOGUE_CHANGED
    AVAILABILITY_CHANGED = EventKind.AVAILABILITY_CHANGED


@strawberry.type(description="An attempt to send an event to an endpoint.")
class WebhookAttempt:
    event_id: strawberry.ID = strawberry.field(description="The `webhook-id` of the event.")
    number: int = strawberry.field(description="1 is the first attempt for this event.")
    at: datetime = strawberry.field(description="When it was made.")
    milliseconds: int = strawberry.field(description="How long it took.")
    status: int | None = strawberry.field(description="The HTTP status; null without an answer.")
    problem: str | None = strawberry.field(description="What was wrong; null if the endpoint accepted it.")

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


@strawberry.type(description="An address of yours that receives the events of your appointments.")
class WebhookEndpoint(Node):
    row: strawberry.Private[WebhookEndpointRow]
    name: str = strawberry.field(description="Your name for it.")
    url: str = strawberry.field(description="Its address.")
    events: list[WebhookEvent] = strawberry.field(description="The kinds of events that it receives.")
    disabled_because: str | None = strawberry.field(description="Why it was disabled; null while enabled.")

    @strawberry.field(description="When it was disabled; null while it is enabled.")
    def disabled_at(self, info: Info) -> datetime | None:
        at = self.row.disabled_at
        return at and info.context.in_clinic_time(at)

    @strawberry.field(description=f"The last {MAX_ATTEMPTS} attempts, the latest first.")
    async def attempts(self, info: Info) -> list[WebhookAttempt]:
        context = info.context
        async with context.database.read() as session:
            rows = await delivery_log(session, self.row.id, limit=MAX_ATTEMPTS, key_id=self.row.key_id)
        return [WebhookAttempt.of(row, context) for row in rows]

    @classmethod
    def of(cls, row: WebhookEndpointRow) -> Self:
        return cls(
            id=global_id("WebhookEndpoint", row.id),
            row=row,
            name=row.name,
            url=row.url,
            events=[WebhookEvent(EventKind(kind)) for kind in row.kinds],
            disabled_because=row.disabled_because,
        )
