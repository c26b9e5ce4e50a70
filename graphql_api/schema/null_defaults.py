"""Null for an input that has a default means the default: typed clients send null for what is not given."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    is_non_null_type,
)

Resolver = Callable[..., Any]


def take_null_as_default(schema: GraphQLSchema) -> None:
    """Make each argument and input field with a default nullable, features' included.

    `first: Int! = 20` becomes `first: Int = 20`; resolvers are still never given null.
    """
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if isinstance(kind, GraphQLInputObjectType):
            if defaults := _relax(kind.fields):
                kind.out_type = _with_defaults(kind.out_type, defaults)  # type: ignore[method-assign]
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field in kind.fields.values():
                _relax_arguments(field)


def _relax_arguments(field: GraphQLField) -> None:
    defaults = _relax(field.args)
    if defaults and field.resolve:
        field.resolve = _resolver(field.resolve, defaults)
    if defaults and field.subscribe:
        field.subscribe = _resolver(field.subscribe, defaults)


def _relax(inputs: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]) -> dict[str, Any]:
    """Make those nullable that have a default; the defaults, by the name that a resolver knows."""
    defaults = {}
    for name, each in inputs.items():
        if each.default_value is not Undefined and is_non_null_type(each.type):
            each.type = each.type.of_type
            defaults[each.out_name or name] = each.default_value
    return defaults


def _resolver(resolve: Resolver, defaults: Mapping[str, Any]) -> Resolver:
    def resolve_with_defaults(source: Any, info: Any, **arguments: Any) -> Any:
        return resolve(source, info, **_filled_in(arguments, defaults))

    return resolve_with_defaults


def _with_defaults(out_type: Callable[[dict[str, Any]], Any], defaults: Mapping[str, Any]) -> Resolver:
    return lambda values: out_type(_filled_in(values, defaults))


def _filled_in(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: defaults[name] if value is None and name in defaults else value
        for name, value in values.items()
    }
