"""A feature's resolver that fails or hangs makes its own field null; the rest of the answer arrives."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from booking.domain.errors import BookingError
from booking.extensions.isolation import exceptions_only, in_own_task
from graphql_api.context.context import Context, NodeLookup

FIELD_TIMEOUT = timedelta(seconds=2)
"""For the awaits of a field; a computation without an await can't be interrupted."""
MUTATION_TIMEOUT = timedelta(seconds=20)
"""For a mutation, which may call another system: cut short, it may leave behind what it has committed."""

FEATURE_REFUSED = "FEATURE_REFUSED"
"""The code of a GraphQLError that a feature raised without one."""

Owners = Mapping[str, str]
"""The names of features by the coordinate of the field that each resolves: `Service.aftercareAdvice`."""


def isolate_resolvers(schema: GraphQLSchema, owners: Owners) -> None:
    for kind in schema.type_map.values():
        for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
            if feature := owners.get(f"{kind.name}.{name}"):
                limit = MUTATION_TIMEOUT if kind is schema.mutation_type else FIELD_TIMEOUT
                field.resolve = field.resolve and _isolated(field.resolve, feature, limit)
                field.subscribe = field.subscribe and _isolated(field.subscribe, feature, limit)


def _isolated(resolve: Callable[..., Any], feature: str, limit: timedelta) -> Callable[..., Any]:
    @wraps(resolve)
    def isolated(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        # Recorded before the resolver can fail. Errors in its result are found later, at this path.
        info.context.internals.feature_by_path[tuple(info.path.as_list())] = feature
        with exceptions_only(), _refusals_coded(feature):
            result = resolve(source, info, **arguments)
            if info.is_awaitable(result):
                return _await_isolated(result, feature, limit)
            return _checked(result, feature)

    return isolated


async def _await_isolated(result: Awaitable[Any], feature: str, limit: timedelta) -> Any:
    with _refusals_coded(feature):
        return _checked(await in_own_task(result, limit), feature)


def _checked(result: Any, feature: str) -> Any:
    if isinstance(result, Exception):  # GraphQL's way to answer with an error without raising it
        raise result
    if isinstance(result, Generator):
        raise TypeError("a list was to be answered, not what may never end")
    return _isolated_stream(result, feature) if isinstance(result, AsyncGenerator) else result


async def _isolated_stream(stream: AsyncGenerator[Any], feature: str) -> AsyncGenerator[Any]:
    with exceptions_only(), _refusals_coded(feature):
        async with aclosing(stream):
            async for item in stream:
                yield item


@contextmanager
def _refusals_coded(feature: str) -> Iterator[None]:
    """A GraphQLError of the feature's own code, a permission's too, is meant for the caller: give it a code.

    A value of another type than its field's is a GraphQLError too, but graphql-core's own, raised later.
    """
    try:
        yield
    except GraphQLError as refusal:
        refusal.extensions = {"code": FEATURE_REFUSED, "feature": feature, **(refusal.extensions or {})}
        raise


class FeatureFailed(Exception):
    """A feature's node look-up failed: the path leads to a field of the core's, so this names the feature."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


def isolated_lookup(lookup: NodeLookup, kind: str, feature: str) -> NodeLookup:
    """A look-up that returns an object of that GraphQL type or None.

    Raises:
        BookingError, GraphQLError: the feature refuses.
        FeatureFailed: it failed, took longer than FIELD_TIMEOUT, or returned another type.
    """

    async def isolated(key: str, context: Context) -> Any:
        try:
            with _refusals_coded(feature):
                node = await in_own_task(lookup(key, context), FIELD_TIMEOUT)
            if node is not None and node.__strawberry_definition__.name != kind:
                raise TypeError(f"it answered no {kind}: {type(node).__name__}")
        except (BookingError, GraphQLError):
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
