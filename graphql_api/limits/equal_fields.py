"""Equal fields: validation compares each field with every other of the same response name in the same place.

https://spec.graphql.org/draft/#sec-Field-Selection-Merging
"""

from collections import defaultdict
from collections.abc import Mapping

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
)

from graphql_api.limits.limits import MAX_EQUAL_FIELD_PAIRS, MAX_WRITTEN_OUT_FIELDS

Fragments = Mapping[str, FragmentDefinitionNode]


def check_equal_fields(document: DocumentNode) -> None:
    """Bound the comparisons of a document before they are made; linear in its fields, fragments written out.

    Raises:
        GraphQLError: there are too many pairs of equal fields, or too many fields.
    """
    parts = [part for part in document.definitions if isinstance(part, ExecutableDefinitionNode)]
    fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
    pairs = fields = 0
    merged = [[part.selection_set] for part in parts]
    while merged:
        by_name = _fields_by_name(merged.pop(), fragments)
        for nodes in by_name.values():
            fields += len(nodes)
            pairs += len(nodes) * (len(nodes) - 1) // 2
            if below := [node.selection_set for node in nodes if node.selection_set]:
                merged.append(below)
        if pairs > MAX_EQUAL_FIELD_PAIRS:
            raise _exceeded("equalFields", "pairs of equal fields in one place", MAX_EQUAL_FIELD_PAIRS)
        if fields > MAX_WRITTEN_OUT_FIELDS:
            raise _exceeded("fields", "fields, fragments written out", MAX_WRITTEN_OUT_FIELDS)


def _fields_by_name(
    selections: list[SelectionSetNode], fragments: Fragments
) -> Mapping[str, list[FieldNode]]:
    """The fields of selections that are merged into one; a fragment is taken once, however often spread."""
    by_name: dict[str, list[FieldNode]] = defaultdict(list)
    spread: set[str] = set()
    waiting = list(selections)
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                by_name[(node.alias or node.name).value].append(node)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments.keys() - spread:
                spread.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
    return by_name


def _exceeded(limit: str, noun: str, most: int) -> GraphQLError:
    extensions = {"code": "LIMIT_EXCEEDED", "limit": limit, "most": most}
    return GraphQLError(f"Too many {noun}; at most {most}.", extensions=extensions)
