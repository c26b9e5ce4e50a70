"""What an operation costs: about the objects that it may be answered with, known before it runs."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_abstract_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema_directive import Location

from graphql_api.security.limits import MAX_IDS, MAX_PAGE_SIZE

SIZE_ARGUMENTS = frozenset({"first", "ids"})
"""Arguments that say how many objects are wanted: by their number, or one by one."""
DEFAULT_LIST_SIZE = 5
"""How many objects a list is taken to have, where nobody says how many to give."""

SEARCH_WEIGHT = 10
"""The weight of a field that looks for open times."""
MUTATION_COST = 10
"""What a mutation costs besides its answer."""

Variables = Mapping[str, Any]


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What the field itself costs; 1 unless given. Values cost nothing.",
)
class Cost:
    weight: int


def query_cost(schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Variables) -> int:
    """Of a valid document's operation. Linear in the document: a fragment is reckoned once for each type."""
    operation = get_operation_ast(document, name)
    assert operation is not None
    root = schema.get_root_type(operation.operation)
    assert root is not None
    answer = _CostCalculator(schema, document, operation, variables).of(operation.selection_set, root, None)
    return answer + (MUTATION_COST if operation.operation is OperationType.MUTATION else 0)


class _CostCalculator:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Variables,
    ) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        defaults = {
            variable.variable.name.value: value_from_ast_untyped(variable.default_value)
            for variable in operation.variable_definitions or ()
            if variable.default_value
        }
        self._variables = {**defaults, **variables}
        self._of_fragment = cache(self._of_condition)

    def of(self, selection: SelectionSetNode, parent: GraphQLObjectType, page: int | None) -> int:
        """`page` is how many items are asked of the connection that this is of, if it is one."""
        return sum(self._of_one(node, parent, page) for node in selection.selections)

    def _of_one(self, node: SelectionNode, parent: GraphQLObjectType, page: int | None) -> int:
        if isinstance(node, FieldNode):
            field = parent.fields.get(node.name.value)
            return self._of_field(node, field, page) if field else 0  # `__typename` and the like
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
        asked = self._asked(node, field)
        is_list = is_list_type(get_nullable_type(field.type))
        times = (asked or page or DEFAULT_LIST_SIZE) if is_list else 1
        # An interface is as dear as the dearest of its types.
        within = max(
            self.of(node.selection_set, kind, None if is_list else asked)
            for kind in self._kinds(get_named_type(field.type))
        )
        return times * (_weight(field, usual=1) + within)

    def _asked(self, node: FieldNode, field: GraphQLField) -> int | None:
        """How many objects the arguments ask for; None where they don't say."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in SIZE_ARGUMENTS & field.args.keys():
            default = field.args[name].default_value
            value = value_from_ast_untyped(given[name], self._variables) if name in given else default
            if isinstance(value, list):
                return min(len(value), MAX_IDS)
            # What is no number, or too large, is refused before anything is looked up.
            return min(value, MAX_PAGE_SIZE) if isinstance(value, int) and value > 0 else 1
        return None

    def _kinds(self, result: GraphQLNamedType) -> Collection[GraphQLObjectType]:
        if is_abstract_type(result):
            return self._schema.get_possible_types(result)
        assert is_object_type(result)
        return [result]


def declared_cost(field: GraphQLField) -> Cost | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    directives = definition.directives if definition else ()
    return next((directive for directive in directives if isinstance(directive, Cost)), None)


def is_valid_weight(cost: Cost) -> bool:
    """A weight below nothing would make the rest of a document cheaper."""
    weight: object = cost.weight
    return isinstance(weight, int) and not isinstance(weight, bool) and weight >= 0


def _weight(field: GraphQLField, *, usual: int) -> int:
    cost = declared_cost(field)
    return cost.weight if cost else usual
