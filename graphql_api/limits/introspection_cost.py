"""The cost of introspection: about the number of values in its answer, from the schema's own sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
)

from graphql_api.limits.equal_fields import Fragments

VALUES_PER_POINT = 14
"""Values of the introspection for a point; tools ask for about seven thousand at once."""
LEAST_COSTS = {"__schema": 500, "__type": 50}
"""No tool asks for the schema twice at once."""
WRAPPERS = 0.5
"""The part of the types that wrap another one, so that `ofType` has an answer."""
LISTS_OF_ALL = frozenset(("types", "directives", "fields", "possibleTypes"))
"""Lists whose items together are as many times the average as there are items."""


@dataclass(frozen=True)
class _Sizes:
    """How many items a list of the introspection has: on average, and in the largest type."""

    average: Mapping[str, float]
    largest: Mapping[str, float]


def introspection_cost(schema: GraphQLSchema, node: FieldNode, fragments: Fragments) -> int:
    """The points of `__schema` or `__type`."""
    values = introspection_values(schema, node, fragments)
    return max(LEAST_COSTS[node.name.value], round(values / VALUES_PER_POINT))


def introspection_values(schema: GraphQLSchema, node: FieldNode, fragments: Fragments) -> float:
    """About how many values `__schema` or `__type` answers. Linear: a fragment is read once."""
    sizes = _sizes(schema)

    @cache
    def of_fragment(name: str, of_average: bool) -> float:
        return of(fragments[name].selection_set, of_average)

    def of(selection_set: SelectionSetNode, of_average: bool) -> float:
        return sum(of_node(each, of_average) for each in selection_set.selections)

    def of_node(each: SelectionNode, of_average: bool) -> float:
        if isinstance(each, FragmentSpreadNode):
            return of_fragment(each.name.value, of_average)
        if not isinstance(each, FieldNode):
            return of(each.selection_set, of_average)  # type: ignore[attr-defined]  # an inline fragment
        if each.selection_set is None:
            return 1
        name = each.name.value
        # A type that is named may be the largest.
        known = sizes.average if of_average else sizes.largest
        within = of(each.selection_set, of_average or name in LISTS_OF_ALL)
        return 1 + known.get(name, 1) * within

    return of_node(node, of_average=False)


@lru_cache(maxsize=8)
def _sizes(schema: GraphQLSchema) -> _Sizes:
    types = list(schema.type_map.values())
    directives = schema.directives
    with_fields = [kind for kind in types if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for kind in with_fields for field in kind.fields.values()]
    counts = {
        "fields": [len(kind.fields) for kind in with_fields],
        "interfaces": [len(kind.interfaces) for kind in with_fields],
        "possibleTypes": [len(schema.get_possible_types(kind)) for kind in types if is_abstract_type(kind)],
        "enumValues": [len(kind.values) for kind in types if isinstance(kind, GraphQLEnumType)],
        "inputFields": [len(kind.fields) for kind in types if isinstance(kind, GraphQLInputObjectType)],
    }
    arguments = [len(each.args) for each in (*fields, *directives)]
    always = {"types": len(types), "directives": len(directives), "ofType": WRAPPERS}
    return _Sizes(
        average={
            **{name: sum(count) / len(types) for name, count in counts.items()},
            "args": sum(arguments) / len(arguments),
            **always,
        },
        largest={
            **{name: max(count, default=0) for name, count in counts.items()},
            "args": max(arguments),
            **always,
        },
    )
