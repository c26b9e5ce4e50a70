"""Endpoint: executes one GraphQL operation over HTTP, and answers with the status that the draft asks for.

https://graphql.github.io/graphql-over-http/draft/
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from graphql import GraphQLError, get_operation_ast
from graphql import OperationType as GraphQLOperationType
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from booking.tracing import span
from graphql_api.context.context import Context
from graphql_api.http.cacheability import Cacheability
from graphql_api.http.content_negotiation import EVENT_STREAM, GRAPHQL_RESPONSE, media_type_of_answer
from graphql_api.http.error_response import error_response, json_bytes
from graphql_api.http.event_stream import Streams, event_stream
from graphql_api.http.monitoring.marks import INVALID, OTHER, UNNAMED, marks_of
from graphql_api.http.request import GraphQLRequest, read_request
from graphql_api.http.stopping import Stopping
from graphql_api.limits.document_facts import document_facts
from graphql_api.limits.limits import (
    CHARACTERS_PER_POINT,
    DEADLINE,
    MAX_COST_OF_REQUEST,
    MAX_POINTS_OF_TEXT,
    MAX_REQUEST_ERRORS,
)
from graphql_api.limits.rate_limiting import ClientBudget
from graphql_api.limits.secret_fields import is_about_secrets, strings_in
from graphql_api.schema.errors import rate_limited_error, show_error, shown_code
from graphql_api.schema.schema import BookingSchema
from graphql_api.security.request_error import RequestError
from graphql_api.security.trusted_documents import TrustedDocuments

RETRY_SOON = {"Retry-After": "5"}
VARY_HEADERS = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"}


class Endpoint:
    """The handler of `/graphql`: `POST`, and `GET` for queries."""

    def __init__(
        self,
        schema: BookingSchema,
        context_of: Callable[[Request], Awaitable[Context]],
        documents: TrustedDocuments,
        *,
        points_of_secret: Callable[[Iterable[str]], Awaitable[ClientBudget | None]],
        suggests: bool,
        stopping: Stopping,
    ) -> None:
        """`points_of_secret` finds a right secret among texts.

        `suggests`: an error may name a similar field, which reveals the schema."""
        self._schema = schema
        self._cacheability = Cacheability(schema.cacheable_fields, schema.uncacheable_fields)
        self._context_of = context_of
        self._documents = documents
        self._points_of_secret = points_of_secret
        self._suggests = suggests
        self._streams = Streams()
        self._stopping = stopping

    async def answer(self, request: Request) -> Response:
        marks = marks_of(request.scope)
        marks.operation = INVALID
        try:
            accept = ", ".join(request.headers.getlist("accept"))
            media_type_of_answer(accept, is_subscription=True)  # Refuses before anything is read.
            operation = await read_request(request, self._documents)
            marks.operation = self._counted_name(operation.name) if operation.name else INVALID
            context = await self._with_points(operation, await self._context_of(request))
            points = context.internals.budgets.points
            is_paid = points.charge(operation.cost + self._cost_of_document(operation.query))
            refusal = (await self._prepare(operation, context)) if is_paid else rate_limited_error(points)
            kind = media_type_of_answer(accept, is_subscription=not refusal and _is_subscription(operation))
            if refusal:
                marks.codes.add(shown_code(refusal))
                kind = GRAPHQL_RESPONSE if kind == EVENT_STREAM else kind
                return self._respond(ExecutionResult(None, [refusal]), kind, context)
            marks.operation = self._counted_name(_operation_name(operation))
            try:
                async with asyncio.timeout(DEADLINE.total_seconds()):
                    if kind == EVENT_STREAM:
                        return await self._stream(operation, context, request.method)
                    with span("operation", {"graphql.operation.name": marks.operation}) as traced:
                        result = await self._execute(operation, context, request.method)
                        traced.set("book_online.errors", len(result.errors or ()))
            except TimeoutError:
                raise RequestError(
                    503, "That took too long. Please ask again.", "TIMED_OUT", RETRY_SOON
                ) from None
        except RequestError as reason:
            marks.codes.add(reason.code or f"HTTP_{reason.status}")
            return error_response(reason)
        marks.codes |= context.internals.refusals
        marks.codes.update(shown_code(error) for error in result.errors or ())
        if not result.errors:
            facts = document_facts(operation.query).operation(operation.name)
            self._cacheability.mark(request.scope, facts, context)
        return self._respond(result, kind, context)

    async def _with_points(self, operation: GraphQLRequest, context: Context) -> Context:
        """The context; with the points of a right secret if the operation is about it and the client has few.

        A right manage link works whatever its neighbours asked for.
        """
        internals = context.internals
        if context.viewer.key or internals.budgets.points.remaining >= MAX_COST_OF_REQUEST:
            return context
        own = await self._points_of_secret(strings_in(operation.query, operation.variables))
        try:
            if own is None or not is_about_secrets(
                self._schema._schema, document_facts(operation.query).operation(operation.name)
            ):
                return context
        except GraphQLError:
            return context
        return replace(context, internals=replace(internals, budgets=replace(internals.budgets, points=own)))

    def _counted_name(self, name: str | None) -> str:
        """The names that anybody may choose are counted together."""
        if name is None:
            return UNNAMED
        return name if name in self._documents.operation_names else OTHER

    def _cost_of_document(self, text: str) -> int:
        """The points for parsing and validating a document that was not sent lately."""
        if text in self._schema.documents or self._documents.is_trusted(text):
            return 0
        return min(len(text) // CHARACTERS_PER_POINT, MAX_POINTS_OF_TEXT)

    async def _prepare(self, operation: GraphQLRequest, context: Context) -> GraphQLError | None:
        """Validate the document. The error of one that can't be parsed, or exceeds a limit of documents."""
        text = operation.query
        if text not in self._schema.documents:
            owner = None if self._documents.is_trusted(text) else context.internals.networks[-1].hash
            try:
                await self._schema.documents.prepare(text, owner)
            except GraphQLError as refusal:
                return refusal
        return None

    async def _execute(self, operation: GraphQLRequest, context: Context, method: str) -> ExecutionResult:
        try:
            return await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=context,
                allowed_operation_types=_allowed(method),
            )
        except CannotGetOperationTypeError as unknown:
            raise RequestError(400, unknown.as_http_error_reason()) from unknown
        except InvalidOperationTypeError as refused:
            if refused.operation_type is OperationType.SUBSCRIPTION:
                raise RequestError(400, f"Please accept {EVENT_STREAM} for a subscription.") from refused
            raise RequestError(405, "Please POST mutations.", headers={"Allow": "POST"}) from refused

    async def _stream(self, operation: GraphQLRequest, context: Context, method: str) -> Response:
        networks = context.internals.networks
        if not self._streams.has_room(networks):
            raise RequestError(
                429, "Too many streams are open. Please end one first.", "TOO_MANY_STREAMS", RETRY_SOON
            )
        answers = await self._schema.stream(
            operation.query,
            variable_values=operation.variables,
            operation_name=operation.name,
            context_value=context,
            allowed_operation_types=_allowed(method) | {OperationType.SUBSCRIPTION},
        )
        results = cast(AsyncGenerator[ExecutionResult], answers)  # @defer is not enabled
        first = await anext(results)
        if _is_request_error(first):
            await results.aclose()
            return self._respond(first, GRAPHQL_RESPONSE, context)

        async def body() -> AsyncIterator[str]:
            with self._streams.opened(networks):
                async with aclosing(
                    event_stream(
                        self._json(first, context).decode(),
                        self._json_of_each(results, context),
                        stopping=self._stopping,
                    )
                ) as stream:
                    async for event in stream:
                        yield event

        headers = VARY_HEADERS | context.internals.budgets.points.headers()
        headers["X-Accel-Buffering"] = "no"  # nginx passes on each event at once.
        return StreamingResponse(body(), 200, headers, media_type=EVENT_STREAM)

    async def _json_of_each(
        self, results: AsyncGenerator[ExecutionResult], context: Context
    ) -> AsyncGenerator[str]:
        async for result in results:
            yield self._json(result, context).decode()

    def _json(self, result: ExecutionResult, context: Context) -> bytes:
        answer: dict[str, Any] = {} if _is_request_error(result) else {"data": result.data}
        if result.errors:
            # A field that failed is null, and its error alone says so: of an execution all are sent.
            errors = result.errors[:MAX_REQUEST_ERRORS] if _is_request_error(result) else result.errors
            phone = {"phone": context.clinic.phone, "phoneShown": context.clinic.phone_shown}
            answer["errors"] = [show_error(error, suggests=self._suggests, phone=phone) for error in errors]
        return json_bytes(answer)

    def _respond(self, result: ExecutionResult, kind: str, context: Context) -> Response:
        if context.internals.budgets.points.wait:
            status = 429
        elif _is_request_error(result) and kind == GRAPHQL_RESPONSE:
            status = 400
        else:
            status = 200
        return Response(
            self._json(result, context),
            status,
            media_type=f"{kind}; charset=utf-8",
            headers=VARY_HEADERS | context.internals.budgets.points.headers(),
        )


def _operation_name(request: GraphQLRequest) -> str | None:
    node = get_operation_ast(document_facts(request.query).document, request.name)
    return node.name.value if node and node.name else None


def _is_subscription(request: GraphQLRequest) -> bool:
    """Whether the request names a subscription.

    Raises:
        RequestError: the document has several operations, and the request names none of them.
    """
    facts = document_facts(request.query)
    if len(facts.operations) > 1 and request.name is None:
        operations = ", ".join(each.node.name.value for each in facts.operations if each.node.name)
        raise RequestError(400, f"Please name one operation in `operationName`: {operations}.")
    node = get_operation_ast(facts.document, request.name)
    return node is not None and node.operation is GraphQLOperationType.SUBSCRIPTION


def _allowed(method: str) -> set[OperationType]:
    return {OperationType.QUERY, OperationType.MUTATION} if method == "POST" else {OperationType.QUERY}


def _is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed, so that there is no `data`."""
    return result.data is None and not any(error.path for error in result.errors or ())
