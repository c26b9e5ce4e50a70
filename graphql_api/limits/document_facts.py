"""DocumentFacts: the operations of a document and their size, computed once for each text.

Each fragment is read once, however often it is spread: fragments that double would have a million fields.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Token,
    TokenKind,
    get_operation_ast,
    parse,
)

from graphql_api.limits.equal_fields import check_equal_fields
from graphql_api.limits.limits import (
    CACHED_DOCUMENTS,
    CACHED_DOCUMENTS_PER_CLIENT,
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    MAX_TOKENS,
)
from graphql_api.limits.shared_cache import NO_CLIENT, Owner, SharedCache

INTROSPECTION = frozenset(("__schema", "__type"))
"""graphql-core itself limits the depth of these."""
MAX_NESTING = 6 * MAX_DEPTH
"""Selections within selections, fragments included: bounds the recursion, far beyond any real document."""

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass(frozen=True)
class Extent:
    """The size of a selection with its fragments written out, and the names of its fields."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    """The number of fields on the uppermost level."""
    field_names: frozenset[str] = frozenset()
    """The names of the fields on the uppermost level."""
    all_names: frozenset[str] = frozenset()


class ExtentCalculator:
    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._of_fragments: dict[str, Extent] = {}

    def of(self, selection: SelectionSetNode | None, nesting: int = 0) -> Extent:
        if selection is None:
            return Extent()
        if nesting > MAX_NESTING:
            return Extent(depth=MAX_DEPTH + 1)
        parts = [self._of_node(node, nesting + 1) for node in selection.selections]
        return Extent(
            depth=max((part.depth for part in parts), default=0),
            aliases=sum(part.aliases for part in parts),
            directives=sum(part.directives for part in parts),
            fields=sum(part.fields for part in parts),
            field_names=frozenset[str]().union(*(part.field_names for part in parts)),
            all_names=frozenset[str]().union(*(part.all_names for part in parts)),
        )

    def _of_node(self, node: SelectionNode, nesting: int) -> Extent:
        directives = len(node.directives or ())
        if isinstance(node, FieldNode):
            name, below = node.name.value, self.of(node.selection_set, nesting)
            return Extent(
                depth=1 if name in INTROSPECTION else 1 + below.depth,
                aliases=below.aliases + bool(node.alias),
                directives=below.directives + directives,
                fields=1,
                field_names=frozenset((name,)),
                all_names=below.all_names | {name},
            )
        if isinstance(node, FragmentSpreadNode):
            spread = self._of_fragment(node.name.value, nesting)
        else:
            assert isinstance(node, InlineFragmentNode)
            spread = self.of(node.selection_set, nesting)
        return replace(spread, directives=spread.directives + directives)

    def _of_fragment(self, name: str, nesting: int) -> Extent:
        if name not in self._of_fragments:
            self._of_fragments[name] = Extent()  # Another rule refuses a fragment within itself.
            fragment = self._fragments.get(name)
            self._of_fragments[name] = self.of(fragment.selection_set if fragment else None, nesting)
        return self._of_fragments[name]


@dataclass(frozen=True)
class OperationFacts:
    node: OperationDefinitionNode
    fragments: Fragments
    extent: Extent
    fixed_costs: dict[GraphQLSchema, int] = field(default_factory=dict, compare=False, repr=False)
    """By schema, where no variable changes the cost."""


@dataclass(frozen=True)
class DocumentFacts:
    document: DocumentNode
    operations: Sequence[OperationFacts]
    digest: bytes
    """Of the tokens: the same for documents that differ in comments and white space alone."""

    @classmethod
    def of(cls, document: DocumentNode, digest: bytes = b"") -> Self:
        parts = document.definitions
        fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
        extents = ExtentCalculator(fragments)
        operations = [part for part in parts if isinstance(part, OperationDefinitionNode)]
        return cls(
            document,
            [OperationFacts(node, fragments, extents.of(node.selection_set)) for node in operations],
            digest,
        )

    def operation(self, name: str | None) -> OperationFacts:
        """The operation that a request names; the only one where it names none. The document is valid."""
        node = get_operation_ast(self.document, name)
        return next(operation for operation in self.operations if operation.node is node)


_cache: SharedCache[str, DocumentFacts] = SharedCache(CACHED_DOCUMENTS, CACHED_DOCUMENTS_PER_CLIENT)


def document_facts(text: str) -> DocumentFacts:
    """A document from the cache, or parsed.

    Raises:
        GraphQLError: no document, or one that exceeds a limit.
    """
    facts = _cache.get(text)
    if facts is None:
        facts = parse_document(text)
        keep_document(text, facts, NO_CLIENT)
    return facts


def keep_document(text: str, facts: DocumentFacts, owner: Owner) -> None:
    _cache.put(text, facts, owner)


def parse_document(text: str) -> DocumentFacts:
    """Parse a document; it is not kept.

    Raises:
        GraphQLError: no document, or one that exceeds a limit.
    """
    document = parse(text, max_tokens=MAX_TOKENS)
    digest = hashlib.sha256()
    for token in _tokens(document):
        if token.kind in (TokenKind.INT, TokenKind.FLOAT) and token.end - token.start > MAX_NUMBER_LENGTH:
            assert document.loc
            # Python refuses to read thousands of digits, and takes long for somewhat fewer.
            message = f"a number has at most {MAX_NUMBER_LENGTH} characters."
            raise GraphQLSyntaxError(document.loc.source, token.start, message)
        digest.update(f"{token.kind.value} {token.value or ''}\0".encode("utf-8", "surrogatepass"))
    check_equal_fields(document)
    return DocumentFacts.of(document, digest.digest())


def _tokens(document: DocumentNode) -> Iterator[Token]:
    """All but what is ignored: comments, commas and white space."""
    assert document.loc
    token = document.loc.start_token.next
    while token is not None and token.kind is not TokenKind.EOF:
        if token.kind is not TokenKind.COMMENT:
            yield token
        token = token.next
