"""Compiled execution: selections whose fields are all synchronous are completed by a function of their own.

A field is compilable if it is an attribute, or a resolver of this package that takes no arguments and does
not await. GraphQL's own execution completes everything else; when a compiled selection fails, it completes
the same object again: compilable fields have no effects, so nothing is done twice.

A type may give its objects a `cache_key`, a hashable value or None: the key and the catalogue determine all
compilable fields. Such an object is completed once for each language until the catalogue changes: when one
slot of a hundred is booked, ninety-nine are as they were.

This module alone relies on internals of strawberry and graphql-core, of the versions that CHECKED_VERSIONS
names; tests/graphql_api/schema/test_compiled_execution.py fails with any other.
"""

from collections.abc import Callable, Hashable
from operator import attrgetter
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from graphql_api.limits.document_facts import ExtentCalculator
from graphql_api.limits.limits import CACHED_DOCUMENTS
from graphql_api.security.viewer import RequiresScope

CHECKED_VERSIONS = {"strawberry-graphql": ">=0.341.2,<0.342", "graphql-core": ">=3.3.2,<3.4"}
MAX_CACHED_OBJECTS = 2_000
"""Completed objects of one language; the cache is emptied when it would hold more."""
MAX_SELECTIONS = 8 * CACHED_DOCUMENTS
COMPILED_SELECTIONS = "compiled selections"
"""The key of a schema's extensions under which its compiled selections are kept."""

Get = Callable[[Any, strawberry.Info], Any]
Complete = Callable[[Any, strawberry.Info], Any]
FieldDetails = Any
"""graphql-core's list of the field nodes of one response name."""


class NotCompilable(Exception):
    """A field returned an awaitable: its selection is left to GraphQL's own execution from now on."""


class CompiledExecutionContext(StrawberryGraphQLCoreExecutionContext):
    """Completes an object by its compiled selection, where there is one."""

    def complete_object_value(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetails, info: Any, *more: Any
    ) -> Any:
        path, result, position = more
        selections = self.schema.extensions.setdefault(COMPILED_SELECTIONS, {})
        # The cache holds the nodes too, so that their ids are not given to others.
        key = return_type.name, *(id(details.node) for details in field_details_list)
        if key not in selections:
            if len(selections) >= MAX_SELECTIONS:
                selections.clear()
            has_directives = self._has_directives(field_details_list)
            complete = None if has_directives else self._compile(return_type, field_details_list)
            selections[key] = field_details_list, complete
        complete = selections[key][1]
        if complete is not None:
            try:
                return complete(result, strawberry.Info(_raw_info=info, _field=None))  # type: ignore[arg-type]
            except NotCompilable:
                selections[key] = field_details_list, None
            except Exception:  # noqa: S110  GraphQL's own execution raises it again, at its place.
                pass
        return super().complete_object_value(return_type, field_details_list, info, path, result, position)

    def _has_directives(self, field_details: FieldDetails) -> bool:
        """A directive may depend on a variable, or postpone its part of the answer."""
        extents = ExtentCalculator({name: details.definition for name, details in self.fragments.items()})
        return any(extents.of(details.node.selection_set).directives for details in field_details)

    def _compile(self, kind: GraphQLObjectType, field_details: FieldDetails) -> Complete | None:
        """A function that completes objects of this type; None for a selection that is not compilable."""
        grouped, *_ = self.collect_subfields(kind, field_details)
        fields: list[tuple[str, Get, Complete]] = []
        for response_name, details in grouped.items():
            field_name = details[0].node.name.value
            if field_name == "__typename":
                fields.append((response_name, lambda _source, _info: kind.name, _unchanged))
                continue
            field = kind.fields[field_name]
            get = _getter(field)
            complete = self._completer(field.type, details) if get else None
            if get is None or complete is None:
                return None
            fields.append((response_name, get, complete))
        is_type_of = kind.is_type_of

        def complete_object(source: Any, info: strawberry.Info) -> Any:
            if is_type_of is not None and is_type_of(source, info._raw_info) is not True:
                raise TypeError(f"no {kind.name}")
            return {name: complete(get(source, info), info) for name, get, complete in fields}

        return _cached(complete_object) if hasattr(_origin(kind), "cache_key") else complete_object

    def _completer(self, kind: GraphQLOutputType, field_details: FieldDetails) -> Complete | None:
        if is_non_null_type(kind):
            inner = self._completer(kind.of_type, field_details)
            return inner and _non_null(inner)
        if is_list_type(kind):
            inner = self._completer(kind.of_type, field_details)
            return inner and _nullable(_list_of(inner))
        if is_leaf_type(kind):
            coerce = kind.coerce_output_value
            return _nullable(lambda value, _info: coerce(value))
        if is_object_type(kind):
            inner = self._compile(kind, field_details)
            return inner and _nullable(inner)
        return None  # Only the object itself has the type that it is of an interface or union.


def _origin(kind: GraphQLObjectType) -> type | None:
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition.origin if isinstance(definition, StrawberryObjectDefinition) else None


def _cached(complete: Complete) -> Complete:
    def complete_once(source: Any, info: strawberry.Info) -> Any:
        if source.cache_key is None:
            return complete(source, info)
        cache: dict[Hashable, Any] = info.context.internals.cached_objects
        key = complete_once, source.cache_key
        completed = cache.get(key)
        if completed is None:
            completed = complete(source, info)
            if len(cache) >= MAX_CACHED_OBJECTS:
                cache.clear()
            cache[key] = completed
        return completed

    return complete_once


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
    def complete_non_null(value: Any, info: strawberry.Info) -> Any:
        completed = complete(value, info)
        if completed is None:
            raise ValueError("null for a non-null type")
        return completed

    return complete_non_null


def _nullable(complete: Complete) -> Complete:
    return lambda value, info: None if value is None else complete(value, info)


def _list_of(complete: Complete) -> Complete:
    def complete_list(values: Any, info: strawberry.Info) -> Any:
        if not isinstance(values, list):
            raise TypeError("no list")
        return [complete(value, info) for value in values]

    return complete_list
