"""Webhook endpoints of the partner whose key is used: adding, changing, removing, replaying."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from booking.domain.errors import BookingError, InvalidInput, InvalidInputCode, NotFound
from booking.domain.events import APPOINTMENT_EVENTS
from booking.storage.models.messages.webhooks import WebhookEndpoint as WebhookEndpointRow
from booking.storage.queries.messages.webhooks import endpoints_of_key
from booking.storage.session import BookingSession
from booking.webhooks.endpoints import (
    add_endpoint,
    disable_endpoint,
    enable_endpoint,
    get_endpoint,
    remove_endpoint,
    replay_event,
    replay_since,
    rotate_secret,
)
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.operations.mutation import Work, run_mutation, to_problem
from graphql_api.security.viewer import WEBHOOKS, forbidden
from graphql_api.types.payload import Payload
from graphql_api.types.relay import key_from_id
from graphql_api.types.webhooks import WebhookEndpoint, WebhookEvent


@strawberry.input(description="The new endpoint.")
class AddWebhookEndpointInput:
    url: str = strawberry.field(description="An HTTPS address that the whole internet can reach.")
    name: str = strawberry.field(description="Your name for it.")
    events: list[WebhookEvent] | None = strawberry.field(
        default=None, description="All about appointments, unless given."
    )


@strawberry.type(description="The endpoint, or why there is none.")
class AddWebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(default=None, description="Null when it was refused.")
    secret: str | None = strawberry.field(
        default=None, description="The secret that signs the requests. Only this answer holds it."
    )


@strawberry.input(description="The endpoint to work on.")
class WebhookEndpointInput:
    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint's id.")

    def key(self) -> str:
        return key_from_id(self.endpoint_id, "WebhookEndpoint", "endpointId")


@strawberry.type(description="The changed endpoint, or why it was not changed.")
class WebhookEndpointPayload(Payload):
    endpoint: WebhookEndpoint | None = strawberry.field(
        default=None, description="Null when it was refused or removed."
    )


@strawberry.type(description="The new secret, or why the old one stays.")
class RotateWebhookSecretPayload(Payload):
    secret: str | None = strawberry.field(
        description="It signs from now on, for seven days beside the old one. Only this answer holds it."
    )


@strawberry.input(description="The events to send again: one of them, or all since a time.")
class ReplayWebhooksInput(WebhookEndpointInput):
    event_id: strawberry.ID | None = strawberry.field(
        default=None, description="The `webhook-id` of an event; or else `since`."
    )
    since: datetime | None = strawberry.field(
        default=None,
        description="All events from then on, as far as the clinic keeps them: 30 days, or as it says.",
    )


@strawberry.type(description="How many events will be sent again.")
class ReplayWebhooksPayload(Payload):
    count: int = strawberry.field(description="The number of events.")


def _owner(context: Context) -> str:
    """The key that owns the endpoints. A caller without a key would see the endpoints of all partners."""
    if context.viewer.key is None:
        raise forbidden(WEBHOOKS)
    return context.viewer.key


@strawberry.type
class WebhookQueries:
    @strawberry.field(description="Your endpoints, 20 at most.", directives=[WEBHOOKS])
    async def webhook_endpoints(self, info: Info) -> list[WebhookEndpoint] | None:
        async with info.context.database.read() as session:
            rows = await endpoints_of_key(session, _owner(info.context))
        return [WebhookEndpoint.of(row) for row in rows]


Endpoint = Annotated[WebhookEndpointInput, argument("The endpoint.")]


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(
        description="Receive the events of appointments that you book, from now on.", directives=[WEBHOOKS]
    )
    async def add_webhook_endpoint(
        self, info: Info, input: Annotated[AddWebhookEndpointInput, argument("The new endpoint.")]
    ) -> AddWebhookEndpointPayload | None:
        context = info.context

        async def work(session: BookingSession) -> tuple[WebhookEndpointRow, str]:
            kinds = APPOINTMENT_EVENTS if input.events is None else [each.value for each in input.events]
            owner = _owner(context)
            return await add_endpoint(session, input.url, input.name, kinds, key_id=owner, now=context.now)

        try:
            # Outside the transaction: the check waits for DNS.
            await context.internals.check_webhook_url(input.url)
        except BookingError as refusal:
            return AddWebhookEndpointPayload(problems=[to_problem(refusal, context)])
        added, problems = await run_mutation(context, work)
        if added is None:
            return AddWebhookEndpointPayload(problems=problems)
        return AddWebhookEndpointPayload(endpoint=WebhookEndpoint.of(added[0]), secret=added[1])

    @strawberry.mutation(description="Replace the secret that signs the requests.", directives=[WEBHOOKS])
    async def rotate_webhook_secret(self, info: Info, input: Endpoint) -> RotateWebhookSecretPayload | None:
        owner, now = _owner(info.context), info.context.now
        secret, problems = await run_mutation(
            info.context, lambda session: rotate_secret(session, input.key(), key_id=owner, now=now)
        )
        return RotateWebhookSecretPayload(secret=secret, problems=problems)

    @strawberry.mutation(description="Disable an endpoint. Repeating it does no harm.", directives=[WEBHOOKS])
    async def disable_webhook_endpoint(self, info: Info, input: Endpoint) -> WebhookEndpointPayload | None:
        owner, now = _owner(info.context), info.context.now
        return await _changed_endpoint(
            info.context, lambda session: disable_endpoint(session, input.key(), key_id=owner, now=now)
        )

    @strawberry.mutation(
        description="Enable an endpoint again. Missed events can be replayed.", directives=[WEBHOOKS]
    )
    async def enable_webhook_endpoint(self, info: Info, input: Endpoint) -> WebhookEndpointPayload | None:
        owner = _owner(info.context)
        return await _changed_endpoint(
            info.context, lambda session: enable_endpoint(session, input.key(), key_id=owner)
        )

    @strawberry.mutation(description="Remove an endpoint and its attempts.", directives=[WEBHOOKS])
    async def remove_webhook_endpoint(self, info: Info, input: Endpoint) -> WebhookEndpointPayload | None:
        owner = _owner(info.context)
        _, problems = await run_mutation(
            info.context, lambda session: remove_endpoint(session, input.key(), key_id=owner)
        )
        return WebhookEndpointPayload(problems=problems)

    @strawberry.mutation(description="Send events again that were missed.", directives=[WEBHOOKS])
    async def replay_webhooks(
        self, info: Info, input: Annotated[ReplayWebhooksInput, argument("The events.")]
    ) -> ReplayWebhooksPayload | None:
        context = info.context

        async def work(session: BookingSession) -> int:
            owner, now = _owner(context), context.now
            if input.since and not input.event_id:
                return await replay_since(session, input.key(), input.since, key_id=owner, now=now)
            if input.since or not input.event_id:
                raise InvalidInput(
                    "Please give an `eventId` or `since`, one of them.",
                    path=("eventId",),
                    code=InvalidInputCode.CONFLICT if input.since else InvalidInputCode.REQUIRED,
                )
            await replay_event(session, input.key(), _event(input.event_id), key_id=owner, now=now)
            return 1

        count, problems = await run_mutation(context, work)
        return ReplayWebhooksPayload(count=count or 0, problems=problems)


def _event(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as malformed:
        raise InvalidInput(
            "This is not the id of an event.", path=("eventId",), code=InvalidInputCode.WRONG_FORMAT
        ) from malformed


async def _changed_endpoint(context: Context, work: Work[WebhookEndpointRow]) -> WebhookEndpointPayload:
    row, problems = await run_mutation(context, work)
    return WebhookEndpointPayload(endpoint=WebhookEndpoint.of(row) if row else None, problems=problems)


async def endpoint_by_id(key: str, context: Context) -> WebhookEndpoint | None:
    async with context.database.read() as session:
        try:
            row = await get_endpoint(session, key, key_id=_owner(context))
        except NotFound:
            return None
    return WebhookEndpoint.of(row)


part = SchemaPart(
    query=WebhookQueries,
    mutation=WebhookMutations,
    nodes={"WebhookEndpoint": endpoint_by_id},
    node_scope=WEBHOOKS,
)
