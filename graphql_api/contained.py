"""What a feature's code may spoil: its own field, within its time. All else arrives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from graphql_api.context import Context

FIELD_LIMIT = timedelta(seconds=2)
"""For what a field awaits; what computes without awaiting can't be interrupted."""

T = TypeVar("T")
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
        answer = resolve(source, info, **arguments)
        return _in_time(answer) if info.is_awaitable(answer) else answer

    return contained


async def _in_time(answer: Awaitable[T]) -> T:
    async with asyncio.timeout(FIELD_LIMIT.total_seconds()):
        return await answer


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
