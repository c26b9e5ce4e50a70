"""What a feature's code may spoil: its own field, within its time. All else arrives."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from booking.errors import BookingError
from booking.strangers import in_a_task_of_its_own, only_exceptions
from graphql_api.context import Context, NodeLookup

FIELD_LIMIT = timedelta(seconds=2)
"""For what a field awaits; what computes without awaiting can't be interrupted."""

Owners = Mapping[str, str]
"""The features whose code stands behind fields, by coordinate (`Service.aftercareAdvice`)."""


def contain(schema: GraphQLSchema, owners: Owners) -> None:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if feature := owners.get(f"{kind.name}.{name}"):
                    _contain(field, feature)


def _contain(field: GraphQLField, feature: str) -> None:
    if field.resolve:
        field.resolve = _contained(field.resolve, feature)
    if field.subscribe:
        field.subscribe = _contained(field.subscribe, feature)


def _contained(resolve: Callable[..., Any], feature: str) -> Callable[..., Any]:
    @wraps(resolve)
    def contained(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        # Noted before it can fail; also what is wrong with its answer is found later, at this path.
        info.context.features_at[tuple(info.path.as_list())] = feature
        with only_exceptions():
            answer = resolve(source, info, **arguments)
        return _later(answer) if info.is_awaitable(answer) else _checked(answer)

    return contained


async def _later(answer: Awaitable[Any]) -> Any:
    return _checked(await in_a_task_of_its_own(answer, FIELD_LIMIT))


def _checked(answer: Any) -> Any:
    if isinstance(answer, Generator):
        raise TypeError("a list was to be answered, not what may never end")
    return _each(answer) if isinstance(answer, AsyncGenerator) else answer


async def _each(stream: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    try:
        while True:
            try:
                with only_exceptions():
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            yield item
    finally:
        with only_exceptions():
            await stream.aclose()


class FailedIn(Exception):
    """Where no field of the feature's own stands for it."""

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


def contained_lookup(lookup: NodeLookup, kind: str, feature: str) -> NodeLookup:
    """Answers an object of that type or None, or fails with FailedIn."""

    async def contained(key: str, context: Context) -> Any:
        try:
            found = await in_a_task_of_its_own(lookup(key, context), FIELD_LIMIT)
            if found is not None and found.__strawberry_definition__.name != kind:
                raise TypeError(f"it answered no {kind}: {type(found).__name__}")
        except BookingError:
            raise
        except Exception as reason:  # it is somebody else's code
            raise FailedIn(feature) from reason
        return found

    return contained


def feature_at(context: Context, path: list[str | int] | None) -> str | None:
    """Whose code answered there, or at what that is part of; None for the core."""
    if path is None:  # Of a subscription, which has one root; nothing else ran that far.
        return next(iter(context.features_at.values()), None)
    steps = tuple(path)
    return next(
        (
            feature
            for length in range(len(steps), 0, -1)
            if (feature := context.features_at.get(steps[:length]))
        ),
        None,
    )
