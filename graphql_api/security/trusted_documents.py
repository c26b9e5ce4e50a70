"""Trusted documents: GraphQL documents that are known beforehand, by the hash of their text.

https://github.com/graphql/graphql-over-http/pull/264
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode, parse

SCHEME = "sha256:"
SHORT = 12
"""So many digits of a hash name a trusted document too: the widget carries one for each operation."""


class TrustedDocuments:
    """The trusted documents, and whether other documents are executed too."""

    def __init__(self, trusted: Iterable[str], *, others_too: bool) -> None:
        self._by_id = {document_id(text): text for text in trusted}
        self._by_short_id = {full.removeprefix(SCHEME)[:SHORT]: text for full, text in self._by_id.items()}
        self._others_too = others_too
        self.operation_names = frozenset(_operation_names(self._by_id.values()))

    def by_id(self, id: object) -> str | None:
        """The document of this hash, with its scheme or without: code generators write bare digits.

        The first `SHORT` digits will do.
        """
        if not isinstance(id, str):
            return None
        return self._by_id.get(id) or self._by_id.get(f"{SCHEME}{id.lower()}") or self._by_short_id.get(id)

    def is_trusted(self, text: str) -> bool:
        return document_id(text) in self._by_id

    def may_be_sent(self, text: str) -> bool:
        return self._others_too or self.is_trusted(text)


def documents_in(folder: Path | None) -> list[str]:
    """The text of each `*.graphql` file."""
    files = sorted(folder.iterdir()) if folder else []
    return [file.read_text("utf-8") for file in files if file.suffix == ".graphql"]


def document_id(text: str) -> str:
    return SCHEME + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _operation_names(documents: Iterable[str]) -> Iterator[str]:
    """A document that can't be parsed has none; its callers are told why."""
    for text in documents:
        with suppress(GraphQLError):
            for node in parse(text).definitions:
                if isinstance(node, OperationDefinitionNode) and node.name:
                    yield node.name.value
