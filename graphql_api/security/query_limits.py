"""What a document may look like: one rule, linear in the document however its fragments are woven."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from graphql_api.security.limits import MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_MUTATIONS, MAX_ROOT_FIELDS

INTROSPECTION = ("__schema", "__type")
"""How deep these go is limited by graphql-core, which knows what is usual there."""
MAX_NESTING = 6 * MAX_DEPTH
"""Of selections within selections, fragments included: far more than anybody means."""


@dataclass(frozen=True)
class Extent:
    """Of a selection: the levels below it, and what all its fragments are worth when written out."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    """On its uppermost level."""


class QueryLimits(ASTValidationRule):
    """Refuses documents that are too deep or too wide. Each fragment is measured once."""

    def enter_document(self, document: DocumentNode, *_where: object) -> None:
        measure = _ExtentCalculator(document)
        for operation in document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                for message, limit, most in exceeded_limits(operation, measure.of(operation.selection_set)):
                    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit, "most": most}
                    self.report_error(GraphQLError(message, operation, extensions=extensions))


def exceeded_limits(operation: OperationDefinitionNode, extent: Extent) -> Iterator[tuple[str, str, int]]:
    """What is wrong, the limit's name, and its value."""
    is_mutation = operation.operation is OperationType.MUTATION
    measured = [
        ("depth", "levels of fields", extent.depth, MAX_DEPTH),
        ("aliases", "aliases", extent.aliases, MAX_ALIASES),
        ("directives", "directives", extent.directives + len(operation.directives or ()), MAX_DIRECTIVES),
        ("mutations", "mutations", extent.fields if is_mutation else 0, MAX_MUTATIONS),
        ("rootFields", "root fields", extent.fields, MAX_ROOT_FIELDS),
    ]
    for limit, what, actual, most in measured:
        if actual > most:
            yield f"Too many {what} in one operation; at most {most}.", limit, most


class _ExtentCalculator:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Extent] = {}

    def of(self, selection: SelectionSetNode | None, nesting: int = 0) -> Extent:
        if selection is None:
            return Extent()
        if nesting > MAX_NESTING:
            return Extent(depth=MAX_DEPTH + 1)
        parts = [self._of_one(node, nesting + 1) for node in selection.selections]
        return Extent(
            depth=max((part.depth for part in parts), default=0),
            aliases=sum(part.aliases for part in parts),
            directives=sum(part.directives for part in parts),
            fields=sum(part.fields for part in parts),
        )

    def _of_one(self, node: SelectionNode, nesting: int) -> Extent:
        directives = len(node.directives or ())
        if isinstance(node, FieldNode):
            below = self.of(node.selection_set, nesting)
            depth = 1 if node.name.value in INTROSPECTION else 1 + below.depth
            return Extent(depth, below.aliases + bool(node.alias), below.directives + directives, fields=1)
        if isinstance(node, FragmentSpreadNode):
            within = self._of_fragment(node.name.value, nesting)
        else:
            assert isinstance(node, InlineFragmentNode)
            within = self.of(node.selection_set, nesting)
        return replace(within, directives=within.directives + directives)

    def _of_fragment(self, name: str, nesting: int) -> Extent:
        if name not in self._known:
            self._known[name] = Extent()  # A fragment within itself is refused by another rule.
            self._known[name] = self.of(self._fragments.get(name), nesting)
        return self._known[name]
