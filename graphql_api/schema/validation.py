"""Validated documents: each text is parsed and validated once, in a thread, by one schema."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from graphql import ASTValidationRule, GraphQLError, GraphQLSchema, specified_rules, validate
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graphql_api.limits.document_facts import (
    DocumentFacts,
    document_facts,
    keep_document,
    parse_document,
)
from graphql_api.limits.limits import (
    CACHED_DOCUMENTS,
    CACHED_DOCUMENTS_PER_CLIENT,
    MAX_COMPARISONS,
    MAX_REQUEST_ERRORS,
)
from graphql_api.limits.query_limits import QueryLimits
from graphql_api.limits.shared_cache import NO_CLIENT, Owner, SharedCache

# The limits first: a document that exceeds one is visited by no other rule.
RULES: Collection[type[ASTValidationRule]] = (
    QueryLimits,
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)
# graphql-core reads it at each validation.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MAX_COMPARISONS


class ValidatedDocuments:
    """The errors of the documents that were sent last; a valid document has none."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._errors: SharedCache[str, Sequence[GraphQLError]] = _shared_cache()
        self._valid: SharedCache[bytes, bool] = _shared_cache()
        """By the digests of their tokens."""
        self._one_at_a_time = asyncio.Lock()

    def __contains__(self, text: str) -> bool:
        return self._errors.get(text) is not None

    async def prepare(self, text: str, owner: Owner = NO_CLIENT) -> None:
        """Validate a document beside the event loop, so that others don't wait for a large one.

        `owner` is the client that sends it; None for a trusted document, which stays in the cache.

        Raises:
            GraphQLError: it can't be parsed, or exceeds a limit of documents.
        """
        async with self._one_at_a_time:
            if text in self:
                return
            facts = await asyncio.to_thread(parse_document, text)
            keep_document(text, facts, owner)
            errors = [] if self._valid.get(facts.digest) else await asyncio.to_thread(self._validate, facts)
            self._keep(text, facts, errors, owner)

    def errors(self, text: str) -> Sequence[GraphQLError]:
        """What is wrong with the document.

        Raises:
            GraphQLError: it can't be parsed, or exceeds a limit of documents.
        """
        errors = self._errors.get(text)
        if errors is None:
            facts = document_facts(text)
            errors = [] if self._valid.get(facts.digest) else self._validate(facts)
            self._keep(text, facts, errors, NO_CLIENT)
        return errors

    def _validate(self, facts: DocumentFacts) -> Sequence[GraphQLError]:
        return validate(self._schema, facts.document, RULES, max_errors=MAX_REQUEST_ERRORS)

    def _keep(self, text: str, facts: DocumentFacts, errors: Sequence[GraphQLError], owner: Owner) -> None:
        self._errors.put(text, errors, owner)
        if not errors:
            self._valid.put(facts.digest, True, owner)


def _shared_cache() -> SharedCache[Any, Any]:
    return SharedCache(CACHED_DOCUMENTS, CACHED_DOCUMENTS_PER_CLIENT)
