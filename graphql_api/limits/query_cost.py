"""Query cost: about the number of objects in the answer, computed before the operation runs."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)
from strawberry.schema_directive import Location

from graphql_api.limits.document_facts import INTROSPECTION, OperationFacts
from graphql_api.limits.introspection_cost import introspection_cost
from graphql_api.limits.limits import MAX_PAGE_SIZE
from graphql_api.security.schema_directives import directive_of

SIZE_ARGUMENTS = frozenset({"first", "ids"})
"""Arguments that say how many objects are wanted: by a number, or by a list of ids."""
DEFAULT_LIST_SIZE = 5
"""The assumed length of a list that has no such argument."""

SEARCH_WEIGHT = 10
"""The weight of a field that searches for open slots."""
MUTATION_COST = 10
"""The cost of a mutation, beside that of its payload."""

Variables = Mapping[str, Any]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The cost of the field itself; 1 unless given. Scalars cost nothing.",
)
class Cost:
    weight: int


def query_cost(schema: GraphQLSchema, operation: OperationFacts, variables: Variables) -> int:
    """The cost of a valid operation. Linear in the document: a fragment is read once for each type.

    It is computed once for a document whose sizes are written in it, which a crowd sends all at a time.
    """
    if schema in operation.fixed_costs:
        return operation.fixed_costs[schema]
    kind = operation.node.operation
    root = schema.get_root_type(kind)
    assert root is not None
    calculator = _CostCalculator(schema, operation, variables)
    cost = calculator.of(operation.node.selection_set, root, None)
    cost += MUTATION_COST if kind is OperationType.MUTATION else 0
    if not calculator.has_read_variables:
        operation.fixed_costs[schema] = cost
    return cost


class _CostCalculator:
    def __init__(self, schema: GraphQLSchema, operation: OperationFacts, variables: Variables) -> None:
        self._schema = schema
        self._fragments = operation.fragments
        defaults = {
            variable.variable.name.value: value_from_ast_untyped(variable.default_value)
            for variable in operation.node.variable_definitions or ()
            if variable.default_value
        }
        self._variables = {**defaults, **variables}
        self._of_fragment = cache(self._of_condition)
        self.has_read_variables = False

    def of(self, selection: SelectionSetNode, parent: GraphQLObjectType, page: int | None) -> int:
        """`page` is the requested number of items, if the selection is on a connection."""
        return sum(self._of_node(node, parent, page) for node in selection.selections)

    def _of_node(self, node: SelectionNode, parent: GraphQLObjectType, page: int | None) -> int:
        if isinstance(node, FieldNode):
            if field := parent.fields.get(node.name.value):
                return self._of_field(node, field, page)
            is_typename = node.name.value not in INTROSPECTION
            return 0 if is_typename else introspection_cost(self._schema, node, self._fragments)
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value, parent, page)
        assert isinstance(node, InlineFragmentNode)
        return self._of_type(node.type_condition, node.selection_set, parent, page)

    def _of_condition(self, name: str, parent: GraphQLObjectType, page: int | None) -> int:
        fragment = self._fragments[name]
        return self._of_type(fragment.type_condition, fragment.selection_set, parent, page)

    def _of_type(
        self,
        condition: NamedTypeNode | None,
        selection: SelectionSetNode,
        parent: GraphQLObjectType,
        page: int | None,
    ) -> int:
        wanted = self._schema.get_type(condition.name.value) if condition else parent
        applies = parent is wanted or (is_abstract_type(wanted) and self._schema.is_sub_type(wanted, parent))
        return self.of(selection, parent, page) if applies else 0

    def _of_field(self, node: FieldNode, field: GraphQLField, page: int | None) -> int:
        if node.selection_set is None:
            return _weight(field, usual=0)
        size = self._requested_size(node, field)
        is_list = is_list_type(get_nullable_type(field.type))
        times = (size or page or DEFAULT_LIST_SIZE) if is_list else 1
        # An interface costs as much as the dearest of its types.
        within = max(
            self.of(node.selection_set, kind, None if is_list else size)
            for kind in self._kinds(get_named_type(field.type))
        )
        return times * (_weight(field, usual=1) + within)

    def _requested_size(self, node: FieldNode, field: GraphQLField) -> int | None:
        """The number of objects that the arguments ask for; None where no argument says."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in SIZE_ARGUMENTS & field.args.keys():
            self.has_read_variables |= name in given and not isinstance(given[name], IntValueNode)
            value = value_from_ast_untyped(given[name], self._variables) if name in given else None
            if value is None or value is Undefined:
                value = field.args[name].default_value
            if isinstance(value, list):
                return len(value)
            # GraphQL takes 100.0 for the integer 100.
            if not isinstance(value, int | float) or value < 1:
                return 1  # Execution refuses it before it looks anything up.
            # So it does with a larger page; a list without pages may be as long as its resolver likes.
            is_list = is_list_type(get_nullable_type(field.type))
            return int(value) if is_list else min(int(value), MAX_PAGE_SIZE)
        return None

    def _kinds(self, result: GraphQLNamedType) -> Collection[GraphQLObjectType]:
        if is_abstract_type(result):
            return self._schema.get_possible_types(result)
        assert is_object_type(result)
        return [result]


def is_valid_weight(cost: Cost) -> bool:
    """A negative weight would make the rest of a document cheaper."""
    weight: object = cost.weight
    return isinstance(weight, int) and not isinstance(weight, bool) and weight >= 0


def _weight(field: GraphQLField, *, usual: int) -> int:
    cost = directive_of(field, Cost)
    return cost.weight if cost else usual
