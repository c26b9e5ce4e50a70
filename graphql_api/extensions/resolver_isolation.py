"""A feature's resolver that fails or hangs makes its own field null; the rest of the answer arrives."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import aclosing
from datetime import timedelta
from functools import wraps
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from booking.domain.errors import BookingError
from booking.extensions.isolation import exceptions_only, in_own_task
from graphql_api.context.context import Context, NodeLookup

FIELD_TIMEOUT = timedelta(seconds=2)
"""For the awaits of a field; a computation without an await can't be interrupted."""

Owners = Mapping[str, str]
"""The names of features by the coordinate of the field that each resolves: `Service.aftercareAdvice`."""


def isolate_resolvers(schema: GraphQLSchema, owners: Owners) -> None:
    for kind in schema.type_map.values():
        for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
            if feature := owners.get(f"{kind.name}.{name}"):
                field.resolve = field.resolve and _isolated(field.resolve, feature)
                field.subscribe = field.subscribe and _isolated(field.subscribe, feature)


def _isolated(resolve: Callable[..., Any], feature: str) -> Callable[..., Any]:
    @wraps(resolve)
    def isolated(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        # Recorded before the resolver can fail. Errors in its result are found later, at this path.
        info.context.internals.feature_by_path[tuple(info.path.as_list())] = feature
        with exceptions_only():
            result = resolve(source, info, **arguments)
        return _await_isolated(result) if info.is_awaitable(result) else _bounded(result)

    return isolated


async def _await_isolated(result: Awaitable[Any]) -> Any:
    return _bounded(await in_own_task(result, FIELD_TIMEOUT))


def _bounded(result: Any) -> Any:
    if isinstance(result, Generator):
        raise TypeError("a list was to be answered, not what may never end")
    return _isolated_stream(result) if isinstance(result, AsyncGenerator) else result


async def _isolated_stream(stream: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    with exceptions_only():
        async with aclosing(stream):
            async for item in stream:
                yield item


class FeatureFailed(Exception):
    """A feature's node look-up failed: the path leads to a field of the core's, so this names the feature."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


def isolated_lookup(lookup: NodeLookup, kind: str, feature: str) -> NodeLookup:
    """A look-up that returns an object of that GraphQL type or None.

    Raises:
        BookingError: the feature refuses.
        FeatureFailed: it failed, took longer than FIELD_TIMEOUT, or returned another type.
    """

    async def isolated(key: str, context: Context) -> Any:
        try:
            node = await in_own_task(lookup(key, context), FIELD_TIMEOUT)
            if node is not None and node.__strawberry_definition__.name != kind:
                raise TypeError(f"it answered no {kind}: {type(node).__name__}")
        except BookingError:
            raise
        except Exception as reason:
            raise FeatureFailed(feature) from reason
        return node

    return isolated


def feature_at_path(context: Context, path: list[str | int] | None) -> str | None:
    """The feature that resolved the field at this path, or one that the field is part of; None: the core."""
    features = context.internals.feature_by_path
    if path is None:  # Of a subscription, which has one root; nothing else ran that far.
        return next(iter(features.values()), None)
    prefixes = (tuple(path[:length]) for length in range(len(path), 0, -1))
    return next((features[prefix] for prefix in prefixes if prefix in features), None)
