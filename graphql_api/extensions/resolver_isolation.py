"""What a feature's code may spoil: its own field, within its time. All else arrives."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from booking.domain.errors import BookingError
from booking.extensions.isolation import exceptions_only, in_own_task
from graphql_api.resolvers.context import Context, NodeLookup

FIELD_TIMEOUT = timedelta(seconds=2)
"""For what a field awaits; what computes without awaiting can't be interrupted."""

Owners = Mapping[str, str]
"""The features whose code stands behind fields, by coordinate (`Service.aftercareAdvice`)."""


def isolate_resolvers(schema: GraphQLSchema, owners: Owners) -> None:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if feature := owners.get(f"{kind.name}.{name}"):
                    _isolate_field(field, feature)


def _isolate_field(field: GraphQLField, feature: str) -> None:
    if field.resolve:
        field.resolve = _isolated(field.resolve, feature)
    if field.subscribe:
        field.subscribe = _isolated(field.subscribe, feature)


def _isolated(resolve: Callable[..., Any], feature: str) -> Callable[..., Any]:
    @wraps(resolve)
    def contained(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        # Noted before it can fail; also what is wrong with its answer is found later, at this path.
        info.context.feature_by_path[tuple(info.path.as_list())] = feature
        with exceptions_only():
            answer = resolve(source, info, **arguments)
        return _await_isolated(answer) if info.is_awaitable(answer) else _check_result(answer)

    return contained


async def _await_isolated(answer: Awaitable[Any]) -> Any:
    return _check_result(await in_own_task(answer, FIELD_TIMEOUT))


def _check_result(answer: Any) -> Any:
    if isinstance(answer, Generator):
        raise TypeError("a list was to be answered, not what may never end")
    return _each_item(answer) if isinstance(answer, AsyncGenerator) else answer


async def _each_item(stream: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    try:
        while True:
            try:
                with exceptions_only():
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            yield item
    finally:
        with exceptions_only():
            await stream.aclose()


class FeatureFailed(Exception):
    """Where no field of the feature's own stands for it."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


def isolated_lookup(lookup: NodeLookup, kind: str, feature: str) -> NodeLookup:
    """Answers an object of that type or None, or fails with FailedIn."""

    async def contained(key: str, context: Context) -> Any:
        try:
            found = await in_own_task(lookup(key, context), FIELD_TIMEOUT)
            if found is not None and found.__strawberry_definition__.name != kind:
                raise TypeError(f"it answered no {kind}: {type(found).__name__}")
        except BookingError:
            raise
        except Exception as reason:  # it is somebody else's code
            raise FeatureFailed(feature) from reason
        return found

    return contained


def feature_at_path(context: Context, path: list[str | int] | None) -> str | None:
    """Whose code answered there, or at what that is part of; None for the core."""
    if path is None:  # Of a subscription, which has one root; nothing else ran that far.
        return next(iter(context.feature_by_path.values()), None)
    steps = tuple(path)
    return next(
        (
            feature
            for length in range(len(steps), 0, -1)
            if (feature := context.feature_by_path.get(steps[:length]))
        ),
        None,
    )
