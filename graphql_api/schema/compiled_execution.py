"""Objects that need no waiting are completed without ceremony: the plan is made once for a document.

A field is plain if it is an attribute, or one of our own resolvers that takes no arguments and has its
answer at once. Whatever else is asked for, and whatever goes wrong, is left to GraphQL's own execution,
which then begins anew with that object: plain fields have no effects, so nothing is done twice.

A type may say what its objects stand for (`stands_for`, a hashable value or None): that and the catalogue
are all that their plain fields are made of. Such an object is completed once for each language, until
the catalogue changes: when one slot of a hundred is booked, ninety-nine are as they were.
"""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    SelectionSetNode,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from graphql_api.security.limits import CACHED_DOCUMENTS
from graphql_api.security.viewer import RequiresScope

MAX_COMPLETED = 2_000
"""Objects that stay completed; with more, all are forgotten."""
MAX_PLANS = 8 * CACHED_DOCUMENTS
PLANS = "plain plans"
"""What a schema keeps them as."""

Get = Callable[[Any, strawberry.Info], Any]
Complete = Callable[[Any, strawberry.Info], Any]
Details = Any
"""GraphQL's list of a response name's field nodes."""


class NotCompilable(Exception):
    """A field turned out to be one that is waited for: the plan is no good."""


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """The execution that takes the short way where there is one."""

    def complete_object_value(
        self, return_type: GraphQLObjectType, field_details_list: Details, info: Any, *more: Any
    ) -> Any:
        path, result, position = more
        plans = self.schema.extensions.setdefault(PLANS, {})
        # The nodes are kept with the plan, so that their ids stay theirs.
        key = return_type.name, *(id(details.node) for details in field_details_list)
        if key not in plans:
            if len(plans) >= MAX_PLANS:
                plans.clear()
            plans[key] = field_details_list, self._plan(return_type, field_details_list)
        plan = plans[key][1]
        if plan is not None:
            try:
                return plan(result, strawberry.Info(_raw_info=info, _field=None))  # type: ignore[arg-type]
            except NotCompilable:
                plans[key] = field_details_list, None
            except Exception:  # noqa: S110  It is raised again, at its place, by what follows.
                pass
        return super().complete_object_value(return_type, field_details_list, info, path, result, position)

    def _plan(self, kind: GraphQLObjectType, asked: Details) -> Complete | None:
        """How to complete such an object; None if that is not plain."""
        nodes = [details.node for details in asked]
        seen: set[str] = set()
        if any(node.selection_set and self._depends(node.selection_set, seen) for node in nodes):
            return None
        grouped, *_ = self.collect_subfields(kind, asked)
        steps: list[tuple[str, Get, Complete]] = []
        for name, details in grouped.items():
            if details[0].node.name.value == "__typename":
                steps.append((name, lambda _source, _info: kind.name, _unchanged))
                continue
            field = kind.fields[details[0].node.name.value]
            get = _getter(field)
            complete = self._completer(field.type, details) if get else None
            if get is None or complete is None:
                return None
            steps.append((name, get, complete))
        is_one = kind.is_type_of

        def completed(source: Any, info: strawberry.Info) -> Any:
            if is_one is not None and is_one(source, info._raw_info) is not True:
                raise TypeError(f"no {kind.name}")
            return {name: complete(get(source, info), info) for name, get, complete in steps}

        return _cached(completed) if hasattr(_origin(kind), "cache_key") else completed

    def _depends(self, selections: SelectionSetNode, seen: set[str]) -> bool:
        """On variables, or may be told later: any directive at all. A fragment is read once."""
        for node in selections.selections:
            if node.directives:
                return True
            inner: SelectionSetNode | None
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                inner = None if name in seen else self.fragments[name].definition.selection_set
                seen.add(name)
            else:
                assert isinstance(node, FieldNode | InlineFragmentNode)
                inner = node.selection_set
            if inner and self._depends(inner, seen):
                return True
        return False

    def _completer(self, kind: GraphQLOutputType, asked: Details) -> Complete | None:
        if is_non_null_type(kind):
            inner = self._completer(kind.of_type, asked)
            return inner and _non_null(inner)
        if is_list_type(kind):
            inner = self._completer(kind.of_type, asked)
            return inner and _nullable(_list_of(inner))
        if is_leaf_type(kind):
            coerce = kind.coerce_output_value
            return _nullable(lambda value, _info: coerce(value))
        if is_object_type(kind):
            inner = self._plan(kind, asked)
            return inner and _nullable(inner)
        return None  # of which type it is, is only known when it is there


def _origin(kind: GraphQLObjectType) -> type | None:
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.origin if isinstance(definition, StrawberryObjectDefinition) else None


def _cached(complete: Complete) -> Complete:
    def completed(source: Any, info: strawberry.Info) -> Any:
        if source.cache_key is None:
            return complete(source, info)
        known: dict[Hashable, Any] = info.context.internals.cached_objects
        key = completed, source.cache_key
        found = known.get(key)
        if found is None:
            found = complete(source, info)
            if len(known) >= MAX_COMPLETED:
                known.clear()
            known[key] = found
        return found

    return completed


def _getter(field: GraphQLField) -> Get | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or definition.extensions:
        return None
    if any(isinstance(directive, RequiresScope) for directive in definition.directives):
        return None
    resolver = definition.base_resolver
    if resolver is None:
        get = attrgetter(definition.python_name)
        return lambda source, _info: _synchronous(get(source))
    function: Any = resolver.wrapped_func
    if resolver.is_async or definition.arguments or not function.__module__.startswith("graphql_api."):
        return None
    if "info" in function.__annotations__:
        return lambda source, info: _synchronous(function(source, info))
    return lambda source, _info: _synchronous(function(source))


def _synchronous(value: Any) -> Any:
    if hasattr(value, "__await__"):
        value.close()
        raise NotCompilable
    return value


def _unchanged(value: Any, _info: strawberry.Info) -> Any:
    return value


def _non_null(complete: Complete) -> Complete:
    def completed(value: Any, info: strawberry.Info) -> Any:
        found = complete(value, info)
        if found is None:
            raise ValueError("null where there must be something")
        return found

    return completed


def _nullable(complete: Complete) -> Complete:
    return lambda value, info: None if value is None else complete(value, info)


def _list_of(complete: Complete) -> Complete:
    def completed(values: Any, info: strawberry.Info) -> Any:
        if not isinstance(values, list):
            raise TypeError("no list")
        return [complete(value, info) for value in values]

    return completed
